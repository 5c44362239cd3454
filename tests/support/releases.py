"""Publishing as an office does it: whoever is asked signs, then a publisher publishes."""

from __future__ import annotations

from datetime import date

from tests.support import office
from webapp.services.demo import sign_for_everybody
from webapp.services.publishing import publish_release

PUBLISHER = "jiangwen"


def sign_all(release_id: int, comment: str = "同意。") -> None:
    """Everybody who was asked agrees: departments by the first of their people who can, legal review for the rest."""
    sign_for_everybody(release_id, comment)


def publish(release_id: int, *, by: str = PUBLISHER, effective_on: date | None = None, reason: str = "") -> None:
    """All sign the submitted release, and it is published."""
    sign_all(release_id)
    publish_release(release_id, by=office.person(by), effective_on=effective_on, reason=reason)
