"""未计入: instances that the count of waits leaves out because their history cannot be read, and why.

None is lost: it stands on the page of what runs until it is counted, and its heat map has their number. It is tried
again when somebody asks for it, and by itself by another version of the software. What ended the worker that counted
it, or was too much for the database, is found out one by one, as in a batch (`turns`): those that wait to be counted by
themselves, of which nothing is known yet, stand on that page as a number.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from engine import Words
from webapp import clock
from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services.failures import traced
from webapp.settings import current_settings
from webapp.software import software
from webapp.unit_of_work import sql, unit_of_work

log = structlog.get_logger(__name__)

UNREADABLE = Words("办理历史读不出来", "its history cannot be read")
NEXT = "select instance_id from walk_aside where again or version <> %s order by tries, instance_id limit 1"
KEEP = """
insert into walk_aside (instance_id, bundle_key, again, zh, en, detail, version, at)
select i.id, r.bundle_key, false, %(zh)s, %(en)s, %(detail)s, %(version)s, %(now)s
from process_instance i join release r on r.id = i.release_id where i.id = %(id)s
on conflict (instance_id) do update set bundle_key = excluded.bundle_key, again = false, tries = 0, zh = excluded.zh,
    en = excluded.en, detail = excluded.detail, version = excluded.version, at = excluded.at
"""
#: At which of them it broke off is not known yet, unless it was a single one.
BLAME = """
insert into walk_aside (instance_id, tries, again, version, at)
select id, 1, true, %(version)s, %(now)s from unnest(%(ids)s::bigint[]) id
on conflict (instance_id) do update set tries = walk_aside.tries + 1, again = true, version = excluded.version,
    at = excluded.at
returning instance_id, tries
"""
AGAIN = "update walk_aside set again = true, tries = 0 where zh <> '' and (%(id)s = 0 or instance_id = %(id)s)"


def next_again() -> int | None:
    """One that is to be counted by itself."""
    row = sql().execute(NEXT, (software(),)).fetchone()
    return int(row[0]) if row else None


def set_aside(instance_id: int, error: Exception) -> None:
    """Leave it out: its history could not be counted."""
    log.warning("history-set-aside", instance=instance_id, error=repr(error))
    _keep(instance_id, UNREADABLE, traced(error))


def broken_off(ids: Sequence[int]) -> None:
    """The end of a worker, or the database, broke off the count of these: each is counted by itself now, and left out
    if that goes on."""
    values = {"ids": list(ids), "version": software(), "now": clock.now()}
    for instance_id, tries in sql().execute(BLAME, values).fetchall():
        if tries >= current_settings().batch_tries:
            log.warning("history-set-aside", instance=instance_id, broken_off=tries)
            words = Words(
                f"统计这个流程时后台进程或数据库中断 {tries} 次",
                f"the worker or the database broke off while counting this process, {tries} times",
            )
            _keep(instance_id, words, "")


def counted(ids: Sequence[int]) -> None:
    """These are in the sums: nothing is left out of them."""
    sql().execute("delete from walk_aside where instance_id = any(%s::bigint[])", (list(ids),))


def count_again(instance_id: int = 0, *, by: Identity) -> int:
    """Have the worker try one again, or (0) all that are left out; how many. Raises NotYours, NotFound (none)."""
    ensure(by, Permission.INCIDENT_RETRY)
    with unit_of_work():
        number = sql().execute(AGAIN, {"id": instance_id}).rowcount
        if not number:
            raise NotFound()
    return number


def _keep(instance_id: int, words: Words, detail: str) -> None:
    values = {"id": instance_id, "zh": words.zh, "en": words.en, "detail": detail}
    sql().execute(KEEP, {**values, "version": software(), "now": clock.now()})
