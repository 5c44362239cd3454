"""容缺受理 on the pages: promised at the window, offered and checked in the workspace, brought on the tracking page."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import credit, office, tolerances
from tests.support.tolerances import CHART
from webapp import clock, moments
from webapp.clock import frozen_at
from webapp.models import Tolerance
from webapp.services import receipt
from webapp.services.tolerance_offers import offer

MONDAY = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)
ANSWERS = office.example("ordinary")["answers"]
WHO = {"name": ANSWERS["legal_representative"], "id_number": ANSWERS["legal_representative_id"]}


def state(db: SQLAlchemy, case_id: int, key: str = "P2") -> Tolerance:
    db.session.expire_all()
    return db.session.query(Tolerance).filter_by(case_id=case_id, item_key=key).one()


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address, follow_redirects=True)
    text = response.get_data(as_text=True)
    assert response.status_code == status, text[:2000]
    return text


def hidden(text: str, name: str) -> str:
    return text.partition(f'name="{name}" value="')[2].partition('"')[0]


def scan() -> tuple[io.BytesIO, str]:
    return io.BytesIO(office.pdf().content), "承诺书.pdf"


def follow(client: FlaskClient, case: office.Handle) -> None:
    """The applicant opens the case with number and code."""
    token = office.csrf_token(client)
    client.post("/track", data={"number": case.number, "code": case.code, "csrf_token": token})


def test_the_window_reads_signs_and_receives(client: FlaskClient, db: SQLAlchemy) -> None:
    with frozen_at(MONDAY):
        case_id = tolerances.draft()
        office.sign_in(client, office.CLERK)
        assert "容缺受理" in page(client, f"/application/{case_id}/materials")
        address = f"/application/{case_id}/tolerance"
        assert "最迟 2026" in page(client, address).replace("\xa0", " ")
        asked = (
            "?shown=yes&items=P2&items=P3&until-P2=2026-09-15&until-P3=2026-09-30&how-P2-organisation-chart=tracking"
        )
        late = page(client, address + asked)
        assert "承诺补齐的日期最迟为2026年9月17日" in late
        read = page(client, address + asked.replace("2026-09-30", "2026-09-15"))
        assert "容缺受理承诺书" in read
        sent = {
            "csrf_token": office.csrf_token(client),
            "shown": "yes",
            "items": ["P2", "P3"],
            "until-P2": "2026-09-15",
            "until-P3": "2026-09-15",
            "how-P2-organisation-chart": "tracking",
            "digest-P2": hidden(read, "digest-P2"),
            "digest-P3": hidden(read, "digest-P3"),
            "signer_name": "鲁小兰",
        }
        unsigned = client.post(address, data=sent)
        assert unsigned.status_code == 422
        assert "签名" in unsigned.get_data(as_text=True)
        changed = client.post(address, data={**sent, "until-P2": "2026-09-14", "scan": scan()})
        assert changed.status_code == 409
        assert db.session.query(Tolerance).count() == 0
        signed = client.post(address, data={**sent, "scan": scan()})
        assert signed.status_code == 302, signed.get_data(as_text=True)[:1500]
        assert "已承诺受理后补齐" in page(client, f"/application/{case_id}/materials")
        assert "缺少材料" not in page(client, f"/application/{case_id}/check")
        receipt.receive(case_id, by=office.person(office.CLERK), key="r1")
    assert state(db, case_id).channel == "scan"


def test_whoever_is_barred_reads_rule_and_record_before_anything_is_promised(
    client: FlaskClient, db: SQLAlchemy
) -> None:
    case_id = tolerances.draft()
    credit.bar(office.example("ordinary")["answers"]["legal_representative_id"])
    office.sign_in(client, office.CLERK)
    for step in ("materials", "tolerance"):
        assert "不适用容缺受理（规则 credit-serious-dishonesty）" in page(client, f"/application/{case_id}/{step}")


def test_one_item_promises_what_another_commits_to(client: FlaskClient, db: SQLAlchemy) -> None:
    case_id = tolerances.draft("mixed-ways", missing=(tolerances.CHART,))
    for material in (tolerances.CHART, tolerances.CERTIFICATES):
        tolerances.leave_out(case_id, material)
    office.sign_letters(case_id, ["P2", "P5/health-certificates"], office.person(office.CLERK))
    office.sign_in(client, office.CLERK)
    address = f"/application/{case_id}/tolerance"
    offered = page(client, address)
    assert 'id="item-P3"' in offered
    assert 'id="item-P5"' not in offered  # its proof is committed to
    assert "请写明承诺补齐的日期" in page(client, address + "?shown=yes&items=P3&until-P3=")
    until = (moments.local(clock.now()).date() + timedelta(days=5)).isoformat()
    read = page(client, f"{address}?shown=yes&items=P3&until-P3={until}")
    sent = {
        "csrf_token": office.csrf_token(client),
        "shown": "yes",
        "items": "P3",
        "until-P3": until,
        "digest-P3": hidden(read, "digest-P3"),
        "signer_name": tolerances.signer(case_id),
        "scan": scan(),
    }
    assert client.post(address, data=sent).status_code == 302
    assert "缺少材料" not in page(client, f"/application/{case_id}/check")
    receipt.receive(case_id, by=office.person(office.CLERK), key="r1")


def test_of_two_items_one_alone_may_promise(client: FlaskClient, db: SQLAlchemy) -> None:
    case_id = tolerances.draft()
    office.sign_in(client, office.CLERK)
    address = f"/application/{case_id}/tolerance"
    until = (moments.local(clock.now()).date() + timedelta(days=5)).isoformat()
    read = page(client, f"{address}?shown=yes&items=P3&until-P2=&until-P3={until}")
    sent = {"csrf_token": office.csrf_token(client), "shown": "yes", "items": "P3", "until-P3": until}
    sent |= {"digest-P3": hidden(read, "digest-P3"), "signer_name": tolerances.signer(case_id)}
    assert client.post(address, data={**sent, "scan": scan()}).status_code == 302
    assert db.session.query(Tolerance).one().item_key == "P3"


def test_offered_in_the_workspace_promised_and_brought_on_the_tracking_page_and_checked(
    client: FlaskClient, db: SQLAlchemy
) -> None:
    with frozen_at(MONDAY):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        task, by = office.claimed(case.id, "accept", "P2")
        office.sign_in(client, by.login)
        assert "征询申请人" in page(client, f"/tasks/{task.id}")
        sent = {"csrf_token": office.csrf_token(client), "key": "k1"}
        assert client.post(f"/tasks/{task.id}/tolerance", data=sent).status_code == 422
        offered = client.post(f"/tasks/{task.id}/tolerance", data={**sent, "offered": CHART, "offer_note": "缺盖章页"})
        assert offered.status_code == 302
        client.post("/sign-out", data={"csrf_token": office.csrf_token(client)})
        follow(client, case)
        assert "答复容缺受理" in page(client, "/track/progress")
        read = page(client, "/track/tolerance/P2?until-P2=2026-09-10")
        assert "缺盖章页" in read
        assert ANSWERS["applicant_name"] not in read
        assert "容缺受理承诺书" in read
        token = office.csrf_token(client)
        promised = {
            "csrf_token": token,
            "until-P2": "2026-09-10",
            f"how-P2-{CHART}": "window",
            "digest-P2": hidden(read, "digest-P2"),
            **WHO,
        }
        wrong = client.post("/track/tolerance/P2/promise", data={**promised, "name": "别人"})
        assert wrong.status_code == 422
        assert client.post("/track/tolerance/P2/promise", data=promised).status_code == 302
        office.act(case.id, "accept", "P2", by=by)
    with frozen_at(MONDAY + timedelta(days=1)):
        follow(client, case)
        assert "在线补交材料" in page(client, "/track/progress")
        assert "请在" in page(client, "/track/tolerance/P2")
        token = {"csrf_token": office.csrf_token(client)}
        early = client.post("/track/tolerance/P2", data=token)
        assert early.status_code == 422
        other = client.post("/track/tolerance/P2/materials/floor-plan", data={**token, "files": scan()})
        assert other.status_code == 404
        added = client.post(f"/track/tolerance/P2/materials/{CHART}", data={**token, "files": scan()})
        assert added.status_code == 302
        assert client.post("/track/tolerance/P2", data=token).status_code == 302
        task, by = office.claimed(case.id, "check-material", "P2")
        office.sign_in(client, by.login)
        assert "核对补交材料" in page(client, f"/tasks/{task.id}")
        act = {"csrf_token": office.csrf_token(client), "key": "c1", "revision": task.revision}
        assert client.post(f"/tasks/{task.id}/act", data={**act, "checked": "inadequate"}).status_code == 422
        done = client.post(f"/tasks/{task.id}/act", data={**act, "checked": "inadequate", "told": "没有盖章。"})
        assert done.status_code == 302
    assert state(db, case.id).told == "没有盖章。"


def test_brought_at_the_window(client: FlaskClient, db: SQLAlchemy) -> None:
    with frozen_at(MONDAY):
        case = tolerances.received(date(2026, 9, 15))
        office.act(case.id, "accept", "P2")
    with frozen_at(MONDAY + timedelta(days=1)):
        office.sign_in(client, office.CLERK)
        assert "补交材料" in page(client, f"/window/cases/{case.id}")
        task = office.open_task(case.id, "hand-in", "P2")
        assert "请在" in page(client, f"/window/tolerances/{task.id}")
        token = {"csrf_token": office.csrf_token(client)}
        added = client.post(f"/window/tolerances/{task.id}/materials/{CHART}", data={**token, "files": scan()})
        assert added.status_code == 302
        task = office.open_task(case.id, "hand-in", "P2")
        sent = {**token, "key": "h1", "revision": task.revision}
        assert client.post(f"/window/tolerances/{task.id}", data=sent).status_code == 302
    assert state(db, case.id).state == "handed-in"


def test_promised_at_the_window_after_an_offer_or_declined(client: FlaskClient, db: SQLAlchemy) -> None:
    with frozen_at(MONDAY):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        for key in ("P2", "P3"):
            task, by = office.claimed(case.id, "accept", key)
            offer(task.id, [CHART], note="", by=by, key=f"o-{key}")
        office.sign_in(client, office.CLERK)
        address = f"/window/cases/{case.id}/tolerance/P2"
        read = page(client, f"{address}?until-P2=2026-09-10")
        sent = {"csrf_token": office.csrf_token(client), "key": "w1", "until-P2": "2026-09-10", **WHO}
        sent |= {"digest-P2": hidden(read, "digest-P2"), f"how-P2-{CHART}": "window"}
        assert client.post(address, data=sent).status_code == 422  # not signed
        assert client.post(address, data={**sent, "scan": scan()}).status_code == 302
        declined = client.post(f"/window/cases/{case.id}/tolerance/P3/decline", data=sent)
        assert declined.status_code == 302
    assert (state(db, case.id).state, state(db, case.id, "P3").state) == ("promised", "declined")


def test_the_decider_reads_what_is_awaited_and_is_refused_with_the_rule(client: FlaskClient, db: SQLAlchemy) -> None:
    with frozen_at(MONDAY):
        case = tolerances.received(date(2026, 9, 15))
        office.act(case.id, "accept", "P3")
        office.act(case.id, "examine", "P3")
        task, by = office.claimed(case.id, "review", "P3")
        office.sign_in(client, by.login)
        sent = {"csrf_token": office.csrf_token(client), "key": "m1", "majeure_reason": "暴雨停工。"}
        assert client.post(f"/tasks/{task.id}/tolerance-date", data=sent).status_code == 422
        moved = client.post(f"/tasks/{task.id}/tolerance-date", data={**sent, "evidence": scan()})
        assert moved.status_code == 302
        shown = page(client, f"/tasks/{task.id}")
        assert "暴雨停工" in shown
        assert "容缺受理承诺书" in shown
        row = state(db, case.id, "P3")
        for file_id in (row.signature_file_id, row.extended_file_id):
            assert client.get(f"/cases/{case.id}/files/{file_id}").status_code == 200
        office.act(case.id, "review", "P3", by=by)
        task, by = office.claimed(case.id, "decide", "P3")
        office.sign_in(client, by.login)
        assert "不能作出准予的决定" in page(client, f"/tasks/{task.id}")
    assert state(db, case.id, "P3").extended_days == 5
