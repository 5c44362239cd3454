"""What goes wrong before or behind a page, in plain words: one page for all of it."""

from __future__ import annotations

import psycopg
import structlog
from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException, InternalServerError

from engine import Words
from webapp.errors import ActRefused, Busy
from webapp.extensions import db
from webapp.languages import language
from webapp.pages.addresses import came_from

log = structlog.get_logger(__name__)

MEBIBYTE = 1024 * 1024
#: What a script that reads the answer itself asks for.
JSON = "application/json"
#: What a form carries for itself, and what must not stand on a screen: passwords, tracking codes.
NOT_SHOWN = frozenset({"csrf_token", "key", "revision", "password", "code"})
LONGEST_SHOWN = 5_000  # characters; longer values are pictures, and nobody copies them by hand
WORDS = {
    400: Words("请求不完整，请返回重试。", "The request is incomplete. Please go back and try again."),
    404: Words("没有找到，或不在您的办理范围内。", "Not found, or not within your remit."),
    405: Words("该地址不支持这种操作。", "This address does not support that."),
    429: Words("尝试次数过多，请稍后再试。", "Too many tries. Please try again later."),
}
OTHERWISE = Words(
    "出现错误，已经记录。请返回重试。", "Something went wrong and was recorded. Please go back and try again."
)
STALE_PAGE = Words(
    "页面停留过久或已在别处退出，请返回刷新后重试；填写的内容列在下面。",
    "The page is too old, or you signed out elsewhere. Go back, reload and try again; what you typed is below.",
)
STALE_FOR_A_SCRIPT = Words(
    "页面停留过久或已在别处退出，没有保存。请先下载您的文件，再刷新页面。",
    "The page is too old, or you signed out elsewhere; nothing was saved. Download your file first, then reload.",
)
#: A lock on whatever it may be; one on a case is told by whoever asked for it (`Busy`).
HELD = Words(
    "另一项操作正在保存同样的内容，您这次的操作还没有完成。填写的内容已保留，请稍等片刻再提交一次。",
    "Another act on the same things is being saved, so yours is not done yet. What you entered is kept: please submit"
    " it again in a moment.",
)


class Failure(ActRefused):
    """A failure in the shape that the refusal page shows."""

    def __init__(self, status: int, words: Words) -> None:
        self.status = status
        super().__init__(words)


def bind(app: Flask) -> None:
    """Every HTTP error, a stale form, a lock that others hold and whatever else is raised."""
    app.before_request(_refuse_nul)
    for error in (DataError, psycopg.DataError):
        app.register_error_handler(error, _unfit)
    app.register_error_handler(
        CSRFError, lambda error: shown(Failure(400, STALE_FOR_A_SCRIPT if _is_for_a_script() else STALE_PAGE))
    )
    for waited in (LockNotAvailable, DeadlockDetected):
        app.register_error_handler(waited, lambda error: _busy())
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(InternalServerError, _broken)


def shown(refusal: ActRefused) -> ResponseReturnValue:
    """The refusal page: the words, and what was typed so that it can be copied; {error} for a script that asked for
    JSON."""
    if _is_for_a_script():
        return jsonify(error=refusal.words.in_language(language())), refusal.status
    typed = [
        (key, value)
        for key, value in request.form.items()
        if key and key not in NOT_SHOWN and not key.startswith("signature") and 0 < len(value.strip()) <= LONGEST_SHOWN
    ]
    page = render_template("refused.html", refusal=refusal, typed=typed, back=came_from())
    return page, refusal.status


def _is_for_a_script() -> bool:
    return request.accept_mimetypes.best == JSON


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status == 413:
        limit = int(request.max_content_length or 0) // MEBIBYTE
        words = Words(f"一次上传超过 {limit} MB。", f"One upload may hold {limit} MB at most.")
        if _is_for_a_script():
            return shown(Failure(413, words))
        # What was typed came with what is too large: nothing of it was read.
        return render_template("refused.html", refusal=Failure(413, words), typed=[], back=came_from()), status
    if 300 <= status < 400:
        return error
    return shown(Failure(status, WORDS.get(status, OTHERWISE)))


def _refuse_nul() -> ResponseReturnValue | None:
    """PostgreSQL keeps no NUL in text, and nobody types one: refused before anything reads it."""
    texts = [request.path, *(request.view_args or {}).values(), *request.args.values()]
    if request.method == "POST":
        texts += [*request.form.values(), *request.form, *(file.filename or "" for file in request.files.values())]
    if any(isinstance(text, str) and "\0" in text for text in texts):
        return shown(Failure(400, WORDS[400]))
    return None


def _unfit(_error: Exception) -> ResponseReturnValue:
    """A value that no column holds (a number of thirty digits, say)."""
    db.session.rollback()
    return shown(Failure(400, WORDS[400]))


def _busy() -> ResponseReturnValue:
    db.session.rollback()
    return shown(Busy(HELD))


def _broken(error: InternalServerError) -> ResponseReturnValue:
    """Whatever nobody expected: logged with its trace, shown without it."""
    db.session.rollback()
    log.error("page-failed", rule=str(request.url_rule), exc_info=error.original_exception)
    return shown(Failure(500, OTHERWISE))
