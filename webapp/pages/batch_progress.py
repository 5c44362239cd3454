"""How far a batch is: the part of its page that is asked for again and again while the worker is at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, render_template, request

from webapp.languages import language


def tagged(mark: str) -> dict[str, Any]:
    """For the template. `mark`: another where anything of the batch that the page shows is another."""
    tag = f"{mark}-{language()}"
    return {"tag": tag, "headers": {"If-None-Match": f'"{tag}"'}}


def unless_unchanged(template: str, shown: Mapping[str, Any]) -> Response:
    """The part that `template` renders of what is `shown`, or 304 where the browser has the same."""
    answer = Response(headers={"ETag": f'"{shown["tag"]}"'})
    if request.if_none_match.contains(shown["tag"]):
        answer.status_code = 304
        return answer
    answer.set_data(render_template(template, **shown))
    return answer
