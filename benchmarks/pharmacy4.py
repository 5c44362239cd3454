"""The bundle of `pharmacy4.bpmn`: twenty fields, four parallel user tasks, one case in five acts; and of
`waiting.bpmn`: a timer.

It is installed as a release of its own, without the papers that an office must have to publish one, and its
acts are the application's: lock, rights, page key, engine, inbox, history, ledger, one commit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.applicant import FIELDS
from engine.bpmn import check
from engine.findings import errors_in
from tests.support import office
from webapp import clock
from webapp.identity import Identity, by_login
from webapp.services import tasks
from webapp.services.advance import begin
from webapp.services.answer_rows import AS_RECEIVED, write_answers
from webapp.services.events import Event
from webapp.services.locked_case import LOCK_BY_ID, lock
from webapp.services.releases import draft_from_files
from webapp.unit_of_work import sql, unit_of_work

KEY, WAITING = "pharmacy4", "waiting"
FOLDER = Path(__file__).parent
OFFICERS = ("drugs", "devices", "food", "premises")
BUNDLE = """
format = 1
key = "{key}"
name = "开办药店（四部门）"
summary = "四个部门并联审查。"
life_cycle = "enterprise"
life_cycle_name = "企业经营"
lead_department = "approval-bureau"
case_prefix = "YS"
refused_item_policy = "continue"
demo = true
items = []
case_variables = []
[process]
entry = "{key}"
file = "{key}.bpmn"
[form]
key = "application"
applicant_name_field = "legal_representative"
subject_field = "shop_name"
identity_fields = ["credit_code"]
collector_fields = ["credit_code"]
collector_name_fields = ["legal_representative"]
[baseline]
working_days = 20
steps = 5
materials = 1
visits = 4
basis = "benchmark"
[basis]
benchmark = "基准测试（示例）"
[questions.food]
text = "是否销售食品？"
kind = "yes-no"
[materials.application-form]
name = "申请表"
source = "form"
forms = ["original-returned"]
"""


def install() -> None:
    """Four officers with a group each, and each diagram as a published release of its own."""
    with unit_of_work():
        for name in OFFICERS:
            sql().execute(OFFICER, (f"benchmark.{name}", name, name))
    for key in (KEY, WAITING):
        diagram = {f"{key}.bpmn": (FOLDER / f"{key}.bpmn").read_bytes()}
        assert not errors_in(check(diagram))
        files = {"bundle.toml": BUNDLE.format(key=key).encode(), "forms/application.form": _form(), **diagram}
        release_id = draft_from_files(key, files, by=_designer(), note="benchmark")
        with unit_of_work():
            sql().execute("update release set state = 'published' where id = %s", (release_id,))


OFFICER = """
with post as (
    insert into candidate_group (key, department_id, name_zh, name_en, role)
    select %s, min(id), '基准岗', 'Benchmark', 'reviewer' from department returning id
), person as (
    insert into app_user (login, name, name_pinyin, password_hash, department_id)
    select %s, %s, '', min(password_hash), min(department_id) from app_user returning id
)
insert into membership (user_id, group_id) select person.id, post.id from person, post
"""


def officers() -> dict[str, Identity]:
    """The four officers by the element of their task."""
    found = {name: by_login(name) for name in OFFICERS}
    return {name: who for name, who in found.items() if who is not None}


CASE = """
insert into cases (bundle_key, release_id, visit_id, created_at, created_by, received_at, received_by)
select %s, id, %s, %s, %s, %s, %s from release where bundle_key = %s and state = 'published' returning id
"""


def receive(visit_id: int, clerk: Identity, fields: Mapping[str, Any] = FIELDS, *, key: str = KEY) -> int:
    """The first act: the case with its fields and its first line of the ledger; the process starts."""
    now = clock.now()
    with unit_of_work():
        row = sql().execute(CASE, (key, visit_id, now, clerk.user_id, now, clerk.user_id, key)).fetchone()
        assert row is not None
        case = lock(LOCK_BY_ID, row[0])
        write_answers(case, fields, version=AS_RECEIVED, source="applicant", by=clerk)
        case.record(Event.RECEIVED, clerk)
        begin(case, key, fields)
        case.write_ledger()
    return case.id


def open_tasks(case_id: int) -> dict[str, tuple[int, int]]:
    """Element -> (task, revision) of the case's open tasks."""
    rows = sql().execute(
        "select element, id, revision from user_task where case_id = %s and state = 'open' order by id", (case_id,)
    )
    return {element: (task, revision) for element, task, revision in rows}


def complete(task_id: int, revision: int, by: Identity, key: str) -> None:
    """One of the other four acts."""
    tasks.complete_task(task_id, {"in_order": True}, by=by, revision=revision, key=key)


def visit() -> tuple[int, Identity]:
    """A visit at the counter, and the clerk who opened it: once for all cases of a benchmark."""
    return office.visit(), office.person(office.CLERK)


def _designer() -> Identity:
    row = (
        sql()
        .execute(
            "select u.login from app_user u join membership m on m.user_id = u.id"
            " join candidate_group g on g.id = m.group_id where g.role = 'designer' order by u.id limit 1"
        )
        .fetchone()
    )
    assert row is not None
    return office.person(row[0])


def _form() -> bytes:
    def kind(value: object) -> str:
        if isinstance(value, bool):
            return "checkbox"
        return "number" if isinstance(value, int) else "textfield"

    components = [{"type": kind(value), "key": key, "label": key} for key, value in FIELDS.items()]
    return json.dumps({"type": "default", "schemaVersion": 19, "components": components}).encode()
