"""Arranging an office: the demo city, its people, and cases driven by the acts that people do.

Everything goes through the application's own commands; the bundle's worked examples give the answers.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from flask.testing import FlaskClient
from PIL import Image, ImageDraw
from pypdf import PdfWriter

from engine.law import Fault, check_uscc
from engine.trial import Act, Kind
from tests.support import visiting
from tests.support.database import PASSWORD
from tests.support.points import every_point
from webapp import clock, moments
from webapp.catalogue import Published, arranged, current_releases, published, rules_in_force
from webapp.extensions import db
from webapp.identity import Identity, by_login
from webapp.models import Counter, ItemCase, UserTask
from webapp.queries.trials import example_variables
from webapp.services import (
    commitments,
    correcting,
    drafts,
    draws,
    engine_jobs,
    hand_up,
    intake,
    issuing,
    letters,
    materials,
    pre_reviews,
    receipt,
    reviews,
    revocations,
    rulings,
    signing_requests,
    supervision_handovers,
    tasks,
    trials,
    verification,
    verification_photos,
    visits,
)
from webapp.services.compared_facts import Comparison
from webapp.services.files import Upload
from webapp.settings import PROJECT_FOLDER
from webapp.unit_of_work import sql

CLERK, ISSUER = "lixiaoyun", "duanfang"
BUNDLE = "open-pharmacy"
TRACKING_NUMBER = "SF1000200030004"


@lru_cache(maxsize=8)
def example(name: str) -> dict[str, Any]:
    """A worked example of the pharmacy: guided answers, form answers, ways, acts."""
    path = PROJECT_FOLDER / "processes" / BUNDLE / "examples" / f"{name}.json"
    return json.loads(path.read_text("utf-8"))


def person(login: str) -> Identity:
    """A member of the demo organisation."""
    found = by_login(login)
    assert found is not None, login
    return found


def member_of(group: str, *, but: Iterable[int] = ()) -> Identity:
    """Someone of a candidate group, not one of `but`."""
    rows = (
        sql()
        .execute(
            "select u.login from app_user u join membership m on m.user_id = u.id"
            " join candidate_group g on g.id = m.group_id"
            " where g.key = %s and not u.id = any(%s) order by u.id",
            (group, list(but)),
        )
        .fetchall()
    )
    return person(rows[0][0])


def csrf_token(client: FlaskClient) -> str:
    """The token that a page of this browser carries."""
    page = client.get("/sign-in", follow_redirects=True).get_data(as_text=True)
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found is not None, page[:300]
    return found[1]


def sign_in(client: FlaskClient, login: str) -> None:
    """Sign in through the page, as a person does."""
    values = {"login": login, "password": PASSWORD, "csrf_token": csrf_token(client)}
    response = client.post("/sign-in", data=values)
    assert response.status_code == 302, response.get_data(as_text=True)[:500]


def pdf(name: str = "材料.pdf") -> Upload:
    """A real one-page PDF."""
    writer = PdfWriter()
    writer.add_blank_page(width=595, height=842)
    target = io.BytesIO()
    writer.write(target)
    return Upload(name, target.getvalue())


def picture(name: str = "签名.png", size: tuple[int, int] = (320, 120)) -> Upload:
    """A real PNG with a stroke of ink on it."""
    target = io.BytesIO()
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).line([(20, size[1] - 30), (size[0] // 2, 30), (size[0] - 20, size[1] - 40)], "black", 3)
    image.save(target, "PNG")
    return Upload(name, target.getvalue())


@dataclass(frozen=True)
class Handle:
    """A received case and what the applicant left with."""

    id: int
    number: str
    code: str


def visit(
    clerk: str = CLERK,
    *,
    present: str = visits.LEGAL_REPRESENTATIVE,
    person_of: Mapping[str, Any] | None = None,
) -> int:
    """An open visit of the applicant's legal representative, or of the representative with a mandate."""
    answers = person_of or example("commitment")["answers"]
    who = "representative" if present == visits.REPRESENTATIVE else "legal_representative"
    counter = db.session.query(Counter).order_by(Counter.id).first()
    assert counter is not None
    fallback = example("commitment")["answers"]
    return visits.open_visit(
        by=person(clerk),
        counter_id=counter.id,
        ticket="A023",
        present=present,
        person=visits.Person(
            answers.get("representative_name") or "周国富"
            if who == "representative"
            else answers["legal_representative"],
            answers.get(f"{who}_id") or fallback["legal_representative_id"],
            answers.get(f"{who}_mobile") or fallback["legal_representative_mobile"],
        ),
        identity_checked="hand",
        mandate=pdf("授权委托书.pdf") if present == visits.REPRESENTATIVE else None,
    )


