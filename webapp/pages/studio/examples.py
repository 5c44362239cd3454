"""示例: the worked examples of a working copy or release, played, and the sequence flows that they walk."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.trial import difference_words
from webapp.errors import NotFound
from webapp.languages import language
from webapp.pages.studio.shared import blueprint, chosen
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.queries import releases
from webapp.queries.example_runs import examples_of, picture_of
from webapp.queries.working_copies import working_copy
from webapp.services.trials import Source, source_of_copy

#: The first places that the page lists of a diagram with many.
SHOWN_FLOWS = 200


@blueprint.get("/copies/<int:copy_id>/examples")
@needs(Permission.RELEASE_SEE)
def examples(copy_id: int) -> ResponseReturnValue:
    """The examples of a working copy as it stands. The diagram that is shown stands in the URL."""
    return _page(source_of_copy(copy_id), copy_id=copy_id)


@blueprint.get("/releases/<int:release_id>/examples")
@needs(Permission.RELEASE_SEE)
def release_examples(release_id: int) -> ResponseReturnValue:
    """The examples of a release."""
    return _page(Source(releases.release(release_id).id), release_id=release_id)


@blueprint.get("/copies/<int:copy_id>/examples/picture")
@needs(Permission.RELEASE_SEE)
def examples_picture(copy_id: int) -> ResponseReturnValue:
    """A diagram with the number of walks on each sequence flow, as SVG."""
    return _picture(source_of_copy(copy_id))


@blueprint.get("/releases/<int:release_id>/examples/picture")
@needs(Permission.RELEASE_SEE)
def release_examples_picture(release_id: int) -> ResponseReturnValue:
    """The same of a release."""
    return _picture(Source(releases.release(release_id).id))


def _picture(source: Source) -> Response:
    svg = picture_of(source, request.args.get("path", ""), language())
    if svg is None:
        raise NotFound()
    return Response(svg, mimetype="image/svg+xml")


def _page(source: Source, **place: Any) -> str:
    played = examples_of(source, language())
    by_path = {one.path: one for one in played.diagrams}
    shown = by_path.get(chosen(request.args.get("diagram", ""), by_path, next(iter(by_path), "")))
    here, picture = (
        ("examples", "examples_picture")
        if "copy_id" in place
        else (
            "release_examples",
            "release_examples_picture",
        )
    )
    assert source.release_id is not None
    release = releases.release(source.release_id)
    return render_template(
        "studio/examples.html",
        copy=working_copy(source.copy_id) if source.copy_id is not None else None,
        release=release,
        name=releases.name_of(release),
        played=played,
        shown=shown,
        flows=sorted(shown.flows, key=lambda flow: flow.times)[:SHOWN_FLOWS] if shown else (),
        tabs=[
            (one.title, url_for(f"studio.{here}", **place, diagram=one.path), one is shown, len(one.never) or None)
            for one in played.diagrams
        ],
        picture=url_for(f"studio.{picture}", **place, path=shown.path) if shown and shown.is_drawn else "",
        difference_words=difference_words,
    )
