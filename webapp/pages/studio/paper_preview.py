"""预览: letters and documents of a working copy or a release as they would be printed. What is typed is not kept."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from flask import render_template, request, send_file, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from engine import Words
from webapp.pages.studio.shared import blueprint
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.queries import releases
from webapp.queries.paper_bounds import PreviewNotPossible
from webapp.queries.paper_preview import ACROSS, NO_EXAMPLE, Asked, Preview, is_previewed, preview
from webapp.queries.paper_samples import Origin
from webapp.queries.working_copies import working_copy
from webapp.services.trials import Source, source_of_copy

#: Where a value comes from, as the list beside the paper says it, with the kind of its badge.
ORIGINS = {
    Origin.EXAMPLE: (Words("取自示例", "from the example"), "ok"),
    Origin.TRIAL: (Words("取自模拟", "from the trial"), "ok"),
    Origin.OFFICE: (Words("目录、机构和地方规则", "catalogue, office and local rules"), "ok"),
    Origin.SAMPLE: (Words("示例值", "a sample"), "muted"),
    Origin.EMPTY: (Words("这里为空，不打印", "empty here, prints nothing"), "warn"),
    Origin.UNKNOWN: (Words("没有这个占位项", "no such place"), "bad"),
}
#: Characters of a paper under one of the words that stand across it.
UNDER_ONE_MARK = 400


@blueprint.record_once
def _give_to_templates(setup: BlueprintSetupState) -> None:
    setup.app.jinja_env.globals.update(is_previewed=is_previewed)


@blueprint.get("/copies/<int:copy_id>/paper")
@needs(Permission.RELEASE_SEE)
def copy_paper(copy_id: int) -> ResponseReturnValue:
    """A file of a working copy as it stands."""
    return _of_copy(copy_id, None)


@blueprint.post("/copies/<int:copy_id>/paper")
@needs(Permission.RELEASE_SEE)
def typed_paper(copy_id: int) -> ResponseReturnValue:
    """The same with what is typed."""
    return _of_copy(copy_id, request.form.get("text", ""))


@blueprint.get("/copies/<int:copy_id>/paper.pdf")
@needs(Permission.RELEASE_SEE)
def copy_paper_pdf(copy_id: int) -> ResponseReturnValue:
    """As PDF, by what prints real documents."""
    return pdf_answer(preview(source_of_copy(copy_id), _asked(request.args)))


@blueprint.post("/copies/<int:copy_id>/paper.pdf")
@needs(Permission.RELEASE_SEE)
def typed_paper_pdf(copy_id: int) -> ResponseReturnValue:
    """What is typed, as PDF."""
    return pdf_answer(preview(source_of_copy(copy_id), _asked(request.form, request.form.get("text", ""))))


@blueprint.get("/releases/<int:release_id>/paper")
@needs(Permission.RELEASE_SEE)
def release_paper(release_id: int) -> ResponseReturnValue:
    """A file of a release."""
    one, asked = releases.release(release_id), _asked(request.args)
    back = url_for("studio.release", release_id=one.id, view="content", part="papers")
    pdf_url = url_for("studio.release_paper_pdf", release_id=one.id)
    return paper_page(Source(one.id), asked, back_url=back, pdf_url=pdf_url)


@blueprint.get("/releases/<int:release_id>/paper.pdf")
@needs(Permission.RELEASE_SEE)
def release_paper_pdf(release_id: int) -> ResponseReturnValue:
    """As PDF, by what prints real documents."""
    return pdf_answer(preview(Source(releases.release(release_id).id), _asked(request.args)))


def paper_page(
    source: Source, asked: Asked, *, back_url: str, pdf_url: str, back_label: str = ""
) -> ResponseReturnValue:
    """The page of a paper, or of why there is none (422)."""
    shown, refused = None, None
    try:
        shown = preview(source, asked)
    except PreviewNotPossible as fault:
        refused = fault
    page = render_template(
        "studio/paper_preview.html",
        asked=asked,
        shown=shown,
        refused=refused,
        origins=ORIGINS,
        across=ACROSS,
        marks=3 + len(str(shown.text.body)) // UNDER_ONE_MARK if shown else 0,
        no_example=NO_EXAMPLE,
        back_url=back_url,
        back_label=back_label,
        pdf_url=pdf_url,
        tongues=_tongue_links(shown) if shown and asked.text is None else {},
    )
    return page, refused.status if refused else 200


def _tongue_links(shown: Preview) -> dict[str, str]:
    """Language -> address of the same paper in it; a trial's paper is named by its number, another by its path."""
    here: dict[str, Any] = {**(request.view_args or {}), "example": request.args.get("example") or None}
    if shown.asked.variables is None:
        named = [(tongue, {**here, "path": path}) for tongue, path in shown.tongues.items()]
    else:
        named = [(tongue, {**here, "language": tongue}) for tongue in shown.tongues]
    return {tongue: url_for(str(request.endpoint), **arguments) for tongue, arguments in named}


def pdf_answer(shown: Preview) -> ResponseReturnValue:
    """The PDF of a preview, to be read in the browser."""
    name = shown.asked.path.rsplit("/", 1)[-1].removesuffix(".md")
    return send_file(io.BytesIO(shown.pdf()), mimetype="application/pdf", download_name=f"preview-{name}.pdf")


def _of_copy(copy_id: int, text: str | None) -> ResponseReturnValue:
    one = working_copy(copy_id)
    asked = _asked(request.args if text is None else request.form, text)
    back = url_for("studio.working_copy", copy_id=one.id, view="files")
    pdf_url = url_for("studio.copy_paper_pdf", copy_id=one.id)
    return paper_page(source_of_copy(copy_id), asked, back_url=back, back_label=one.title, pdf_url=pdf_url)


def _asked(chosen: Mapping[str, str], text: str | None = None) -> Asked:
    """Path and choices stand in the address, or in the form that brings what is typed."""
    path = chosen.get("path") or request.args.get("path", "")
    return Asked(path, text, chosen.get("example", ""), chosen.get("item", ""))