#: What the form says where a representative applies.
REPRESENTED = {
    "handled_by": "representative",
    "representative_name": "鲁小兰",
    "representative_id": "110105199502144463",
    "representative_mobile": "13700002468",
}


def draft(name: str = "commitment", *, clerk: str = CLERK, present: str | None = None, place: str = "") -> int:
    """A draft with guided answers, form answers and every material of the example; nothing signed yet.

    The person present is the one that the form names, unless `present` says otherwise.
    """
    given = example(name)
    answers = given["answers"]
    present = present or answers.get("handled_by") or visits.LEGAL_REPRESENTATIVE
    if present == visits.REPRESENTATIVE and not answers.get("representative_id"):
        answers = {**answers, **REPRESENTED}
    by = person(clerk)
    visit_id = visit(clerk, present=present, person_of=answers)
    case_id = drafts.start_draft(by=by, visit_id=visit_id, bundle_key=BUNDLE, place=place)
    drafts.answer_guided(case_id, given["guided"], by=by)
    drafts.hand_sheet(case_id, by=by, language="zh")
    drafts.save_answers(case_id, raw_answers(answers), by=by)
    attach_all(case_id, by)
    return case_id


def raw_answers(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Example answers as a browser posts them."""
    raw: dict[str, Any] = {}
    for key, value in answers.items():
        if isinstance(value, bool):
            if value:
                raw[key] = "true"
        elif isinstance(value, list):
            raw[key] = [str(one) for one in value]
        else:
            raw[key] = str(value)
    return raw


def attach_all(case_id: int, by: Identity) -> None:
    """One PDF for every material that this applicant is asked for."""
    from engine.bundles import guide_for

    row = sql().execute("select release_id, guided from cases where id = %s", (case_id,)).fetchone()
    assert row is not None
    for required in guide_for(published(row[0]).bundle, row[1]).materials:
        if not required.exempt and required.material.source != "form":
            materials.attach(
                case_id,
                required.material.key,
                [pdf(f"{required.material.name.zh}.pdf")],
                by=by,
                form=required.material.forms[0],
                copies=1,
                provided_by="申请人",
            )


def digests_of(case_id: int, keys: Iterable[str]) -> dict[str, str]:
    """Key of a letter -> its digest, as somebody who reads it now would see it."""
    from webapp.answers import answers_of

    row = sql().execute("select release_id, profile_key from cases where id = %s", (case_id,)).fetchone()
    assert row is not None
    rules = rules_in_force(row[1] or "")
    release, answers = arranged(row[0], rules.profile), answers_of(case_id)
    return {key: letters.letter_for(release, _subject(release, key), answers, rules).digest for key in keys}


def _subject(release: Published, key: str) -> letters.Subject:
    found = letters.subject_of(release.bundle, key)
    assert found is not None, key
    return found


def _signer(case_id: int) -> str:
    from webapp.answers import answers_of

    return str(answers_of(case_id)["legal_representative"])


def sign_letters(case_id: int, keys: Iterable[str], by: Identity) -> None:
    """Read and sign these letters in one sitting."""
    commitments.sign(
        case_id,
        digests_of(case_id, keys),
        by=by,
        signature=picture(),
        signer_name=_signer(case_id),
        channel="tablet",
    )


def ask_to_sign(case_id: int, keys: Iterable[str]) -> str:
    """Let these letters be signed on the signer's own phone; the token in the QR code."""
    digests = digests_of(case_id, keys)
    return signing_requests.ask_to_sign(case_id, digests, by=person(CLERK), signer_name=_signer(case_id))


def received(
    name: str = "commitment",
    *,
    clerk: str = CLERK,
    present: str | None = None,
    ways: Mapping[str, str] | None = None,
    place: str = "",
) -> Handle:
    """An example, received at the window: by commitment where it says so. `place`: another than the counter's."""
    by = person(clerk)
    case_id = draft(name, clerk=clerk, present=present, place=place)
    chosen = example(name)["ways"] if ways is None else ways
    committed = [key for key, way in chosen.items() if way == "commitment"]
    if committed:
        sign_letters(case_id, committed, by)
    got = receipt.receive(case_id, by=by, key=f"receive-{case_id}")
    return Handle(got.case_id, got.number, got.code)


def trial(login: str = "taoran") -> int:
    """A designer's trial of the published bundle, on the variables of an example, with one act done."""
    release = current_releases()[BUNDLE]
    told = example_variables(release, "examples/ordinary.json")
    assert told is not None
    beginning = replace(trials.beginning_now("open-pharmacy"), variables=told)
    trial_id = trials.try_release(release, beginning, by=person(login))
    trials.act(trial_id, Act(Kind.COMPLETE, 1, "backfill", variables={"ruling": "grant"}), seen=0, by=person(login))
    return trial_id


def run_jobs(case_id: int) -> int:
    """Do the case's waiting background jobs, as a worker would; returns how many."""
    count = 0
    while True:
        rows = (
            sql()
            .execute("select id from engine_job where case_id = %s and state = 'open' order by id", (case_id,))
            .fetchall()
        )
        if not rows:
            return count
        for (job_id,) in rows:
            engine_jobs.run(job_id)
            count += 1


def open_task(case_id: int, step: str, item: str | None = None) -> UserTask:
    """The open task of a step (and item) of the case."""
    query = db.session.query(UserTask).filter_by(case_id=case_id, step=step, state="open")
    if item is not None:
        query = query.join(ItemCase, ItemCase.id == UserTask.item_case_id).filter(ItemCase.item_key == item)
    task = query.order_by(UserTask.id).first()
    assert task is not None, f"no open {step} for {item}: {open_steps(case_id)}"
    db.session.refresh(task)
    return task


def open_steps(case_id: int) -> list[tuple[str | None, str]]:
    """(item, step) of every open task of the case, in order of opening."""
    rows = (
        sql()
        .execute(
            "select ic.item_key, t.step from user_task t left join item_case ic on ic.id = t.item_case_id"
            " where t.case_id = %s and t.state = 'open' order by t.id",
            (case_id,),
        )
        .fetchall()
    )
    return [(item, step) for item, step in rows]


def claimed(
    case_id: int, step: str, item: str | None = None, *, by: Identity | None = None
) -> tuple[UserTask, Identity]:
    """The open task, claimed by `by` or by someone of its group who did not propose on the item."""
    task = open_task(case_id, step, item)
    who = by
    if who is None:
        reviewers = (
            sql().execute("select distinct by_id from review where item_case_id = %s", (task.item_case_id,)).fetchall()
        )
        avoid = [row[0] for row in reviewers] if step in ("decide",) else []
        who = member_of(task.groups[0], but=avoid)
    tasks.claim(task.id, by=who)
    db.session.expire_all()
    return open_task(case_id, step, item), who


def act(case_id: int, step: str, item: str | None = None, *, by: Identity | None = None, **choice: Any) -> Identity:
    """Do one act as a person of the right post does it; returns who did. Background jobs run after it."""
    if step == "visit":
        return sign_visit(case_id, **choice)
    if step in ("verify", "recheck"):
        return sign_verification(case_id, step, item, by=by, **choice)
    task, who = claimed(case_id, step, item, by=by)
    common: dict[str, Any] = {
        "by": who,
        "revision": task.revision,
        "key": f"{step}-{task.id}-{task.revision}",
    }
    ACTS[step](task, common, choice)
    db.session.expire_all()
    run_jobs(case_id)
    db.session.expire_all()
    return who


def sign_visit(case_id: int, *, visit_conclusion: str = "pass") -> Identity:
    """Two officers sign the joint visit."""
    task = open_task(case_id, "visit")
    first = member_of(task.groups[0])
    second = member_of(task.groups[0], but=[first.user_id])
    for officer in (first, second):
        visiting.sign(case_id, officer, visit_conclusion)
    db.session.expire_all()
    run_jobs(case_id)
    return second


def sign_verification(
    case_id: int, step: str, item: str | None = None, *, by: Identity | None = None, verification_result: str = "pass"
) -> Identity:
    """Two officers sign a verification (`by` first; those who were drawn, where that is the method)."""
    task = open_task(case_id, step, item)
    first, second = verifiers(task, first=by)
    for officer in (first, second):
        db.session.expire_all()
        task = open_task(case_id, step, item)
        if officer is first:
            take_photo(task, by=officer)
        verification.verify(
            task.id,
            by=officer,
            result=verification_result,
            record="到场核查，与承诺一致。",
            checklist=every_point(task),
            compared=compared_facts(task) if verification_result == "pass" else differing_facts(task),
            revision=task.revision,
            key=f"{step}-{task.id}-{officer.user_id}",
        )
    db.session.expire_all()
    run_jobs(case_id)
    db.session.expire_all()
    return second


def verifiers(task: UserTask, *, first: Identity | None = None) -> tuple[Identity, Identity]:
    """The two officers who verify: those drawn for the item, else two of the post."""
    assert task.item_case_id is not None
    draw = draws.latest_draw(task.item_case_id)
    if draw is None:
        lead = first or member_of(task.groups[0])
        return lead, member_of(task.groups[0], but=[lead.user_id])
    rows = sql().execute("select id, login from app_user where id = any(%s)", (list(draw.officers),)).fetchall()
    logins: dict[int, str] = dict(rows)
    one, other = (person(logins[user]) for user in draw.officers)
    return (other, one) if first is not None and first.user_id == other.user_id else (one, other)


def take_photo(task: UserTask, *, by: Identity) -> None:
    """A photo of the whole, taken now."""
    verification_photos.add_photos(
        task.id,
        [picture("门店外观.png")],
        by=by,
        point="",
        taken_at=clock.now(),
        place="江城市东城区和平路12号",
        key=f"photo-{task.id}-{by.user_id}",
    )


def compared_facts(task: UserTask, result: str = "match") -> dict[str, Comparison]:
    """Every fact that the place lays down for the item, held against the register."""
    item = db.session.get(ItemCase, task.item_case_id)
    assert item is not None
    key = sql().execute("select profile_key from cases where id = %s", (task.case_id,)).fetchone()
    facts = rules_in_force(key[0] if key else "").profile.verification.method(item.item_key).facts
    return {fact.key: Comparison("江城市市场主体登记库", "登记信息", result) for fact in facts}


def differing_facts(task: UserTask) -> dict[str, Comparison]:
    return compared_facts(task, "differ")


def _accept(task: UserTask, common: dict[str, Any], choice: Mapping[str, Any]) -> None:
    outcome = choice.get("intake_outcome", "accepted")
    note = "" if outcome in ("accepted", "correction") else "不属于本机关职权范围。"
    intake.decide_intake(
        task.id,
        outcome=outcome,
        note=note,
        authority="江城市市场监督管理局" if outcome == "wrong-authority" else "",
        faults=choice.get("faults") or asked_of(task) if outcome == "correction" else (),
        **common,
    )


#: What a correction asks for where a story does not say: the first of these that the item uses.
ASKED = (("floor-plan", "未标注面积。"), ("signboard-rendering", "未标明尺寸。"))


def asked_of(task: UserTask) -> list[Fault]:
    """A list of corrections that suits the item of this task."""
    item = db.session.get(ItemCase, task.item_case_id)
    assert item is not None
    used = {
        material.key
        for material in published(current_releases()[BUNDLE]).bundle.materials
        if any(requirement.item == item.item_key for requirement in material.requirements)
    }
    key, text = next((key, text) for key, text in ASKED if key in used)
    return [Fault("material", key, text)]


def _examine(task: UserTask, common: dict[str, Any], choice: Mapping[str, Any]) -> None:
    reviews.examine(
        task.id,
        visit_needed=bool(choice.get("visit_needed", False)),
        opinion="资料齐全。",
        checklist={},
        **common,
    )


def _pre_review(task: UserTask, common: dict[str, Any], choice: Mapping[str, Any]) -> None:
    conclusion = choice.get("conclusion", pre_reviews.READY)
    pre_reviews.pre_review(task.id, conclusion=conclusion, opinion="效果图符合导则。", checklist={}, **common)


def _review(task: UserTask, common: dict[str, Any], choice: Mapping[str, Any]) -> None:
    reviews.propose(
        task.id,
        proposal=choice.get("proposal", "grant"),
        opinion="经审查，符合规定条件。",
        checklist={},
        **common,
    )


def _hand_up(task: UserTask, common: dict[str, Any], choice: Mapping[str, Any]) -> None:
    conclusion = choice.get("conclusion", reviews.GRANT)
    hand_up.hand_up(task.id, conclusion=conclusion, opinion="经初审，符合规定条件。", **common)


def _upper_review(task: UserTask, common: dict[str, Any], choice: Mapping[str, Any]) -> None:
    conclusion = choice.get("conclusion", reviews.GRANT)
    hand_up.upper_review(task.id, conclusion=conclusion, opinion="计算机系统的追溯情况不明。", checklist={}, **common)


def _rule(task: UserTask, common: dict[str, Any], choice: Mapping[str, Any]) -> None:
    ruling = choice.get("ruling", "grant")
    facts = "" if ruling == "grant" else "效果图显示招牌设置在二层外墙。"
    reasons = "" if ruling == "grant" else "设置位置遮挡消防登高面。"
    rulings.rule(task.id, ruling=ruling, facts=facts, reasons=reasons, **common)


def _backfill(task: UserTask, common: dict[str, Any], choice: Mapping[str, Any]) -> None:
    ruling = choice.get("ruling", "grant")
    number = credit_code(task.case_id)
    rulings.enter_outside_result(
        task.id,
        ruling=ruling,
        reasons="" if ruling == "grant" else "名称与已登记企业近似。",
        number=number,
        number_again=number,
        issued_on=clock.today(moments.OFFICE_ZONE),
        **common,
    )


def credit_code(serial: int) -> str:
    """A valid unified social credit code of its own for each `serial`: 8 digits of it, and the check character."""
    stem = f"91110105M{serial:08}"
    return next(stem + last for last in "0123456789ABCDEFGHJKLMNPQRTUWXY" if check_uscc(stem + last) is None)


def _issue(task: UserTask, common: dict[str, Any], choice: Mapping[str, Any]) -> None:
    issuing.prepare_result(task.id, means=choice.get("means", "counter"), preprinted_number="YZ0012345", **common)


def _deliver(task: UserTask, common: dict[str, Any], choice: Mapping[str, Any]) -> None:
    row = sql().execute("select means from collection where item_case_id = %s", (task.item_case_id,)).fetchone()
    if row and row[0] != "counter":
        issuing.send(task.id, tracking_number=TRACKING_NUMBER, **common)
        return
    collector = choice.get("collector") or legal_representative(task.case_id)
    issuing.hand_over([task.id], by=common["by"], collector=collector, signature=picture(), key=common["key"])


def legal_representative(case_id: int) -> issuing.Collector:
    """The legal representative of the case as a collector."""
    from webapp.answers import answers_of

    answers = answers_of(case_id)
    return issuing.Collector(
        "legal-representative", answers["legal_representative"], answers["legal_representative_id"]
    )


def _correct(task: UserTask, common: dict[str, Any], choice: Mapping[str, Any]) -> None:
    by = common.pop("by")
    correcting.answer(correcting.AtWindow(task.id, by), choice.get("reply", "已补正。"), **common)


def _tell_of_revocation(task: UserTask, common: dict[str, Any], choice: Mapping[str, Any]) -> None:
    revocations.tell_of_revocation(task.id, facts="整改后仍未分区陈列。", reasons="承诺的条件没有达到。", **common)


def _hear_holder(task: UserTask, common: dict[str, Any], choice: Mapping[str, Any]) -> None:
    revocations.hear_holder(task.id, statement="没有异议。", nothing_said=False, **common)


def _revoke(task: UserTask, common: dict[str, Any], choice: Mapping[str, Any]) -> None:
    decision = choice.get("revocation", "revoke")
    revocations.decide_revocation(task.id, decision=decision, grounds="承诺的条件没有履行。", **common)


def _take_over(task: UserTask, common: dict[str, Any], choice: Mapping[str, Any]) -> None:
    supervision_handovers.take_over(task.id, responsible=choice.get("responsible", "药品监管科"), **common)


def _report_back(task: UserTask, common: dict[str, Any], choice: Mapping[str, Any]) -> None:
    supervision_handovers.report_back(task.id, result=choice.get("result", "normal"), note="", **common)


ACTS: dict[str, Any] = {
    "take-over": _take_over,
    "report-back": _report_back,
    "accept": _accept,
    "correct": _correct,
    "pre-review": _pre_review,
    "examine": _examine,
    "review": _review,
    "hand-up": _hand_up,
    "upper-review": _upper_review,
    "decide": _rule,
    "immediate": _rule,
    "backfill": _backfill,
    "issue": _issue,
    "deliver": _deliver,
    "revocation-notice": _tell_of_revocation,
    "statement": _hear_holder,
    "revoke": _revoke,
}


def play(case_id: int, acts: Iterable[Mapping[str, Any]]) -> None:
    """Do an example's acts in order."""
    for one in acts:
        act(case_id, one["step"], one.get("item"), **one.get("variables", {}))
