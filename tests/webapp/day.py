"""An office in the middle of its work, with something behind every kind of page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask

from tests.support import credit, office
from tests.webapp.test_every_route import Office, address, rules
from webapp import clock, moments
from webapp.catalogue import current_releases, release_files
from webapp.services import copies, meetings, opinions, signal_watch, signers, urging, visit_days
from webapp.services.meetings import Set
from webapp.services.releases import draft_from_upload
from webapp.unit_of_work import sql


@dataclass(frozen=True)
class Day:
    """An office in the middle of its work: addresses of every kind of page."""

    offices: tuple[Office, ...]
    further: tuple[str, ...]
    handle: office.Handle


def begun() -> Day:
    """Cases at every step, drafts before and after signing, a draft release with findings."""
    first = office.received("ordinary")
    for step, item in [("backfill", "P1"), ("issue", "P1"), ("deliver", "P1"), ("immediate", "P5"), ("accept", "P2")]:
        office.act(first.id, step, item)
    office.act(first.id, "accept", "P3", intake_outcome="correction")
    office.act(first.id, "accept", "P6", intake_outcome="wrong-authority")
    second = office.received("commitment")
    for step, item in [("immediate", "P2"), ("immediate", "P3"), ("issue", "P2"), ("deliver", "P2"), ("issue", "P3")]:
        office.act(second.id, step, item)
    office.act(second.id, "verify", "P3", verification_result="rectify")
    third = office.received("refused-item")
    for step, item in [("accept", "P2"), ("accept", "P3"), ("examine", "P3"), ("accept", "P4"), ("accept", "P6")]:
        office.act(third.id, step, item)
    office.act(third.id, "examine", "P2", visit_needed=True)
    office.act(third.id, "review", "P6", proposal="refuse")
    office.act(third.id, "decide", "P6", ruling="refuse")
    office.act(third.id, "review", "P4")
    told = Set(clock.now() + timedelta(days=40), "Room 302", "0000-8600100")
    lead = office.person("zhaolin")
    meetings.call_meeting(third.id, items=("P2", "P3"), questions=("Area?",), at=told, by=lead, key="meeting")
    _around(third.id)
    unsigned, ordinary = office.draft("commitment"), office.draft("ordinary")
    token = office.ask_to_sign(unsigned, ["P2", "P4"])
    office.trial()
    with clock.frozen_at(clock.now() + timedelta(days=60)):
        assert signal_watch.sweep() > 0
    return Day(
        (_places(first.id, ordinary), _places(second.id, unsigned, token), _places(third.id, unsigned)),
        (*_of_releases(), "/inbox?mine=1", "/inbox?text=none", "/window?text=none", "/nowhere"),
        second,
    )


def _around(case_id: int) -> None:
    """A question, signers, a copy and an urging around a decider's task."""
    task, by = office.claimed(case_id, "decide", "P4")
    people = [office.person("zhaolin").user_id, office.person("qianwei").user_id]
    opinions.ask_opinion(task.id, by=by, question="Area?", people=people, posts=["sign.review"], waits=True, key="ask")
    signers.ask_signers(task.id, by=by, people=people, position="before", rule="quorum", quorum=1, note="", key="sign")
    copies.send_copy(task.id, by=by, people=people, posts=["drug.decide"], note="", key="copy")
    urging.urge(task.id, by=office.person("xieguang"), note="", key="urge")
    visit, day = office.open_task(case_id, "visit"), clock.today(moments.OFFICE_ZONE)
    days = [visit_days.Day(day + timedelta(days=ahead), "morning") for ahead in (7, 8)]
    visit_days.ask_days(visit.id, days, by=office.member_of(visit.groups[0]), note="", key="days")


