"""新建一件事: what a designer says of a bundle that there is not yet."""

from __future__ import annotations

from dataclasses import fields

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import Incomplete
from webapp.identity import signed_in
from webapp.pages.studio.shared import blueprint
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries.posts import posts_of
from webapp.services import new_bundles
from webapp.services.new_bundles import Begun

LABELS = {
    "name": Words("名称", "Name"),
    "name_en": Words("英文名称", "Name in English"),
    "key": Words("编号", "Key"),
    "prefix": Words("办件编号的字头", "Prefix of its cases"),
    "summary": Words("一句话说明", "In one sentence"),
    "summary_en": Words("英文说明", "The same in English"),
    "item_name": Words("事项名称", "Name of the item"),
    "item_name_en": Words("事项的英文名称", "Name of the item in English"),
    "item_code": Words("事项编码", "Code of the item"),
    "kind": Words("事项类型", "Kind of item"),
    "review": Words("审查的岗位", "Post that reviews"),
    "decide": Words("决定的岗位", "Post that decides"),
    "days": Words("办理时限（工作日）", "Limit (working days)"),
    "basis": Words("设定依据", "Legal basis"),
    "basis_en": Words("依据的英文", "Legal basis in English"),
}
KINDS = {
    "licence": Words("行政许可", "licence"),
    "filing": Words("备案", "filing"),
    "registration": Words("登记", "registration"),
    "confirmation": Words("行政确认", "confirmation"),
    "public-service": Words("公共服务", "public service"),
}


@blueprint.get("/begin")
@needs(Permission.RELEASE_DRAFT)
def begin_bundle() -> ResponseReturnValue:
    """The form for a bundle from nothing."""
    return _form({})


@blueprint.post("/begin")
@needs(Permission.RELEASE_DRAFT)
def keep_begun_bundle() -> ResponseReturnValue:
    """Make it, and go on in its working copy."""
    said = Begun(**{one.name: request.form.get(one.name, "").strip() for one in fields(Begun)})
    title = gettext("新建：%(name)s", name=words(Words(said.name, said.name_en or said.name)))
    try:
        made = new_bundles.begin_bundle(said, by=signed_in(), title=title)
    except Incomplete as refused:
        return _form({name: words(said_of) for name, said_of in refused.faults.items()}), refused.status
    flash(gettext("已新建，是一份可以运行的样板。接着画流程、改表单和目录；改好后存为版本。"), "success")
    return redirect(url_for("studio.working_copy", copy_id=made, view="files"))


def _form(errors: dict[str, str]) -> str:
    posts = posts_of(("reviewer", "decider"))
    return render_template(
        "studio/begin.html",
        labels=LABELS,
        choices={
            "kind": [(key, words(said)) for key, said in KINDS.items()],
            "review": [(one.key, one.said) for one in posts if one.role == "reviewer"],
            "decide": [(one.key, one.said) for one in posts if one.role == "decider"],
        },
        typed=request.form,
        errors=errors,
    )
