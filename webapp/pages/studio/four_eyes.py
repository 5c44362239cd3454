"""Signing, publishing from a day, taking out of use and going back: the acts on a release with their words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import flash, redirect, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import Incomplete
from webapp.identity import signed_in
from webapp.pages.studio.shared import blueprint
from webapp.pages.support import day, needs, words
from webapp.permissions import Permission
from webapp.queries import releases as queries
from webapp.services import publishing, release_sign_offs

#: What of an item, or of the bundle as such, a release changes.
ASPECTS: Mapping[str, Words] = {
    "added": Words("新增", "new"),
    "removed": Words("取消", "taken out"),
    "name": Words("名称和编码", "name and code"),
    "baseline": Words("改革前", "before the reform"),
    "department": Words("决定部门", "deciding department"),
    "supervision": Words("监管部门", "supervising department"),
    "acceptance": Words("受理方式", "acceptance"),
    "limits": Words("时限", "limits"),
    "basis": Words("依据", "legal basis"),
    "conditions": Words("条件", "conditions"),
    "situations": Words("情形", "situations"),
    "checklist": Words("审查要点", "checklist"),
    "groups": Words("岗位", "posts"),
    "commitment": Words("告知承诺", "commitment"),
    "licence": Words("证照", "licence"),
    "order": Words("先后次序", "order"),
    "materials": Words("材料", "materials"),
    "documents": Words("文书", "documents"),
    "process": Words("流程", "process"),
    "refused-item": Words("一项不予许可时的处理", "what follows a refusal"),
    "questions": Words("情形引导", "guided questions"),
    "answers": Words("取用的填写内容", "answers that are used"),
    "tables": Words("决策表", "decision tables"),
    "forms": Words("表单", "forms"),
    "guide": Words("办事指南", "guides"),
    "texts": Words("译文", "translations"),
    "examples": Words("示例", "worked examples"),
}


@blueprint.record
def _words_of_aspects(setup: BlueprintSetupState) -> None:
    setup.app.jinja_env.globals.update(release_aspects=ASPECTS)


@blueprint.post("/releases/<int:release_id>/sign")
@needs(Permission.RELEASE_SIGN)
def sign(release_id: int) -> ResponseReturnValue:
    """Agree for a department or for legal review, or object: then the release goes back."""
    agrees = request.form.get("agrees") == "yes"
    release_sign_offs.sign(
        release_id,
        request.form.get("party", ""),
        agrees=agrees,
        comment=request.form.get("comment", ""),
        letter_number=request.form.get("letter_number", ""),
        by=signed_in(),
    )
    return back(release_id, gettext("已会签。") if agrees else gettext("已退回制作人。"))


@blueprint.post("/releases/<int:release_id>/publish")
@needs(Permission.RELEASE_PUBLISH)
def publish(release_id: int) -> ResponseReturnValue:
    """Put the release in force for new drafts, at once or from a day."""
    publishing.publish_release(
        release_id, by=signed_in(), effective_on=_day_typed(), reason=request.form.get("reason", "")
    )
    one = queries.release(release_id)
    if one.effective_on is not None and one.published_at is None:
        return back(release_id, gettext("已核准，%(day)s 起生效。", day=day(one.effective_on)))
    return back(release_id, gettext("已发布：新的申请使用此版，在办件继续使用各自的版本。"))


@blueprint.post("/releases/<int:release_id>/stop")
@needs(Permission.RELEASE_PUBLISH)
def stop(release_id: int) -> ResponseReturnValue:
    """Take the bundle out of use."""
    publishing.stop_bundle(release_id, by=signed_in(), reason=request.form.get("reason", ""))
    return back(release_id, gettext("已停用：不再受理新的申请，在办件继续办理。"))


@blueprint.post("/releases/<int:release_id>/restore")
@needs(Permission.RELEASE_PUBLISH)
def restore(release_id: int) -> ResponseReturnValue:
    """Put a former release in force again."""
    publishing.restore_release(release_id, by=signed_in(), reason=request.form.get("reason", ""))
    return back(release_id, gettext("已恢复为现行：新的申请使用此版，在办件继续使用各自的版本。"))


def back(release_id: int, said: str) -> ResponseReturnValue:
    """To the release's page, with what was done."""
    one = queries.release(release_id)
    title = gettext("%(name)s 第 %(number)s 版", name=words(queries.name_of(one)), number=one.number)
    flash(f"{title}{gettext('：')}{said}", "success")
    return redirect(url_for("studio.release", release_id=release_id))


def _day_typed() -> date | None:
    typed = request.form.get("effective_on", "").strip()
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError as fault:
        raise Incomplete(
            "effective_on", Words("生效日期应写为年-月-日。", "Write the effective date as year-month-day.")
        ) from fault
