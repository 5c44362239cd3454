"""批量导入: a zip with many bundles; the worker makes a draft of each, and each has a result of its own.

One transaction per bundle holds the draft and its result, so a worker may die anywhere. A bundle that is refused, or on
which something breaks again and again, spoils none of the others (`turns`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from engine import EngineError, Severity, Words
from webapp import clock, file_store, outbox
from webapp.errors import ActRefused, FileRefused, NotFound
from webapp.identity import Identity, by_ids
from webapp.permissions import Permission, ensure
from webapp.services import batch_ends
from webapp.services.bundle_archives import NO_PART, Archive, read_archive
from webapp.services.failures import failure_of
from webapp.services.page_keys import remember
from webapp.services.release_rows import LONGEST_NOTE, keep_draft
from webapp.services.release_uploads import LONGEST_PATH, plain_name
from webapp.services.releases import check_files, read_bundle_zip
from webapp.services.turns import Rows, Turns
from webapp.unit_of_work import sql, unit_of_work

log = structlog.get_logger(__name__)

#: Bundles of one job.
AT_ONCE = 25
FAILED = Words("这件事没有导入。", "this bundle was left out.")
GONE = Words(
    "压缩包在文件库中找不到或者已经损坏，没有导入", "the zip is no longer in the file store, or is damaged: left out"
)
#: Of files that belong to no bundle, so many are named.
MOST_LEFT_OUT = 20
BEGIN = """
insert into bundle_import (name, digest, note, by_id, at) values (%(name)s, %(digest)s, %(note)s, %(by)s, %(now)s)
returning id
"""
PARTS = """
insert into bundle_import_part (import_id, place, name, state, zh, en)
select %(run)s, r.place, r.name, r.state, r.zh, r.en
from unnest(%(places)s::bigint[], %(names)s::text[], %(states)s::text[], %(zh)s::text[], %(en)s::text[])
    as r(place, name, state, zh, en)
"""
ROWS = Rows(
    table="bundle_import_part",
    batches="bundle_import",
    batch="import_id",
    row="place",
    waiting="m.state = 'waiting' and b.ended_at is null",
    read="m.place, m.name",
    what=Words("这件事", "this bundle"),
)
TOLD = """
update bundle_import_part set state = %(state)s, release_id = %(release)s, errors = %(errors)s,
    warnings = %(warnings)s, zh = %(zh)s, en = %(en)s, at = %(now)s
where import_id = %(run)s and place = %(place)s and state = 'waiting'
"""
LATER = """
update bundle_import_part set zh = %(zh)s, en = %(en)s
where import_id = %(run)s and place = %(place)s and state = 'waiting'
"""
END = """
update bundle_import set ended_at = %(now)s where id = %(run)s and ended_at is null
    and not exists (select from bundle_import_part where import_id = %(run)s and state = 'waiting')
"""


def begin(name: str, content: bytes, *, by: Identity, note: str = "", key: str | None = None) -> int:
    """Have the worker make drafts of the bundles in a zip; returns the id of the import.

    `key` is the page's, so that sent twice it counts once. Raises FileRefused, AlreadyCarriedOut, KeyReused.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    archive = read_archive(name, content)
    left_out = archive.rest[:MOST_LEFT_OUT]
    names = [*archive.bundles, *left_out]
    waiting = len(archive.bundles)
    values: dict[str, Any] = {
        "name": plain_name(name),
        "digest": file_store.put(content),
        "note": note[:LONGEST_NOTE],
        "by": by.user_id,
        "now": clock.now(),
        "places": list(range(1, len(names) + 1)),
        "names": [one.rstrip("/")[-LONGEST_PATH:] for one in names],
        "states": ["waiting"] * waiting + ["refused"] * len(left_out),
        "zh": [""] * waiting + [NO_PART.zh] * len(left_out),
        "en": [""] * waiting + [NO_PART.en] * len(left_out),
    }
    with unit_of_work():
        if key is not None:
            remember(by, key, values["now"], f"bundle-import:{values['digest']}")
        row = sql().execute(BEGIN, values).fetchone()
        assert row is not None
        sql().execute(PARTS, {**values, "run": row[0]})
        outbox.defer(sql(), outbox.IMPORT_BUNDLES, import_id=row[0])
        return int(row[0])


