"""The application as gunicorn serves it, and beside its routes one that costs the least that an act can cost.

`/benchmark/six` has the same sign-in, rights and CSRF check as an act, one transaction, and six statements on
the floor's tables through the same connection.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue

from benchmarks.measure import Statements, count_statements
from webapp import create_app
from webapp.identity import signed_in
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.unit_of_work import sql, unit_of_work

STATEMENTS, COMMITS = "X-Benchmark-Statements", "X-Benchmark-Commits"


def application() -> Flask:
    """The application with the route of comparison; every answer says what it cost the database."""
    app = create_app()
    app.add_url_rule("/benchmark/six/<int:task_id>", view_func=six_statements, methods=["POST"])
    counted = count_statements()
    app.wsgi_app = _told(app.wsgi_app, counted)  # type: ignore[method-assign]
    return app


@needs(Permission.TASK_SEE)
def six_statements(task_id: int) -> ResponseReturnValue:
    """Lock, read, three writes that any act makes, and the key of the page; one commit."""
    by = signed_in()
    with unit_of_work():
        instance = sql().execute(LOCK, (task_id,)).fetchone()
        assert instance is not None
        task = sql().execute("select name, state from floor_task where id = %s", (task_id,)).fetchone()
        assert task is not None
        sql().execute("update floor_task set state = 'done', closed_at = now() where id = %s", (task_id,))
        sql().execute(HISTORY, (instance[0], by.user_id))
        sql().execute("update floor_instance set state = 'seen' where id = %s", (instance[0],))
        sql().execute("insert into floor_key values (%s, %s)", (by.user_id, request.form["key"] + secrets.token_hex(4)))
    return redirect(url_for("inbox.inbox"))


LOCK = """
select id, fields from floor_instance where id = (select instance_id from floor_task where id = %s) for no key update
"""
HISTORY = "insert into floor_history (instance_id, what, actor_id, at) values (%s, 'done', %s, now())"


def _told(wsgi: Callable[..., Any], counted: Statements) -> Callable[..., Iterable[bytes]]:
    """Headers that tell how many statements and commits the answer took."""

    def serve(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        counted.reset()
        told: list[Any] = []

        def remember(status: str, headers: list[tuple[str, str]], *rest: Any) -> None:
            told[:] = [status, headers, rest]

        body = wsgi(environ, remember)
        status, headers, rest = told
        start(status, [*headers, (STATEMENTS, str(counted.executed)), (COMMITS, str(counted.commits))], *rest)
        return body

    return serve
