"""Process instances as loaded under their case's lock."""

from __future__ import annotations

from webapp.errors import NotFound
from webapp.services.locked_case import InstanceRow, LockedCase
from webapp.unit_of_work import sql

COLUMNS = "id, state, scopes, release_id, process, steps"


def load_instance(case: LockedCase, instance_id: int) -> InstanceRow:
    """The instance of this case. Raises NotFound."""
    row = (
        sql()
        .execute(f"select {COLUMNS} from process_instance where id = %s and case_id = %s", (instance_id, case.id))
        .fetchone()
    )
    if row is None:
        raise NotFound()
    return InstanceRow(row[0], bytes(row[1]), *row[2:])


def waiting_instances(case: LockedCase, process: str) -> list[InstanceRow]:
    """Those of this process that wait for a person; one whose work a job is doing ends by itself."""
    rows = sql().execute(
        f"select {COLUMNS} from process_instance i where case_id = %s and process = %s and ended_at is null"
        " and exists (select from user_task t where t.instance_id = i.id and t.state = 'open') order by id",
        (case.id, process),
    )
    return [InstanceRow(id_, bytes(state), *rest) for id_, state, *rest in rows.fetchall()]


def running_instances(case: LockedCase) -> list[InstanceRow]:
    """The instances of the case that have not ended, the oldest first."""
    rows = sql().execute(
        f"select {COLUMNS} from process_instance where case_id = %s and ended_at is null order by id", (case.id,)
    )
    return [InstanceRow(id_, bytes(state), *rest) for id_, state, *rest in rows.fetchall()]
