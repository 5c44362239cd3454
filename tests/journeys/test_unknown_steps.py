"""A task of a release from before the checks, whose step no page knows: it is done by a record of what was done."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.engine.runtime.diagrams import ext
from tests.support import machines, office
from tests.support.pages import Browser
from webapp.services import tasks
from webapp.unit_of_work import sql

GROUP = '<zeebe:assignmentDefinition candidateGroups="drug.review"/>'
STEP = '<zeebe:properties><zeebe:property name="step" value="notify-it"/></zeebe:properties>'


@pytest.mark.parametrize("inside", [ext(GROUP), ext(GROUP, STEP)], ids=["no-step", "unknown-step"])
def test_a_step_that_nobody_knows_is_recorded_and_the_case_goes_on(
    db: object, client: FlaskClient, inside: str
) -> None:
    drawn = "start s\nuser tell\nuser then\nend e\ns -> tell -> then -> e"
    case, _ = machines.run(machines.publish(drawn, {"tell": inside, "then": ext(GROUP)}))
    reviewer = office.member_of("drug.review")
    row = sql().execute("select id from user_task where case_id = %s and state = 'open'", (case,)).fetchone()
    assert row is not None
    tasks.claim(row[0], by=reviewer)
    screen = Browser(client, reviewer.login)
    panel = screen.open(f"/tasks/{row[0]}").words("//aside")
    assert "办理情况" in panel
    assert "综合窗口" not in panel
    assert screen.act(row[0]).status_code == 422  # nothing was written down
    assert screen.act(row[0], record="已电话告知市场监管局。").status_code == 302
    assert machines.tasks(case) == ["then"]
    assert sql().execute("select conclusion, opinion from review where task_id = %s", (row[0],)).fetchone() == (
        "done",
        "已电话告知市场监管局。",
    )
