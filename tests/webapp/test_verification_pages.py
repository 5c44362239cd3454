"""The pages of a verification: photos beside what is typed, what is refused, the draw, and what the public reads."""

from __future__ import annotations

import io

from flask.testing import FlaskClient

from tests.support import office
from tests.support.pages import Browser
from webapp.models import VerificationPhoto
from webapp.queries.history import history_of
from webapp.unit_of_work import sql

TWO_HUNDRED_MEGABYTES = 200 * 1024 * 1024


def verifying(item: str) -> tuple[int, int]:
    """A case with this item granted by commitment, and the task of its verification."""
    case = office.received("commitment")
    office.act(case.id, "immediate", item)
    return case.id, office.open_task(case.id, "verify", item).id


def upload(client: FlaskClient, task: int, content: bytes, *, name: str = "门店.png", **typed: str) -> tuple[int, str]:
    values = {
        "csrf_token": office.csrf_token(client),
        "photo_key": f"k-{len(content)}-{len(typed)}",
        "photo": (io.BytesIO(content), name),
        **typed,
    }
    response = client.post(f"/tasks/{task}/photos", data=values, content_type="multipart/form-data")
    return response.status_code, response.get_data(as_text=True)


PLACE = {"photo_taken_at": "2026-01-05T10:00", "photo_place": "和平路12号", "record": "质量负责人在岗。"}


def test_a_photo_is_kept_with_time_and_place_and_nothing_typed_is_lost(db: object, client: FlaskClient) -> None:
    case_id, task = verifying("P3")
    office.sign_in(client, "huaqiang")
    status, page = upload(client, task, office.picture().content, record="质量负责人在岗。")
    assert status == 422
    assert "请填写拍摄时间" in page
    assert "质量负责人在岗。</textarea>" in page
    status, page = upload(client, task, office.picture().content, **PLACE)
    assert status == 200
    assert "质量负责人在岗。</textarea>" in page
    kept = VerificationPhoto.query.one()
    photo = kept.id
    assert f"/cases/{case_id}/files/{kept.file_id}" in page
    assert client.get(f"/cases/{case_id}/files/{kept.file_id}").headers["Content-Type"] == "image/png"
    values = {"csrf_token": office.csrf_token(client), "photo_key": "gone"}
    assert client.post(f"/tasks/{task}/photos/{photo}/remove", data=values).status_code == 200
    assert VerificationPhoto.query.count() == 0
    assert client.post(f"/tasks/{task}/photos/{photo}/remove", data={**values, "photo_key": "g"}).status_code == 404


def test_what_is_no_photo_or_too_large_is_refused_in_plain_words(db: object, client: FlaskClient) -> None:
    _, task = verifying("P3")
    office.sign_in(client, "huaqiang")
    status, page = upload(client, task, b"GIF89a" + bytes(100), name="动图.gif", **PLACE)
    assert (status, "内容不是 PDF、JPG 或 PNG" in page) == (422, True)
    token = office.csrf_token(client)
    refused = client.post(
        f"/tasks/{task}/photos",
        headers={"X-CSRFToken": token},
        content_type="multipart/form-data; boundary=x",
        data=b"--x",
        environ_overrides={"CONTENT_LENGTH": str(TWO_HUNDRED_MEGABYTES)},
    )
    assert refused.status_code == 413
    assert "一次上传超过 40 MB" in refused.get_data(as_text=True)
    assert VerificationPhoto.query.count() == 0


def test_who_was_not_drawn_reads_who_was_and_cannot_act(db: object, client: FlaskClient) -> None:
    case_id, task = verifying("P2")
    first, second = office.verifiers(office.open_task(case_id, "verify", "P2"))
    other = office.member_of("market.verify", but=[first.user_id, second.user_id])
    screen = Browser(client, other.login)
    seen = screen.open(f"/tasks/{task}").words("//aside")
    assert f"本次核查随机抽取的核查人员是{first.name}、{second.name}" in seen
    assert "种子" in seen
    status, page = upload(client, task, office.picture().content, **PLACE)
    assert (status, "应由其核查" in page) == (403, True)


def test_after_a_draw_the_unit_that_granted_goes_on_to_revoke(db: object, client: FlaskClient) -> None:
    case_id, _ = verifying("P2")
    office.act(case_id, "verify", "P2", verification_result="unfulfilled")
    office.act(case_id, "recheck", "P2", verification_result="fail")
    for step in ("revocation-notice", "statement", "revoke"):
        task, who = office.claimed(case_id, step, "P2")
        page = Browser(client, who.login).open(f"/tasks/{task.id}")
        assert "应由其核查" not in page.words("//aside")
        assert page.tree.xpath("//*[@id='act']//fieldset[@disabled]") == []
        office.act(case_id, step, "P2", by=who)


def test_what_is_marked_as_not_met_is_not_found_as_committed(db: object, client: FlaskClient) -> None:
    _, task = verifying("P3")
    office.sign_in(client, "huaqiang")
    upload(client, task, office.picture().content, **PLACE)
    screen = Browser(client, "huaqiang")
    points = screen.open(f"/tasks/{task}").tree.xpath("//input[starts-with(@name, 'check.')]/@name")
    marks = {**dict.fromkeys(map(str, points), "pass"), "check.condition-1": "fail"}
    refused = screen.act(task, **marks, result="pass", record="到场核查。")
    assert refused.status_code == 422
    assert "核查结论不能是“与承诺一致”" in refused.get_data(as_text=True)


def test_what_was_put_right_is_said_so_in_the_case(db: object, client: FlaskClient) -> None:
    case_id, _ = verifying("P4")
    office.act(case_id, "verify", "P4", verification_result="unfulfilled")
    office.act(case_id, "recheck", "P4", verification_result="pass")
    office.sign_in(client, "weixiaohong")
    page = client.get(f"/cases/{case_id}").get_data(as_text=True)
    assert "整改复查：整改合格" in page
    assert "事后核查：与承诺一致" not in page
    told = history_of(case_id, [], [])
    assert [line.what.zh for line in told if "核查：" in line.what.zh or "复查：" in line.what.zh] == [
        "事后核查：未履行承诺",
        "整改复查：整改合格",
    ]


def test_the_public_reads_what_was_revoked_without_grounds_or_numbers_of_people(
    db: object, client: FlaskClient
) -> None:
    assert "没有公示" in client.get("/announcements").get_data(as_text=True)
    case_id, _ = verifying("P4")
    office.act(case_id, "verify", "P4", verification_result="unfulfilled")
    office.act(case_id, "recheck", "P4", verification_result="fail")
    for step in ("revocation-notice", "statement", "revoke"):
        office.act(case_id, step, "P4")
    page = client.get("/announcements").get_data(as_text=True)
    assert "取消备案" in page
    assert "整改后仍未分区陈列" not in page
    assert str(office.example("commitment")["answers"]["legal_representative_id"]) not in page
    row = sql().execute("select licence_number from publication").fetchone()
    assert row is not None
    assert row[0] in page