def work(import_id: int) -> None:
    """The job: one bundle after another, and ask for the job that goes on."""
    row = (
        sql()
        .execute("select name, digest, note, by_id from bundle_import where id = %s and ended_at is null", (import_id,))
        .fetchone()
    )
    if row is None:
        return
    name, digest, note, by_id = row
    archive = _archive(import_id, name, digest)
    if archive is None:
        return
    (by,) = by_ids([by_id], closed=True)
    turns, bundles = Turns(ROWS, import_id, AT_ONCE), _Importing(import_id, archive, note, by)
    if turns.take(bundles):
        with unit_of_work():
            outbox.defer(sql(), outbox.IMPORT_BUNDLES, import_id=import_id)
        return
    turns.give_up(bundles)
    with unit_of_work():
        ended = sql().execute(END, {"run": import_id, "now": clock.now()}).rowcount
        if not ended and (at := turns.next_at()) is not None:
            outbox.defer_at(sql(), outbox.IMPORT_BUNDLES, at, import_id=import_id)


def _archive(import_id: int, name: str, digest: str) -> Archive | None:
    """The zip; None where there is nothing to be read any more, however often one tries: then the import is over."""
    try:
        return read_archive(name, file_store.get(digest))
    except (NotFound, FileRefused) as unread:
        log.error("import-given-up", run=import_id, error=repr(unread))
        with unit_of_work():
            batch_ends.end(batch_ends.IMPORTS, import_id, GONE)
        return None


class _Importing:
    """What is done with the bundles of a zip."""

    def __init__(self, import_id: int, archive: Archive, note: str, by: Identity) -> None:
        self.import_id, self.archive, self.note, self.by = import_id, archive, note, by

    def do(self, row: Sequence[Any]) -> None:
        """Make a draft of the next bundle."""
        place, name = row
        self._keep(place, _drafted(self.archive, place, name, self.note, self.by))

    def refuse(self, row: Sequence[Any], refused: EngineError) -> None:
        words = refused.words if isinstance(refused, ActRefused) else failure_of(refused, "import-failed", FAILED).words
        with unit_of_work():
            self.tell(row[0], words, over=True)

    def tell(self, key: int, words: Words, *, over: bool) -> None:
        if over:
            self._keep(key, _refused(words))
        else:
            sql().execute(LATER, {"run": self.import_id, "place": key, "zh": words.zh, "en": words.en})

    def _keep(self, place: int, told: Mapping[str, Any]) -> None:
        sql().execute(TOLD, {"run": self.import_id, "place": place, **told, "now": clock.now()})


def _drafted(archive: Archive, place: int, name: str, note: str, by: Identity) -> Mapping[str, Any]:
    """What became of one bundle; its draft is kept in the caller's transaction."""
    bundle = list(archive.bundles)[place - 1]
    try:
        ensure(by, Permission.RELEASE_DRAFT)
        key, files = read_bundle_zip(name, archive.zip_of(bundle))
    except ActRefused as refusal:
        return _refused(refusal.words)
    findings = [one.severity for one in check_files(key, files)]
    newest = sql().execute("select max(id) from release where bundle_key = %s", (key,)).fetchone()
    release_id = keep_draft(key, files, by, note)
    return {
        "state": "same" if newest is not None and newest[0] == release_id else "drafted",
        "release": release_id,
        "errors": findings.count(Severity.ERROR),
        "warnings": findings.count(Severity.WARNING),
        "zh": "",
        "en": "",
    }


def _refused(words: Words) -> Mapping[str, Any]:
    return {"state": "refused", "release": None, "errors": 0, "warnings": 0, "zh": words.zh, "en": words.en}
