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
WORKER_SEEN = "select count(*) > 0 from worker_heartbeat where seen_at > clock_timestamp() - make_interval(secs => %s)"


@blueprint.get("/health")
def health() -> ResponseReturnValue:
    """200 `{"status": "ok"}` when web, database and worker are up; else 503 and which part is down."""
    down = _parts_down()
    if down:
        return jsonify(status="unavailable", down=down), 503
    return jsonify(status="ok")


@blueprint.get("/ready")
def ready() -> ResponseReturnValue:
    """May traffic come here? The same answer as `/health`."""
    return health()


def _parts_down() -> list[str]:
    try:
        row = sql().execute(WORKER_SEEN, (WORKER_SILENT_AFTER_SECONDS,)).fetchone()
    except (OperationalError, PoolTimeout, psycopg.OperationalError):
        db.session.rollback()
        return ["database"]
    return [] if row and row[0] else ["worker"]
