"""The joint visit: one record of several items, signed by two officers by its digest, with photos and who was there."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from PIL import ExifTags, Image

from tests.support import office, visiting
from tests.support.pages import Browser
from tests.support.visiting import marks, sign
from webapp.clock import frozen_at
from webapp.errors import FileRefused, Incomplete, NotFound, SecondOfficerNeeded
from webapp.identity import Identity
from webapp.models import CaseEvent, Document, Notice, Participant, Review, VisitPhoto, VisitRecord
from webapp.queries.site_visits import photos_of_visit
from webapp.queries.workspace import workspace
from webapp.services import task_drafts, undoing, visit_photos, visit_records
from webapp.services.files import LARGEST_FILE, Upload
from webapp.services.kept_documents import kept_document
from webapp.services.task_drafts import KeptElsewhere
from webapp.services.visit_photos import RecordSigned, Said, Shot
from webapp.services.visit_records import NothingToReturn, RecordChanged, attendance

NOW = datetime(2026, 9, 3, 2, 0, tzinfo=UTC)
PLACE = "江城市东城区和顺路88号一层"


@pytest.fixture
def case_id(db: SQLAlchemy) -> Iterator[int]:
    """A visit of two items is open."""
    with frozen_at(NOW):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        for item in ("P2", "P3"):
            office.act(case.id, "accept", item)
            office.act(case.id, "examine", item, visit_needed=True)
        yield case.id


def officers(case_id: int) -> tuple[Identity, Identity]:
    group = office.open_task(case_id, "visit").groups[0]
    first = office.member_of(group)
    return first, office.member_of(group, but=[first.user_id])


def photo(name: str = "现场.jpg", *, exif: Image.Exif | None = None) -> Upload:
    """A JPEG as a phone takes it."""
    target = io.BytesIO()
    Image.new("RGB", (640, 480), "#88aacc").save(target, "JPEG", exif=exif or Image.Exif())
    return Upload(name, target.getvalue())


def take(case_id: int, by: Identity, point: str = "", key: str = "shot-1", **said: Any) -> int:
    upload = said.pop("upload", None) or photo()
    told = {"taken_at": NOW - timedelta(minutes=3), "place": PLACE, **said}
    task = office.open_task(case_id, "visit")
    return visit_photos.add_photos(task.id, [Shot(upload, key)], by=by, said=Said(point, **told))


def standing(db: SQLAlchemy) -> VisitRecord:
    db.session.expire_all()
    return db.session.query(VisitRecord).filter_by(ended_at=None).one()


def test_two_items_one_record_two_signatures_and_each_review_sees_its_own_part(db: SQLAlchemy, case_id: int) -> None:
    first, second = officers(case_id)
    assert take(case_id, first, "P2.signs") == 1
    assert take(case_id, second, "", key="shot-2") == 1
    present = attendance("周国富", "店长", office.picture(), "")
    minor = marks(case_id, P2__signs="警示语不全")
    assert not sign(case_id, first, "minor", checklist=minor, present=present)

    record = standing(db)
    assert record.digest == hashlib.sha256(record.content.encode()).hexdigest()
    told = json.loads(record.content)
    assert [one["point"] for one in told["photos"]] == ["P2.signs", ""]
    assert told["remarks"] == {"P2.signs": "警示语不全"}
    assert told["present"]["name"] == "周国富"
    with pytest.raises(RecordChanged):
        sign(case_id, second, digest="0" * 64)
    assert sign(case_id, second, digest=record.digest)

    db.session.expire_all()
    signed = db.session.query(Participant).filter_by(task_id=record.task_id).order_by(Participant.role)
    assert {one.digest for one in signed} == {record.digest}
    paper = Document.query.filter_by(case_id=case_id, kind="visit-record").one()
    for language in ("zh", "en"):
        text = str(getattr(kept_document(paper.id), language))
        assert record.digest in text
        assert "周国富" in text
        assert first.name in text
        assert second.name in text
    text = str(kept_document(paper.id).zh)
    assert "不符合：警示语不全" in text
    assert "药品经营质量管理规范" in text  # each point with its legal condition
    assert text.count(told["photos"][0]["sha256"]) == 2  # both photos have the same content
    assert "已阅读并签字" in text

    drug = workspace(office.open_task(case_id, "review", "P2").id, office.member_of("drug.review"))
    device = workspace(office.open_task(case_id, "review", "P3").id, office.member_of("device.review"))
    assert drug.visited is not None
    assert device.visited is not None
    assert drug.visited.conclusion == "minor"
    assert drug.visited.remarks == {"P2.signs": "警示语不全"}
    assert device.visited.conclusion == "pass"  # the drug side's fault is none of the devices
    assert {key.split(".")[0] for key in device.visited.checklist} == {"P3"}
    assert [one.point for one in photos_of_visit(record.task_id, "P2")] == ["P2.signs", ""]
    assert [one.point for one in photos_of_visit(record.task_id, "P3")] == [""]


def test_a_conclusion_that_its_own_points_contradict_is_not_signed(case_id: int) -> None:
    first, _ = officers(case_id)
    with pytest.raises(Incomplete) as refused:
        sign(case_id, first, "minor", checklist=marks(case_id, P2__qualification="无执业药师"))
    assert "药品经营许可（零售）" in refused.value.words.zh
    assert not sign(case_id, first, "major", checklist=marks(case_id, P2__qualification="无执业药师"))


def test_a_record_without_each_point_or_without_who_was_there_is_not_signed(db: SQLAlchemy, case_id: int) -> None:
    first, second = officers(case_id)
    every = marks(case_id)
    with pytest.raises(Incomplete) as refused:
        sign(case_id, first, "", checklist={}, record=" ", present=None)
    assert set(refused.value.faults) == {
        *(f"check.{key}" for key in every),
        "conclusion",
        "record",
        "signature_of_person",
    }
    for given, field in (
        ({"present": None}, "signature_of_person"),
        ({"checklist": {key: mark for key, mark in every.items() if key != "P3.zones"}}, "check.P3.zones"),
        ({"checklist": {**every, "P2.signs": "perhaps"}}, "check.P2.signs"),
        ({"checklist": {**every, "P9.nothing": "pass"}}, "check.P9.nothing"),
    ):
        with pytest.raises(Incomplete) as refused:
            sign(case_id, first, "pass", **given)
        assert set(refused.value.faults) == {field}
    db.session.expire_all()
    assert db.session.query(VisitRecord).count() == 0
    assert db.session.query(Participant).count() == 0
    assert not sign(case_id, first, "pass")
    with pytest.raises(RecordChanged):  # nobody signs what they have not read
        sign(case_id, second, digest="")
    assert sign(case_id, second)


def test_over_plain_http_nothing_is_signed_that_the_page_would_not_send(
    db: SQLAlchemy, case_id: int, client: FlaskClient
) -> None:
    first, second = officers(case_id)
    page = f"/tasks/{office.open_task(case_id, 'visit').id}"
    points = {f"check.{key}": mark for key, mark in marks(case_id).items()}
    whole = {"conclusion": "pass", "record": "与图纸一致。", "person_unsigned": "无人在场。", "revision": "0", **points}
    person = Browser(client, first.login)
    for left_out, words in (
        (["person_unsigned"], "请由在场人签字；不签字的，写明原因"),
        (["check.P2.signs"], "请标明符合、不符合或者不适用"),
        (list(points), "请标明符合、不符合或者不适用"),
    ):
        sent = {name: text for name, text in whole.items() if name not in left_out}
        answer = person.post(f"{page}/act", key=f"without-{left_out[0]}", **sent)
        assert answer.status_code == 422
        assert words in answer.get_data(as_text=True)
    unknown = person.post(f"{page}/act", key="unknown", **whole, **{"check.P9.nothing": "pass"})
    assert unknown.status_code == 422
    assert "核查清单中没有这一要点" in unknown.get_data(as_text=True)
    assert db.session.query(Participant).count() == 0
    assert person.post(f"{page}/act", key="whole", **whole).status_code == 302

    revision = str(visiting.open_visit(case_id).revision)
    other = Browser(client, second.login)
    unread = other.post(f"{page}/act", key="unread", revision=revision)
    assert unread.status_code == 409
    assert "核查记录与您阅读的不是同一份" in unread.get_data(as_text=True)
    assert other.post(f"{page}/act", key="read", revision=revision, digest=visiting.read(case_id)).status_code == 302


def test_who_declines_to_sign_returns_the_record_with_words(db: SQLAlchemy, case_id: int) -> None:
    first, second = officers(case_id)
    task = office.open_task(case_id, "visit")

    def decline(by: Identity, reason: str, key: str) -> None:
        revision, digest = visiting.open_visit(case_id).revision, visiting.read(case_id)
        visit_records.return_record(task.id, by=by, reason=reason, digest=digest, revision=revision, key=key)

    with pytest.raises(NothingToReturn):
        decline(second, "不一致", "a")
    sign(case_id, first, "pass", checklist=marks(case_id), record="冷藏设备未见。")
    with pytest.raises(SecondOfficerNeeded):
        decline(first, "再看看", "b")
    with pytest.raises(Incomplete):
        decline(second, "  ", "c")
    with pytest.raises(RecordSigned) as refused:
        take(case_id, second)
    assert first.name in refused.value.words.zh
    decline(second, "冷藏设备在二层，记录不实。", "d")

    db.session.expire_all()
    record = db.session.query(VisitRecord).one()
    assert (record.ended_by, record.end_reason) == (second.user_id, "冷藏设备在二层，记录不实。")
    assert db.session.query(Participant).filter_by(task_id=task.id).count() == 0
    assert db.session.query(Review).filter_by(step="visit", withdrawn_at=None).count() == 0
    assert office.open_task(case_id, "visit").id == task.id
    drafted = dict(workspace_draft(task.id, first))
    assert drafted["record"] == "冷藏设备未见。"  # what the first wrote is theirs to mend
    assert drafted["check.P2.qualification"] == "pass"
    told = db.session.query(Notice).filter_by(user_id=first.user_id, kind="sent-back").one()
    assert "记录不实" in str(told.facts)
    assert db.session.query(CaseEvent).filter_by(case_id=case_id, kind="visit-returned").count() == 1

    take(case_id, second, "P2.cold-storage")  # and photos may be added again
    assert not sign(case_id, second, "pass", checklist=marks(case_id))
    assert sign(case_id, first, digest=standing(db).digest)


def workspace_draft(task_id: int, by: Identity) -> list[tuple[str, str]]:
    from webapp.unit_of_work import sql

    row = sql().execute(task_drafts.DRAFT, {"task": task_id, "me": by.user_id}).fetchone()
    assert row is not None
    return [(name, text) for name, text in row[0]]


def test_a_record_that_its_officer_takes_back_stands_no_longer(db: SQLAlchemy, case_id: int) -> None:
    first, second = officers(case_id)
    sign(case_id, first, "pass", checklist=marks(case_id))
    read = standing(db).digest
    undoing.take_back(office.open_task(case_id, "visit").id, by=first, key="back")
    sign(case_id, first, "minor", checklist=marks(case_id, P2__signs="警示语不全"))
    with pytest.raises(RecordChanged):
        sign(case_id, second, digest=read)
    assert sign(case_id, second, digest=standing(db).digest)


def test_who_was_there_signs_or_it_is_written_why_not(db: SQLAlchemy, case_id: int) -> None:
    for name, signature, because, field in (
        ("周国富", None, "", "signature_of_person"),
        ("周国富", office.picture(), "拒绝签字", "person_unsigned"),
        ("", office.picture(), "", "person_name"),
    ):
        with pytest.raises(Incomplete) as refused:
            attendance(name, "", signature, because)
        assert field in refused.value.faults
    with pytest.raises(FileRefused):
        attendance("周国富", "", Upload("签名.png", b"<script>"), "")
    first, second = officers(case_id)
    refusing = attendance("周国富", "店长", None, "对第三项有异议，拒绝签字。")
    sign(case_id, first, "pass", checklist=marks(case_id), present=refusing)
    sign(case_id, second)
    paper = Document.query.filter_by(case_id=case_id, kind="visit-record").one()
    assert "周国富（店长），未签字：对第三项有异议，拒绝签字。" in str(kept_document(paper.id).zh)


def test_a_photo_says_where_it_was_taken_and_is_not_believed(db: SQLAlchemy, case_id: int) -> None:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitudeRef: "N",
            ExifTags.GPS.GPSLatitude: (31.0, 13.0, 49.0),
            ExifTags.GPS.GPSLongitudeRef: "E",
            ExifTags.GPS.GPSLongitude: (121.0, 28.0, 25.0),
        }
    )
    exif[ExifTags.Base.DateTime] = "2011:01:01 08:00:00"
    first, _ = officers(case_id)
    take(case_id, first, upload=photo(exif=exif))
    kept = VisitPhoto.query.one()
    assert kept.place == PLACE  # the officer's word
    assert kept.taken_at == NOW - timedelta(minutes=3)
    assert kept.stated_at == "2011:01:01 08:00:00"
    assert kept.stated_place == "31.23028, 121.47361"
    nonsense = Image.Exif()
    nonsense.get_ifd(ExifTags.IFD.GPSInfo).update(
        {ExifTags.GPS.GPSLatitude: (99999.0, 0.0, 0.0), ExifTags.GPS.GPSLongitude: (1.0, 2.0, 3.0)}
    )
    take(case_id, first, upload=photo(exif=nonsense), key="shot-2")
    assert VisitPhoto.query.filter_by(device_key="shot-2").one().stated_place == ""


def test_a_photo_that_is_sent_again_is_kept_once(db: SQLAlchemy, case_id: int) -> None:
    first, second = officers(case_id)
    assert take(case_id, first) == 1
    assert take(case_id, first) == 0  # the answer was lost on the way
    sign(case_id, first, "pass", checklist=marks(case_id))
    assert take(case_id, first) == 0  # and is not a refusal after the record was signed either
    assert VisitPhoto.query.count() == 1
    with pytest.raises(RecordSigned):
        take(case_id, second, key="shot-2")


def test_what_is_no_photo_or_says_too_little_is_refused(db: SQLAlchemy, case_id: int) -> None:
    first, second = officers(case_id)
    with pytest.raises(FileRefused):
        take(case_id, first, upload=office.pdf())
    with pytest.raises(FileRefused):
        take(case_id, first, upload=Upload("大.jpg", b"\xff\xd8\xff" + bytes(LARGEST_FILE)))
    for said, field in (
        ({"taken_at": None}, "photo_taken_at"),
        ({"taken_at": NOW + timedelta(hours=1)}, "photo_taken_at"),
        ({"place": " "}, "photo_place"),
    ):
        with pytest.raises(Incomplete) as refused:
            take(case_id, first, **said)
        assert field in refused.value.faults
    with pytest.raises(Incomplete):
        take(case_id, first, "P9.nothing")
    take(case_id, first, taken_at=NOW + timedelta(minutes=2))  # a phone's clock that is a little ahead
    kept = VisitPhoto.query.one()
    assert kept.taken_at == NOW
    task = office.open_task(case_id, "visit")
    with pytest.raises(NotFound):  # not a colleague's
        visit_photos.remove_photo(task.id, kept.id, by=second)
    visit_photos.remove_photo(task.id, kept.id, by=first)
    assert VisitPhoto.query.count() == 0
    with pytest.raises(NotFound):
        take(case_id, office.person("lixiaoyun"))


def test_200_megabytes_are_refused_in_plain_words_without_being_read(case_id: int, client: FlaskClient) -> None:
    first, _ = officers(case_id)
    task = office.open_task(case_id, "visit")
    Browser(client, first.login).open(f"/tasks/{task.id}")
    read = Endless(200 * 1024 * 1024)
    answer = client.post(
        f"/tasks/{task.id}/visit-photos",
        input_stream=read,
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 413
    assert "一次上传超过 40 MB" in answer.get_data(as_text=True)
    assert read.given < 1024 * 1024


class Endless(io.RawIOBase):
    """So many bytes that are nowhere; `given` counts those that were asked for."""

    def __init__(self, size: int) -> None:
        self.size, self.at, self.given = size, 0, 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.at = offset + (self.size if whence == io.SEEK_END else 0)
        return self.at

    def tell(self) -> int:
        return self.at

    def read(self, size: int = -1) -> bytes:
        self.given += self.size if size < 0 else size
        return b""


def test_what_was_kept_on_another_device_is_not_written_over(case_id: int) -> None:
    first, _ = officers(case_id)
    task = office.open_task(case_id, "visit")
    begun = task_drafts.save(task.id, [("record", "手机上写的。")], by=first, base=None, since=True)
    with frozen_at(NOW + timedelta(minutes=1)):
        task_drafts.save(task.id, [("record", "平板上写的。")], by=first, base=begun, since=True)
    with frozen_at(NOW + timedelta(minutes=2)), pytest.raises(KeptElsewhere):
        task_drafts.save(task.id, [("record", "手机上接着写。")], by=first, base=begun, since=True)
    assert workspace_draft(task.id, first) == [("record", "平板上写的。")]


def test_without_script_the_page_sends_photos_and_keeps_what_was_typed(case_id: int, client: FlaskClient) -> None:
    first, second = officers(case_id)
    task = office.open_task(case_id, "visit")
    page = f"/tasks/{task.id}"
    person = Browser(client, first.login)
    seen = person.open(page).words("//aside")
    for words in ("药品经营许可（零售）", "第三类医疗器械经营许可", "拍摄地点", "被核查单位在场人"):
        assert words in seen
    sent = {
        "photo": (io.BytesIO(photo().content), "现场.jpg"),
        "photo_place": PLACE,
        "photo_taken_at": "2026-09-03T09:50",
        "record": "写到一半。",
    }
    answer = person.post(f"{page}/visit-photos", **sent)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "写到一半。" in text
    assert PLACE in text
    missing = person.post(f"{page}/act", revision=str(task.revision), key="k1", conclusion="pass", record="一致。")
    assert missing.status_code == 422
    assert "请由在场人签字；不签字的，写明原因" in missing.get_data(as_text=True)

    sign(case_id, first, "pass", checklist=marks(case_id))
    other = Browser(client, second.login)
    seen = other.open(page)
    assert "记录摘要（SHA-256）" in seen.words("//aside")
    fields = seen.fields(f"{page}/visit-return")
    empty = other.post(f"{page}/visit-return", **{**fields, "return_reason": ""})
    assert empty.status_code == 422
    back = other.post(f"{page}/visit-return", **{**fields, "return_reason": "少一项。"})
    assert back.status_code == 302
    assert "不予签字，记录已于" in Browser(client, first.login).open(page).words("//aside")