def _places(case: int, draft: int, token: str = "no-such-token") -> Office:
    """Ids of things in this case, where it has them; `token` of letters that wait to be signed on a phone."""

    def one(what: str) -> int:
        row = sql().execute(what, {"case": case, "draft": draft}).fetchone()
        return int(row[0] or 0) if row else 0

    task = one("select min(id) from user_task where case_id = %(case)s and state = 'open'")
    licence = "from licence l join item_case i on i.id = l.item_case_id where i.case_id = %(case)s"
    code = sql().execute(f"select l.public_code {licence}", {"case": case}).fetchone()
    record = one("select min(id) from credit_record") or credit.bar("91440300708461136T")
    request = one("select min(id) from credit_request") or credit.request(record)
    places = {
        "case_id": case,
        "task_id": task,
        "release_id": current_releases()[office.BUNDLE],
        "key": office.BUNDLE,
        "material_key": "floor-plan",
        "file_id": one("select min(id) from stored_file"),
        "document_id": one("select max(id) from document where case_id = %(case)s"),
        "act": "suspend",
        "incident_id": 0,
        "meeting_id": one("select min(id) from joint_meeting where case_id = %(case)s"),
        "opinion_id": one("select min(id) from opinion_request where case_id = %(case)s"),
        "round_id": one("select min(id) from visit_round where case_id = %(case)s"),
        "copy_id": one("select min(id) from case_copy where case_id = %(case)s"),
        "bulk_id": 1,
        "run_id": 1,
        "list_id": 1,
        "import_id": one("select min(id) from bundle_import"),
        "aside_id": 0,
        "migration_act": "propose",
        "table": "items",
        "form": "xlsx",
        "further_act": "copy",
        "reminder_id": 0,
        "signal_id": one("select min(id) from supervision_signal where case_id = %(case)s"),
        "sheet_id": one("select min(id) from notification_sheet where case_id = %(draft)s"),
        "visit_id": one("select visit_id from cases where id = %(draft)s"),
        "item_key": "P2",
        "record_key": credit.address(record).rpartition("/")[2],
        "request_key": credit.request_address(request).rpartition("/")[2],
        "group_key": "approval-bureau.review",
        "comment_id": one("select min(id) from comment where case_id = %(case)s"),
        "kind": "repair",
        "licence_id": one(f"select min(l.id) {licence}"),
        "public_code": code[0] if code else "0000000000",
        "token": token,
        "trial_id": one("select min(id) from trial"),
        "number": 1,
    }
    return Office(case, draft, task, places)


def _of_releases() -> list[str]:
    """The views of a draft that adds an element without a name and takes a group away."""
    path = "_shared/item-licence.bpmn"
    text = release_files(current_releases()[office.BUNDLE])[path].decode()
    changed = text.replace('name="补正材料"', 'name=""', 1).replace('candidateGroups="window.clerk"', "", 1)
    release = draft_from_upload(
        current_releases()[office.BUNDLE], Path(path).name, changed.encode(), by=office.person("taoran"), note="改名"
    )
    shown = [f"/studio/releases/{one}" for one in (release, current_releases()[office.BUNDLE])]
    views = ["view=findings", "view=difference", "view=files"]
    views += [f"view=content&part={part}" for part in ("catalogue", "decisions", "forms", "papers")]
    return [f"{page}?{view}" for page in shown for view in views]


def _tasks() -> list[str]:
    rows = sql().execute("select id, step from user_task order by id").fetchall()
    acts = ("assign", "hand-over", "delegate", "ask", "signers", "copy", "return", "to-window", "urge", "take-back")
    further = [f"/tasks/{id_}/more/{act}" for id_, step in rows if step in ("decide", "examine") for act in acts]
    signings = [f"/inbox/asked/signings/{id_}" for id_, step in rows if step == "decide"]
    return (
        [f"/tasks/{id_}" for id_, _ in rows]
        + further
        + signings
        + [f"/window/corrections/{id_}" for id_, step in rows if step == "correct"]
    )


def pages_of(app: Flask, day: Day) -> list[str]:
    """The address of every page that opens by a GET, over every case and draft of the day."""
    opening = [rule for rule, _ in rules(app) if "GET" in (rule.methods or ())]
    found = [address(rule, one) for one in day.offices for rule in opening]
    return list(dict.fromkeys([*found, *_tasks(), *day.further]))
