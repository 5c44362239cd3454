"""Submitting a release, taking it back and returning it."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.errors import Incomplete
from webapp.identity import signed_in
from webapp.pages.studio.four_eyes import back
from webapp.pages.studio.release import release_page
from webapp.pages.studio.shared import blueprint
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.services import release_withdrawal, releases
from webapp.services.release_examples import ACCEPTING


@blueprint.post("/releases/<int:release_id>/submit")
@needs(Permission.RELEASE_DRAFT)
def submit(release_id: int) -> ResponseReturnValue:
    """Ask for publishing. Where examples differ, the page asks for the reason to accept each."""
    typed = {name: value for name, value in request.form.items() if name.startswith(ACCEPTING)}
    accepted = {name.removeprefix(ACCEPTING): value for name, value in typed.items()}
    try:
        releases.submit_release(release_id, by=signed_in(), accepted=accepted)
    except Incomplete as missing:
        return release_page(release_id, missing.faults), missing.status
    return back(release_id, gettext("已提交，等待会签和发布。"))


@blueprint.post("/releases/<int:release_id>/withdraw")
@needs(Permission.RELEASE_DRAFT)
def withdraw(release_id: int) -> ResponseReturnValue:
    """Take a submitted release back; one's own."""
    release_withdrawal.withdraw_release(release_id, by=signed_in(), reason=request.form.get("reason", ""))
    return back(release_id, gettext("已撤回，又是草稿。改好后重新提交，会签重新开始。"))


@blueprint.post("/releases/<int:release_id>/discard")
@needs(Permission.RELEASE_DRAFT)
def discard_draft(release_id: int) -> ResponseReturnValue:
    """Put away a draft that was never submitted."""
    releases.discard_draft(release_id, by=signed_in())
    return back(release_id, gettext("已放弃。版本号和文件保留，可以以此为底开始工作稿。"))


@blueprint.post("/releases/<int:release_id>/return")
@needs(Permission.RELEASE_PUBLISH)
def send_back(release_id: int) -> ResponseReturnValue:
    """Return a submitted release to its author."""
    releases.return_release(release_id, by=signed_in(), reason=request.form.get("reason", "").strip())
    return back(release_id, gettext("已退回制作人。"))
