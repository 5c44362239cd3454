"""The list of known work is what the application does: a page or window for each step, a handler for each job."""

from __future__ import annotations

from engine.bundles import known_jobs, known_steps
from webapp.pages.workspace.acts import ACTS
from webapp.queries.workspace import WINDOW_STEPS
from webapp.services.engine_jobs import HANDLERS


def test_every_known_step_has_its_page_and_no_page_is_left_out() -> None:
    assert set(known_steps()) == set(ACTS) | set(WINDOW_STEPS)


def test_every_known_job_has_its_handler_and_no_handler_is_left_out() -> None:
    assert set(known_jobs()) == set(HANDLERS)
