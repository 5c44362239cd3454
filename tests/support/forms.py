"""Releases whose one form is another: with every component, or with the components that a test is about."""

from __future__ import annotations

import json
from typing import Any

from tests.support import machines, office
from tests.support.forms_every import DISTRICTS, EVERY_COMPONENT
from webapp.catalogue import current_releases, release_files
from webapp.unit_of_work import sql

FORM = "forms/application.form"


def publish_form(content: bytes | None = None) -> int:
    """The pharmacy's bundle with this form (every component) in place of its own; returns the release's id."""
    files = release_files(current_releases()[office.BUNDLE])
    return machines.publish_files({**files, FORM: content or EVERY_COMPONENT.read_bytes()})


def publish_components(*components: dict[str, Any]) -> int:
    """The same with a form of these components."""
    return publish_form(json.dumps({"type": "default", "schemaVersion": 19, "components": components}).encode())


def draft_with(release_id: int) -> int:
    """A draft of the bundle with its guided questions answered, and nothing in the form yet."""
    by = office.person(office.CLERK)
    case_id = office.drafts.start_draft(by=by, visit_id=office.visit(), bundle_key=office.BUNDLE)
    guided = office.example("commitment")["guided"]
    office.drafts.answer_guided(case_id, {**guided, "districts": DISTRICTS}, by=by)
    assert release_id
    return case_id


def another_draft(case_id: int) -> int:
    """One more draft in the visit of this one, with the same guided answers."""
    by = office.person(office.CLERK)
    row = sql().execute("select visit_id, guided from cases where id = %s", (case_id,)).fetchone()
    assert row is not None
    another = office.drafts.start_draft(by=by, visit_id=row[0], bundle_key=office.BUNDLE)
    office.drafts.answer_guided(another, row[1], by=by)
    return another
