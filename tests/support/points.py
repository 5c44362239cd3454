"""Marking the points of a verification."""

from __future__ import annotations

from webapp.catalogue import published, rules_in_force
from webapp.extensions import db
from webapp.models import Case, ItemCase, UserTask
from webapp.services.committed import committed_terms
from webapp.services.verification_points import VERIFIED, to_verify
from webapp.unit_of_work import sql


def every_point(task: UserTask, mark: str = "pass") -> dict[str, str]:
    """Each point that the verification goes through, marked alike."""
    case, item = db.session.get(Case, task.case_id), db.session.get(ItemCase, task.item_case_id)
    assert case is not None
    assert item is not None
    bundle = published(case.release_id).bundle
    verified = sql().execute(VERIFIED, (item.id,)).fetchone() if task.step == "recheck" else None
    asked = to_verify(
        task.step,
        bundle.item(item.item_key),
        committed_terms(bundle, case.id, item.item_key, item.way),
        rules_in_force(case.profile_key).profile.verification.method(item.item_key),
        verified[0] if verified else {},
    )
    return dict.fromkeys(asked.keys, mark)
