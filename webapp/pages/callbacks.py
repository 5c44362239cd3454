"""Where the system of supervision answers: signed messages of a machine, no session, no cookie."""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from webapp import clock
from webapp.errors import ActRefused
from webapp.extensions import csrf
from webapp.pages.support import public
from webapp.services.handover_answers import take_answer
from webapp.services.webhook_signatures import signed_message
from webapp.settings import current_settings

log = structlog.get_logger(__name__)
LARGEST = 64 * 1024
blueprint = Blueprint("callbacks", __name__, url_prefix="/callbacks")


@blueprint.post("/supervision/<public_id>")
@csrf.exempt
@public
def supervision(public_id: str) -> ResponseReturnValue:
    """Take an answer on a handover. The signature comes first: without one nothing is looked up."""
    body = _body()
    if len(body) > LARGEST:
        return _problem(413, "too large")
    signed = signed_message(current_settings().handover_secret, dict(request.headers), body, clock.now())
    if signed is None:
        log.warning("callback-unsigned", address=request.remote_addr)
        return _problem(401, "the signature does not hold, or the time is not near ours")
    try:
        take_answer(public_id, signed)
    except ActRefused as refusal:
        return _problem(refusal.status, refusal.words.en)
    return jsonify(status="ok")


def _body() -> bytes:
    """What was sent, read to one byte past what an answer may have: a body need not say its length."""
    body = b""
    while len(body) <= LARGEST and (more := request.stream.read(LARGEST + 1 - len(body))):
        body += more
    return body


def _problem(status: int, detail: str) -> Response:
    response = jsonify(status=status, detail=detail)
    response.status_code, response.content_type = status, "application/problem+json"
    return response
