"""Is the installation up? Answers load balancers and the operator; tells no secrets, needs no sign-in."""

import psycopg
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from webapp.extensions import db
from webapp.unit_of_work import sql

blueprint = Blueprint("health", __name__)

WORKER_SILENT_AFTER_SECONDS = 30
SEEN = """
select count(*) > 0, (select count(*) from walk_aside where zh <> '') from worker_heartbeat
where seen_at > clock_timestamp() - make_interval(secs => %s)
"""


@blueprint.get("/health")
def health() -> ResponseReturnValue:
    """200 `{"status": "ok"}` when web, database and worker are up; else 503 and which part is down.

    `uncounted`: processes that the heat maps leave out, where there are any; everything works all the same.
    """
    down, uncounted = _parts()
    if down:
        return jsonify(status="unavailable", down=down), 503
    return jsonify(status="ok", uncounted=uncounted) if uncounted else jsonify(status="ok")


@blueprint.get("/ready")
def ready() -> ResponseReturnValue:
    """May traffic come here? The same answer as `/health`."""
    return health()


def _parts() -> tuple[list[str], int]:
    """What is down; how many processes are in no heat map."""
    try:
        row = sql().execute(SEEN, (WORKER_SILENT_AFTER_SECONDS,)).fetchone()
    except (OperationalError, PoolTimeout, psycopg.OperationalError):
        db.session.rollback()
        return ["database"], 0
    is_seen, uncounted = row or (False, 0)
    return ([] if is_seen else ["worker"]), uncounted
