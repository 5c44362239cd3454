"""One voice to the applicant: what several departments ask to be corrected goes out as one message of the lead
department; contradictions do not; waiting never makes anything accepted."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from engine.law import Fault
from tests.support import office
from tests.support.office import Handle
from tests.support.pages import Browser, Page
from webapp import papers
from webapp.clock import frozen_at
from webapp.errors import ActRefused, Incomplete, NotYours
from webapp.identity import Identity
from webapp.moments import OFFICE_ZONE
from webapp.queries.correction_merging import merge_page
from webapp.queries.notices import notices_of
from webapp.services import correction_points, correction_sending, intake, timers
from webapp.services.bundle_folders import read_tree, rule_files
from webapp.services.correction_points import waiting_points
from webapp.services.correction_sending import Contradictory, PointsChanged, send_together
from webapp.services.held_back import HeldBack
from webapp.services.releases import load_rules
from webapp.settings import current_settings
from webapp.unit_of_work import sql

RECEIVED = datetime(2026, 11, 23, 9, 0, tzinfo=OFFICE_ZONE)
MONDAY = RECEIVED + timedelta(hours=1)
PLAN, SIGN = ("material", "floor-plan"), ("material", "signboard-rendering")


def merges_within(days: int) -> None:
    """The city merges corrections from now on, and waits at most so long."""
    files = rule_files(read_tree(current_settings()))
    content = files["profile", "fictional-city"].decode()
    content += (
        '\n[parameters.correction-merge-wait]\nname = { zh = "合并等待", en = "Wait to merge" }\n'
        f'value = {days}\nunit = "working_days"\nbasis = {{ zh = "试验规定", en = "Trial rules" }}\n'
    )
    load_rules({("profile", "fictional-city"): content.encode()})


@pytest.fixture
def case(db: object) -> Handle:
    """A pharmacy at intake in several departments, in a city that merges within two working days."""
    merges_within(2)
    with frozen_at(RECEIVED):
        return office.received("refused-item", ways={})


def asks(case: Handle, item: str, *faults: tuple[tuple[str, str], str], at: datetime = MONDAY) -> date | None:
    """The department of the item asks for these corrections; until when they wait."""
    with frozen_at(at):
        task, who = office.claimed(case.id, "accept", item)
        return intake.decide_intake(
            task.id,
            by=who,
            outcome=intake.CORRECTION,
            note="",
            revision=task.revision,
            key=secrets.token_hex(6),
            faults=[Fault(kind, key, text) for (kind, key), text in faults],
        )


def accepts(case: Handle, item: str, at: datetime = MONDAY) -> None:
    with frozen_at(at):
        office.act(case.id, "accept", item)


def at_intake(case: Handle) -> list[str]:
    return [item for item, step in office.open_steps(case.id) if step == "accept" and item]


def leader() -> Identity:
    return office.member_of("approval-bureau.head")


def sends(case: Handle, *compared: str, at: datetime = MONDAY, seen: list[int] | None = None) -> list[str]:
    points = [one.id for one in waiting_points(case.id)] if seen is None else seen
    with frozen_at(at):
        items = send_together(case.id, by=leader(), seen=points, compared=compared, key=secrets.token_hex(6))
    return [one.zh for one in items]


def corrections(case: Handle) -> list[tuple[str, int, int]]:
    """(item, round, document) of every request that went out."""
    rows = sql().execute(
        "select i.item_key, c.round, c.document_id from correction c join item_case i on i.id = c.item_case_id"
        " where i.case_id = %s order by 1, 2",
        (case.id,),
    )
    return [tuple(row) for row in rows.fetchall()]


def outcome_of(case: Handle, item: str) -> tuple[str | None, datetime | None]:
    row = (
        sql()
        .execute(
            "select intake_outcome, accepted_at from item_case where case_id = %s and item_key = %s", (case.id, item)
        )
        .fetchone()
    )
    assert row is not None
    return row[0], row[1]


def test_the_points_of_two_departments_become_one_notice_and_a_round_for_each(case: Handle) -> None:
    assert asks(case, "P2", (PLAN, "未标注面积。")) == date(2026, 11, 25)
    asks(case, "P6", (SIGN, "未标明尺寸。"))
    assert corrections(case) == []
    sends(case)
    found = corrections(case)
    assert [(item, number) for item, number, _ in found] == [("P2", 1), ("P6", 1)]
    (document,) = {document for _, _, document in found}
    row = (
        sql()
        .execute("select kind, unit_key, content_zh, content_en from document where id = %s", (document,))
        .fetchone()
    )
    assert row is not None
    assert row[:2] == ("joint-correction-notice", "approval-bureau")
    zh, en = str(papers.read(row[2])), str(papers.read(row[3]))
    assert "目录" in zh
    assert "未标注面积。" in zh
    assert "未标明尺寸。" in zh
    assert "Contents" in en
    assert {("P2", "correct"), ("P6", "correct")} <= set(office.open_steps(case.id))
    clocks = sql().execute(
        "select count(*) from legal_clock l join item_case i on i.id = l.item_case_id"
        " where i.case_id = %s and l.name = 'correction' and l.stopped_on is null",
        (case.id,),
    )
    assert clocks.fetchone() == (2,)  # the limit runs for each item


def test_the_lead_is_told_and_the_officer_waits_with_the_task(case: Handle) -> None:
    asks(case, "P6", (SIGN, "未标明尺寸。"))
    line = notices_of(leader(), unread=True).lines[0]
    assert (line.opens, line.urgent) == ("corrections", True)
    assert "2026-11-25" in line.text.zh
    with pytest.raises(HeldBack) as held:
        accepts(case, "P6")
    assert "最迟2026-11-25" in held.value.words.zh
    assert outcome_of(case, "P6") == (None, None)


def test_what_nobody_merged_goes_out_alone_before_silence_could_accept_it(case: Handle) -> None:
    asks(case, "P2", (PLAN, "未标注面积。"))
    asks(case, "P6", (SIGN, "未标明尺寸。"))
    with frozen_at(datetime(2026, 11, 25, 23, 59, tzinfo=OFFICE_ZONE)):
        correction_sending.sweep()
    assert corrections(case) == []
    with frozen_at(datetime(2026, 11, 26, 0, 5, tzinfo=OFFICE_ZONE)):
        correction_sending.sweep()
    found = corrections(case)
    assert [(item, number) for item, number, _ in found] == [("P2", 1), ("P6", 1)]
    assert len({document for _, _, document in found}) == 2
    assert outcome_of(case, "P2") == ("correction", None)
    kinds = {line.name.zh for line in notices_of(leader(), unread=True).lines}
    assert "补正告知已单独发出" in kinds


def test_waiting_ends_a_working_day_before_the_limit_of_the_item(case: Handle) -> None:
    friday = MONDAY + timedelta(days=4)  # four of the five working days are over
    assert asks(case, "P2", (PLAN, "未标注面积。"), at=friday) == date(2026, 11, 27)  # the limit ends on Monday
    monday = MONDAY + timedelta(days=7)
    assert asks(case, "P6", (SIGN, "未标明尺寸。"), at=monday) is None  # no day is left: it goes out at once
    assert [(item, number) for item, number, _ in corrections(case)] == [("P6", 1)]


def test_with_nobody_left_to_wait_for_it_goes_out_at_once(case: Handle) -> None:
    asks(case, "P2", (PLAN, "未标注面积。"))
    for item in at_intake(case):
        if item != "P2":
            accepts(case, item)
    with frozen_at(MONDAY + timedelta(hours=1)):
        correction_sending.sweep()
    assert [(item, number) for item, number, _ in corrections(case)] == [("P2", 1)]
    row = sql().execute("select kind from document where id = %s", (corrections(case)[0][2],)).fetchone()
    assert row == ("correction-notice",)


def test_the_last_department_to_look_asks_directly_where_no_other_is_at_intake(case: Handle) -> None:
    items = at_intake(case)
    for item in items:
        if item != "P6":
            accepts(case, item)
    assert asks(case, "P6", (SIGN, "未标明尺寸。")) is None
    assert [item for item, _, _ in corrections(case)] == ["P6"]


def test_a_city_that_does_not_merge_tells_each_at_once(db: object) -> None:
    with frozen_at(RECEIVED):
        case = office.received("refused-item", ways={})
    assert asks(case, "P2", (PLAN, "未标注面积。")) is None
    assert [item for item, _, _ in corrections(case)] == ["P2"]


def test_what_the_law_accepted_while_no_worker_ran_is_not_asked_for_any_more(case: Handle) -> None:
    asks(case, "P2", (PLAN, "未标注面积。"))
    with frozen_at(MONDAY + timedelta(days=14)):
        timers.fire_due()
        office.run_jobs(case.id)
        assert outcome_of(case, "P2")[0] == "accepted"
        correction_sending.sweep()
    assert (waiting_points(case.id), corrections(case)) == ((), [])
    row = sql().execute("select state from correction_point where case_id = %s", (case.id,)).fetchone()
    assert row == ("lapsed",)


# Contradictions


def test_two_that_ask_about_one_material_are_compared_before_anything_is_sent(
    case: Handle, client: FlaskClient
) -> None:
    asks(case, "P2", (PLAN, "请去掉隔断。"))
    asks(case, "P3", (PLAN, "请标明隔断的位置。"))
    (overlap,) = merge_page(case.id).overlaps
    assert overlap.asks == {"P2": "请去掉隔断。", "P3": "请标明隔断的位置。"}
    with pytest.raises(Incomplete) as refused:
        sends(case)
    assert refused.value.field == "compared.material.floor-plan"
    assert corrections(case) == []
    screen = Browser(client, leader().login)
    page = screen.open(f"/cases/{case.id}/corrections")
    assert "请去掉隔断。" in page.words("//*[@class='compare-sides']")
    assert "请标明隔断的位置。" in page.words("//*[@class='compare-sides']")
    typed = page.fields(f"/cases/{case.id}/corrections")
    points = [str(one.id) for one in waiting_points(case.id)]
    with frozen_at(MONDAY):
        untouched = client.post(f"/cases/{case.id}/corrections", data={**typed, "point": points})
        assert untouched.status_code == 422
        assert Page(untouched).errors().keys() == {"#f-compared-material-floor-plan"}
        key = screen.open(f"/cases/{case.id}/corrections").fields(f"/cases/{case.id}/corrections")["key"]
        sent = client.post(
            f"/cases/{case.id}/corrections",
            data={**typed, "key": key, "point": points, "compared": "material.floor-plan"},
        )
    assert sent.status_code == 302
    assert len({document for _, _, document in corrections(case)}) == 1
    row = sql().execute("select compared from correction_message where case_id = %s", (case.id,)).fetchone()
    assert row == ([["material", "floor-plan"]],)


def test_a_material_with_which_another_item_was_accepted_is_compared_too(case: Handle) -> None:
    accepts(case, "P3")
    asks(case, "P2", (PLAN, "未标注面积。"))
    asks(case, "P6", (SIGN, "未标明尺寸。"))
    (overlap,) = merge_page(case.id).overlaps
    assert (overlap.key, overlap.content) == ("floor-plan", ("P3",))
    with pytest.raises(Incomplete):
        sends(case)
    sends(case, "material.floor-plan")


def test_an_item_that_was_accepted_is_not_asked_for_more(case: Handle) -> None:
    asks(case, "P2", (PLAN, "未标注面积。"))
    asks(case, "P6", (SIGN, "未标明尺寸。"))
    sql().execute(
        "update item_case set accepted_at = %s, intake_outcome = 'accepted' where case_id = %s and item_key = 'P2'",
        (MONDAY, case.id),
    )
    with pytest.raises(Contradictory) as refused:
        sends(case)
    assert "已经受理或者作出决定" in refused.value.words.zh
    assert corrections(case) == []


def test_what_was_not_read_is_not_sent(case: Handle) -> None:
    asks(case, "P2", (PLAN, "未标注面积。"))
    seen = [one.id for one in waiting_points(case.id)]
    asks(case, "P6", (SIGN, "未标明尺寸。"))
    with pytest.raises(PointsChanged):
        sends(case, seen=seen)


def test_a_request_is_given_back_with_reasons_and_the_officer_acts_anew(case: Handle) -> None:
    asks(case, "P6", (SIGN, "未标明尺寸。"))
    (point,) = waiting_points(case.id)
    with pytest.raises(Incomplete):
        correction_points.give_back(case.id, point.id, " ", by=leader())
    correction_points.give_back(case.id, point.id, "请与药品岗位统一尺寸要求。", by=leader())
    (officer,) = sql().execute("select login from app_user where id = %s", (point.by_id,)).fetchone() or ()
    assert "请与药品岗位统一尺寸要求。" in notices_of(office.person(officer), unread=True).lines[0].text.zh
    accepts(case, "P6")
    assert outcome_of(case, "P6")[0] == "accepted"


def test_who_asked_takes_it_back_and_nobody_else(case: Handle) -> None:
    asks(case, "P6", (SIGN, "未标明尺寸。"))
    (point,) = waiting_points(case.id)
    with pytest.raises(NotYours):
        correction_points.take_back(case.id, point.id, by=leader())
    (officer,) = sql().execute("select login from app_user where id = %s", (point.by_id,)).fetchone() or ()
    correction_points.take_back(case.id, point.id, by=office.person(officer))
    assert waiting_points(case.id) == ()
    with pytest.raises(correction_points.PointGone):
        correction_points.take_back(case.id, point.id, by=office.person(officer))
    accepts(case, "P6")


def test_only_the_lead_department_sends(case: Handle, client: FlaskClient) -> None:
    asks(case, "P2", (PLAN, "未标注面积。"))
    asks(case, "P6", (SIGN, "未标明尺寸。"))
    (point, *_) = [one for one in waiting_points(case.id) if one.item_key == "P6"]
    (officer,) = sql().execute("select login from app_user where id = %s", (point.by_id,)).fetchone() or ()
    seen = [one.id for one in waiting_points(case.id)]
    with pytest.raises(NotYours):
        send_together(case.id, by=office.person(officer), seen=seen, compared=(), key="k")
    page = Browser(client, officer).open(f"/cases/{case.id}/corrections")
    assert "由牵头部门" in page.words()
    assert Browser(client, "taoran").open(f"/cases/{case.id}/corrections").status in (403, 404)


def test_an_incomplete_request_is_refused_before_it_waits(case: Handle) -> None:
    with pytest.raises(ActRefused):
        asks(case, "P2")
    assert waiting_points(case.id) == ()


def test_an_item_found_ready_by_its_pre_review_is_not_asked_for_more_without_a_word(case: Handle) -> None:
    task = office.open_task(case.id, "accept", "P6")
    sql().execute(
        "insert into review (case_id, item_case_id, task_id, step, conclusion, opinion, checklist, by_id, at)"
        " values (%s, %s, %s, 'pre-review', 'ready', '', '{}', %s, %s)",
        (case.id, task.item_case_id, task.id, office.person("hanlei").user_id, RECEIVED),
    )
    with pytest.raises(Incomplete) as refused:
        asks(case, "P6", (SIGN, "未标明尺寸。"))
    assert refused.value.field == "again_reason"
    assert (waiting_points(case.id), corrections(case)) == ((), [])


# One reply


def test_the_applicant_answers_for_all_items_at_once(case: Handle, client: FlaskClient) -> None:
    asks(case, "P2", (PLAN, "未标注面积。"))
    asks(case, "P6", (SIGN, "未标明尺寸。"))
    sends(case)
    with frozen_at(MONDAY + timedelta(days=1)):
        screen = Browser(client)
        screen.open("/track")
        screen.post("/track", number=case.number, code=case.code)
        page = screen.open("/track/reply")
        assert "未标注面积。" in page.words()
        assert "未标明尺寸。" in page.words()
        incomplete = Page(screen.post("/track/reply", reply__P2="已重画。"))
        assert incomplete.status == 422
        assert {("P2", "correct"), ("P6", "correct")} <= set(office.open_steps(case.id))
        answer = screen.post("/track/reply", reply__P2="已重画。", reply__P6="已标明。")
        assert answer.status_code == 302
    steps = office.open_steps(case.id)
    assert ("P2", "accept") in steps
    assert ("P6", "accept") in steps
    rows = sql().execute(
        "select reply, channel from correction c join item_case i on i.id = c.item_case_id where i.case_id = %s"
        " order by i.item_key",
        (case.id,),
    )
    assert rows.fetchall() == [("已重画。", "tracking"), ("已标明。", "tracking")]


def test_a_second_cycle_is_a_second_notice_with_its_own_rounds(case: Handle) -> None:
    asks(case, "P2", (PLAN, "未标注面积。"))
    asks(case, "P6", (SIGN, "未标明尺寸。"))
    sends(case)
    with frozen_at(MONDAY + timedelta(days=1)):
        for item in ("P2", "P6"):
            office.act(case.id, "correct", item)
    later = MONDAY + timedelta(days=2)
    with frozen_at(later):
        task, who = office.claimed(case.id, "accept", "P2")
        with pytest.raises(Incomplete) as again:
            intake.decide_intake(
                task.id,
                by=who,
                outcome=intake.CORRECTION,
                note="",
                revision=task.revision,
                key="again",
                faults=[Fault("material", "floor-plan", "仍未标注。")],
            )
    assert again.value.field == "again_reason"  # told once, merged or not
    assert outcome_of(case, "P2")[1] is None
