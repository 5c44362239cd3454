"""The portability check of a release: would its diagrams run the same on SpiffWorkflow?"""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from engine import Words
from engine.reference import Verdict
from webapp.pages.studio.shared import blueprint
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.queries import releases as queries
from webapp.queries.portability import Outcome, portability_of

#: verdict -> (words, kind of badge, icon)
VERDICTS = {
    Verdict.SAME: (Words("相同", "same"), "ok", "circle-check"),
    Verdict.KNOWN: (Words("已知差异", "known difference"), "info", "info-circle"),
    Verdict.DIFFERS: (Words("原因不明的差异", "unexplained difference"), "bad", "alert-triangle"),
    Verdict.OUTSIDE: (Words("参考核做不了", "not in the reference core"), "info", "info-circle"),
    Verdict.UNDONE: (Words("没有走完", "not finished"), "muted", "minus"),
}


@blueprint.get("/releases/<int:release_id>/portability")
@needs(Permission.TRIAL_RUN)
def portability(release_id: int) -> ResponseReturnValue:
    """What the check does, and the button that does it."""
    return _page(release_id, None)


@blueprint.post("/releases/<int:release_id>/portability")
@needs(Permission.TRIAL_RUN)
def show_portability(release_id: int) -> ResponseReturnValue:
    """The outcome, path by path. Nothing is kept of it."""
    return _page(release_id, portability_of(queries.release(release_id)))


def _page(release_id: int, outcome: Outcome | None) -> str:
    one = queries.release(release_id)
    return render_template(
        "studio/portability.html",
        release=one,
        name=queries.name_of(one),
        outcome=outcome,
        verdicts=VERDICTS,
    )
