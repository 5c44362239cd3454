"""What officers write on the spot: the record of a joint visit (art. 34), the order to rectify after a verification."""

from __future__ import annotations

from datetime import date

from engine import Words
from engine.bundles import ChecklistPoint
from webapp import moments
from webapp.identity import Identity
from webapp.services.acting import acting_words
from webapp.services.document_issue import issue, known_of
from webapp.services.document_places import table
from webapp.services.documents import issue_by_unit
from webapp.services.visit_findings import CONCLUSION_WORDS
from webapp.services.work import OpenTask
from webapp.unit_of_work import sql

CONCLUSIONS = {**CONCLUSION_WORDS, "pass": Words("符合要求", "meets the requirements")}
POINTS = {
    "pass": Words("符合", "met"),
    "fail": Words("不符合", "not met"),
    "not-applicable": Words("不适用", "does not apply"),
}
OFFICERS = """
select u.name, coalesce(d.name_zh, ''), coalesce(d.name_en, ''), w.name
from participant p join app_user u on u.id = p.user_id left join app_user w on w.id = p.acting_for
left join department d on d.id = u.department_id where p.task_id = %s order by p.at, p.user_id
"""
FOUND = (
    "select conclusion, opinion, checklist, remarks, at from review where task_id = %s and step = 'visit'"
    " and withdrawn_at is null order by id limit 1"
)


def issue_visit_record(task: OpenTask, by: Identity) -> int | None:
    """现场核查记录 of a joint visit that all its officers have signed, by the unit that visited.

    None where the case's release has no template of it.
    """
    case = task.case
    kind = case.release.document_kind("visit-record")
    if case.release.template_path(kind.key, "zh", case.rules.profile.key) is None:
        return None
    found = sql().execute(FOUND, (task.id,)).fetchone()
    assert found is not None  # the first officer wrote it
    conclusion, record, checklist, remarks, at = found
    points = _points(task, checklist, remarks)
    photos = _photos(task)
    fields = {
        "officers": [
            Words(f"{signer.zh}（{zh}）", f"{signer.en} ({en})")
            for name, zh, en, absent in sql().execute(OFFICERS, (task.id,))
            if (signer := acting_words(name, absent))
        ],
        "visited_at": moments.local(at),
        "points_table": table([Words("事项", "Item"), Words("核查内容", "Point"), Words("结果", "Result")], points)
        if points
        else [],
        "record": record,
        "conclusion": CONCLUSIONS[conclusion],
        "photos_table": table(PHOTO_HEADS, photos) if photos else [],
        **_signed(task),
    }
    return issue(case, kind, known_of(by.department_key, kind), fields, by)


def _points(task: OpenTask, checklist: dict[str, str], remarks: dict[str, str]) -> list[tuple[Words, Words, Words]]:
    """(item, point with its legal condition, result with the officer's words) of what was marked.

    Keys are `<item>.<point>`.
    """
    return [
        (item.name, _with_basis(point), _with_remark(POINTS[result], remarks.get(key, "")))
        for item in task.case.release.bundle.items
        for point in item.visit_checklist
        if (result := checklist.get(key := f"{item.key}.{point.key}")) in POINTS
    ]


def _with_basis(point: ChecklistPoint) -> Words:
    if point.basis is None:
        return point.text
    return Words(f"{point.text.zh}（{point.basis.zh}）", f"{point.text.en} ({point.basis.en})")


def _with_remark(result: Words, remark: str) -> Words:
    return Words(f"{result.zh}：{remark}", f"{result.en}: {remark}") if remark else result


PHOTO_HEADS = [
    Words("序号", "No."),
    Words("所示内容", "Shows"),
    Words("拍摄时间", "Taken"),
    Words("拍摄地点", "Place"),
    Words("拍摄人", "By"),
    Words("文件摘要（SHA-256）", "SHA-256"),
]
PHOTOS = """
select p.point, p.taken_at, p.place, u.name, f.digest
from visit_photo p join stored_file f on f.id = p.file_id join app_user u on u.id = p.by_id
where p.task_id = %s order by p.id
"""
WHOLE = Words("整体", "the whole")


def _photos(task: OpenTask) -> list[tuple[str | Words, ...]]:
    """A line for each photo: what it shows, when, where and by whom it was taken, and its digest."""
    items = task.case.release.bundle.items
    names = {f"{item.key}.{point.key}": point.text for item in items for point in item.visit_checklist}
    return [
        (str(number), names.get(point, WHOLE), moments.shown(taken_at), place, by, digest)
        for number, (point, taken_at, place, by, digest) in enumerate(sql().execute(PHOTOS, (task.id,)), 1)
    ]


RECORD = """
select r.digest, r.person_name, r.person_position, r.unsigned_because, f.digest
from visit_record r left join stored_file f on f.id = r.signature_file_id
where r.task_id = %s and r.ended_at is null
"""
NOBODY = Words("没有记录", "not recorded")


def _signed(task: OpenTask) -> dict[str, str | Words]:
    """Who was there for the visited party and whether they signed, and the digest of the record."""
    row = sql().execute(RECORD, (task.id,)).fetchone()
    if row is None:
        return {"present_person": NOBODY, "record_digest": "—"}
    digest, name, position, because, signature = row
    who = f"{name}（{position}）" if position else name
    if signature:
        person = Words(
            f"{who}，已阅读并签字（签名图片摘要 {signature}）", f"{who}, read it and signed (picture {signature})"
        )
    elif because:
        person = Words(f"{who or '无'}，未签字：{because}", f"{who or 'nobody'}, not signed: {because}")
    else:
        person = NOBODY
    return {"present_person": person, "record_digest": digest}


def issue_rectification(task: OpenTask, record: str, until: date, by: Identity) -> int | None:
    """责令限期整改通知书: what was found, to be put right by `until`; by the unit that verified.

    None where the case's release has no template of it.
    """
    case = task.case
    assert task.item_case_id is not None
    assert task.item_key is not None
    if case.release.template_path("rectification-order", "zh", case.rules.profile.key) is None:
        return None
    item = case.release.bundle.item(task.item_key)
    faults = [line for line in record.splitlines() if line.strip()]
    fields = {"faults_list": faults, "rectify_until": until}
    return issue_by_unit(case, by.department_key, task.item_case_id, item, "rectification-order", by, fields)
