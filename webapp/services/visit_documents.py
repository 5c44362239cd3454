"""What officers write on the spot: the record of a joint visit (art. 34), the order to rectify after a verification."""

from __future__ import annotations

from datetime import date

from engine import Words
from webapp import moments
from webapp.identity import Identity
from webapp.services.acting import acting_words
from webapp.services.document_issue import issue, known_of
from webapp.services.document_places import table
from webapp.services.documents import issue_by_unit
from webapp.services.work import OpenTask
from webapp.unit_of_work import sql

CONCLUSIONS = {
    "pass": Words("符合要求", "meets the requirements"),
    "minor": Words("存在一般缺陷", "minor faults"),
    "major": Words("存在严重或者主要缺陷", "major faults"),
}
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
    "select conclusion, opinion, checklist, at from review where task_id = %s and step = 'visit'"
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
    conclusion, record, checklist, at = found
    points = _points(task, checklist)
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
    }
    return issue(case, kind, known_of(by.department_key, kind), fields, by)


def _points(task: OpenTask, checklist: dict[str, str]) -> list[tuple[Words, Words, Words]]:
    """(item, point, result) of what was marked: keys are `<item>.<point>`."""
    bundle = task.case.release.bundle
    return [
        (item.name, point.text, POINTS[result])
        for item in bundle.items
        for point in item.visit_checklist
        if (result := checklist.get(f"{item.key}.{point.key}")) in POINTS
    ]


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
