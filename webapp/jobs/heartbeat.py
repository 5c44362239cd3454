"""The worker's sign of life, read by the health page."""

from webapp.unit_of_work import sql, unit_of_work

SEEN = """
insert into worker_heartbeat (name, seen_at) values (%s, clock_timestamp())
on conflict (name) do update set seen_at = excluded.seen_at
"""
FORGET = "delete from worker_heartbeat where seen_at < clock_timestamp() - interval '1 day'"
LEAVE = "delete from worker_heartbeat where name = %s"


def write_heartbeat(worker_name: str) -> None:
    """Say that `worker_name` lives, and forget workers that have not for a day."""
    with unit_of_work():
        sql().execute(SEEN, (worker_name,))
        sql().execute(FORGET)


def take_back_heartbeat(worker_name: str) -> None:
    """Say that `worker_name` has ended, so that nobody counts on it for its last seconds."""
    with unit_of_work():
        sql().execute(LEAVE, (worker_name,))
