"""Opening a pharmacy, from the window to the licences, both ways."""

from __future__ import annotations

import pytest

from tests.support import office
from webapp.models import Case, Licence
from webapp.queries.audit import verify_all


@pytest.mark.parametrize("name", ["commitment", "ordinary", "mixed-ways", "refused-item", "registration-refused"])
def test_every_example_runs_to_its_end_in_the_application(db, name):
    given = office.example(name)
    case = office.received(name)
    office.play(case.id, given["acts"])
    assert office.open_steps(case.id) == []
    assert list(verify_all()) == []
