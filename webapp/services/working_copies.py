"""Working copies: designers change a bundle's files one by one, together, and keep them as a draft release.

A file is saved over the content that its page was opened with, told by digest: who saves over a colleague's later
content is told whose, and nothing is overwritten. Every saving is kept, so that a file can be set back to any of them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import datetime

from engine import Words
from webapp import clock, moments
from webapp.errors import ActRefused, FileRefused, Incomplete, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services.page_keys import remember
from webapp.services.release_rows import LONGEST_NOTE, add_authors, keep_blob, keep_draft
from webapp.services.release_uploads import (
    BUNDLE_ENDINGS,
    LARGEST_FILE,
    LONGEST_PATH,
    MOST_FILES,
    place_of,
    read_part,
)
from webapp.unit_of_work import sql, unit_of_work

LONGEST_TITLE = 80
#: A save by the same person over their own content within this time is one change in the history.
ONE_SITTING_SECONDS = 600
_PATH = re.compile(r"(?!/)(?:(?!\.\.?(?:/|$))[^/\\\x00-\x1f\x7f]+/)*(?!\.\.?$)[^/\\\x00-\x1f\x7f]+")


class ChangedMeanwhile(ActRefused):
    """The file is another than the one that the page was opened with. `digest` is that of its content now."""

    def __init__(self, path: str, who: str, at: str, digest: str | None) -> None:
        self.path, self.who, self.at, self.digest = path, who, at, digest
        super().__init__(
            Words(
                f"{who}于{at}保存了此文件，您的修改没有保存。可以看对方的内容，或者把您的内容另存一份。",
                f"{who} saved this file at {at}; your changes were not saved. Look at theirs, or keep yours apart.",
            )
        )


class CopyEnded(ActRefused):
    """The working copy was put away."""

    def __init__(self) -> None:
        super().__init__(Words("此工作稿已结束，不能再修改。", "This working copy has ended and cannot be changed."))


def begin(release_id: int, title: str, *, by: Identity, key: str | None = None) -> int:
    """A working copy of a release's files; returns its id. `key` is the page's, so that sent twice it counts once.

    Raises NotFound, Incomplete, AlreadyCarriedOut, KeyReused.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    if not title.strip() or len(title) > LONGEST_TITLE:
        raise Incomplete(
            "title",
            Words(
                f"请写明要改什么（{LONGEST_TITLE} 字以内）。", f"Say what is to change ({LONGEST_TITLE} characters)."
            ),
        )
    with unit_of_work():
        if key is not None:
            remember(by, key, clock.now(), f"working-copy:{release_id}")
        return begin_on(release_id, title.strip(), by)


def begin_on(release_id: int, title: str, by: Identity) -> int:
    """As `begin`, in the caller's transaction. Raises NotFound."""
    row = (
        sql()
        .execute(
            "insert into working_copy (bundle_key, base_release_id, title, created_by, created_at, changed_at)"
            " select bundle_key, id, %(title)s, %(by)s, %(now)s, %(now)s from release where id = %(release)s"
            " returning id",
            {"title": title, "by": by.user_id, "now": clock.now(), "release": release_id},
        )
        .fetchone()
    )
    if row is None:
        raise NotFound()
    sql().execute(
        "insert into working_file (copy_id, path, digest)"
        " select %s, path, digest from release_file where release_id = %s",
        (row[0], release_id),
    )
    return int(row[0])


def save(copy_id: int, path: str, content: bytes, base: str | None, *, by: Identity, note: str = "") -> str:
    """Save a file over the content of digest `base` (None: the file is new); returns the digest that it has now.

    What is there already is not saved again: who sends it once more, since no answer came, is answered.

    Raises NotFound, CopyEnded, ChangedMeanwhile, FileRefused (name, size, too many files).
    """
    ensure(by, Permission.RELEASE_DRAFT)
    ensure_fits(path, content)
    with unit_of_work():
        lock_copy(copy_id)
        return put(copy_id, path, content, base, by, note)


def save_together(
    copy_id: int,
    contents: Mapping[str, bytes],
    bases: Mapping[str, str | None],
    *,
    by: Identity,
    note: str = "",
    removed: Mapping[str, str] | None = None,
    apart: bool = False,
) -> None:
    """Save several files that belong together, all or none, each over its base (None or left out: it is new).

    `removed`: path -> base of files that go with them. Such a saving, or one that is to stand `apart`, is a version of
    its own in every file: each can be set back to what it was before, and all of them as one (`undo_saving`).

    Raises NotFound, CopyEnded, ChangedMeanwhile, FileRefused.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    for path, content in contents.items():
        ensure_fits(path, content)
    gone = removed or {}
    with unit_of_work():
        lock_copy(copy_id)
        with as_one(copy_id) if gone or apart else nullcontext():
            for path, content in contents.items():
                put(copy_id, path, content, bases.get(path), by, note, apart=bool(gone) or apart)
            for path, base in gone.items():
                take_out(copy_id, path, base, by, note)


def remove(copy_id: int, path: str, base: str, *, by: Identity, note: str = "") -> None:
    """Take a file out of the copy. Releases keep theirs. Raises NotFound, CopyEnded, ChangedMeanwhile."""
    ensure(by, Permission.RELEASE_DRAFT)
    with unit_of_work():
        lock_copy(copy_id)
        if _content_now(copy_id, path) is None:
            raise NotFound()
        take_out(copy_id, path, base, by, note)


def set_back(copy_id: int, change_id: int, base: str | None, *, by: Identity, before: bool = False) -> str:
    """Give a file the content that it had after an earlier saving, or `before` it; that is a saving too.

    `base`: digest of the content that the page showed it with (None: it was not there). Returns the file's path. Raises
    NotFound, CopyEnded, ChangedMeanwhile.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    with unit_of_work():
        lock_copy(copy_id)
        row = (
            sql()
            .execute(
                "select c.path, b.content from working_change c"
                " join blob b on b.digest = case when %s then c.before else c.after end"
                " where c.id = %s and c.copy_id = %s",
                (before, change_id, copy_id),
            )
            .fetchone()
        )
        if row is None:
            raise NotFound()
        path, content = str(row[0]), bytes(row[1])
        put(copy_id, path, content, base, by, "")
        return path


def put_upload(
    copy_id: int, name: str, content: bytes, bases: Mapping[str, str], *, by: Identity, note: str = ""
) -> str:
    """Put an uploaded diagram, decision file or form where the copy has its namesake; returns its path.

    `bases`: path -> digest of such files as the page showed them. Raises NotFound, CopyEnded, ChangedMeanwhile,
    FileRefused.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    plain = read_part(name, content)
    with unit_of_work():
        lock_copy(copy_id)
        path = place_of(files_of(copy_id), plain, content)
        ensure_fits(path, content)
        put(copy_id, path, content, bases.get(path), by, note)
        return path


def keep(copy_id: int, note: str, *, by: Identity) -> int:
    """Keep the files as the bundle's next draft release; the copy goes on. Returns the release's id.

    Whoever saved a file of the copy made it, and whose unpublished work the copy was begun with. The same files as the
    newest release give that one. Raises NotFound, CopyEnded.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    with unit_of_work():
        key = lock_copy(copy_id)
        makers = makers_of(copy_id)
        release_id = keep_draft(key, files_of(copy_id), by, note)
        if release_id != _base_of(copy_id):  # else everything was set back: nobody has made anything of it
            add_authors(release_id, makers)
        sql().execute("update working_copy set release_id = %s where id = %s", (release_id, copy_id))
        return release_id


MAKERS = """
select by_id from working_change where copy_id = %(copy)s
union
select user_id from working_copy_author where copy_id = %(copy)s
union
select a.user_id from working_copy w join release r on r.id = w.base_release_id
    join release_author a on a.release_id = r.id
where w.id = %(copy)s and r.published_at is null
"""


def makers_of(copy_id: int) -> frozenset[int]:
    """Ids of those whose work the copy holds: who saved in it, and who made what it was begun with and was never in
    force."""
    return frozenset(row[0] for row in sql().execute(MAKERS, {"copy": copy_id}))


def _base_of(copy_id: int) -> int:
    row = sql().execute("select base_release_id from working_copy where id = %s", (copy_id,)).fetchone()
    assert row is not None
    return int(row[0])


def files_of(copy_id: int) -> dict[str, bytes]:
    """Path -> content of the copy as it stands."""
    return {
        path: bytes(content)
        for path, content in sql().execute(
            "select f.path, b.content from working_file f join blob b on b.digest = f.digest where f.copy_id = %s",
            (copy_id,),
        )
    }


def put(
    copy_id: int, path: str, content: bytes, base: str | None, by: Identity, note: str, *, apart: bool = False
) -> str:
    """Save a file in the caller's transaction, the copy locked; returns its digest. Raises ChangedMeanwhile.

    `apart`: a version of its own, though the same person saved the file a moment ago.
    """
    digest = hashlib.sha256(content).hexdigest()
    if _content_now(copy_id, path) == digest:
        return digest
    _ensure_unchanged(copy_id, path, base)
    if base is None:
        _ensure_room(copy_id, path)
    keep_blob(content)
    sql().execute(
        "insert into working_file (copy_id, path, digest) values (%s, %s, %s)"
        " on conflict (copy_id, path) do update set digest = excluded.digest",
        (copy_id, path, digest),
    )
    _note(copy_id, path, base, digest, by, note, apart=apart)
    return digest


def take_out(copy_id: int, path: str, base: str, by: Identity, note: str) -> None:
    """Remove a file in the caller's transaction, the copy locked. Raises ChangedMeanwhile."""
    _ensure_unchanged(copy_id, path, base)
    sql().execute("delete from working_file where copy_id = %s and path = %s", (copy_id, path))
    _note(copy_id, path, base, None, by, note)


AS_ONE = """
with made as (select id from working_change where copy_id = %(copy)s and id > %(last)s)
update working_change set saving_id = (select min(id) from made)
where id in (select id from made) and (select count(*) from made) > 1
"""


@contextmanager
def as_one(copy_id: int) -> Iterator[None]:
    """Changes that are made within, each apart, are one saving, the copy locked by the caller's transaction."""
    row = sql().execute("select coalesce(max(id), 0) from working_change where copy_id = %s", (copy_id,)).fetchone()
    assert row is not None
    yield
    sql().execute(AS_ONE, {"copy": copy_id, "last": row[0]})


def _ensure_unchanged(copy_id: int, path: str, base: str | None) -> None:
    now = _content_now(copy_id, path)
    if now == base:
        return
    row = (
        sql()
        .execute(
            "select u.name, c.at from working_change c join app_user u on u.id = c.by_id"
            " where c.copy_id = %s and c.path = %s order by c.id desc limit 1",
            (copy_id, path),
        )
        .fetchone()
    )
    who, at = (row[0], row[1]) if row else ("系统", None)
    raise ChangedMeanwhile(path, who, moments.shown(at), now)


def _content_now(copy_id: int, path: str) -> str | None:
    row = sql().execute("select digest from working_file where copy_id = %s and path = %s", (copy_id, path)).fetchone()
    return str(row[0]) if row else None


# One's own saves of a sitting are one change: an editor saves every few seconds.
SAME_SITTING = """
update working_change set after = %(after)s, at = %(now)s, note = case when %(note)s = '' then note else %(note)s end
where id = (select max(id) from working_change where copy_id = %(copy)s) and path = %(path)s and by_id = %(by)s
    and after is not distinct from %(before)s and before is distinct from %(after)s
    and at > %(since)s and (note = '' or %(note)s = '') and saving_id is null
returning id
"""


def _note(
    copy_id: int, path: str, before: str | None, after: str | None, by: Identity, note: str, *, apart: bool = False
) -> None:
    now: datetime = clock.now()
    since = datetime.fromtimestamp(now.timestamp() - ONE_SITTING_SECONDS, now.tzinfo)
    values = {
        "copy": copy_id, "path": path, "before": before, "after": after, "by": by.user_id, "now": now,
        "since": since, "note": note[:LONGEST_NOTE],
    }  # fmt: skip
    joined = after is not None and not apart and sql().execute(SAME_SITTING, values).fetchone() is not None
    if not joined:
        sql().execute(
            "insert into working_change (copy_id, path, before, after, by_id, at, note)"
            " values (%(copy)s, %(path)s, %(before)s, %(after)s, %(by)s, %(now)s, %(note)s)",
            values,
        )
    sql().execute("update working_copy set changed_at = %(now)s where id = %(copy)s", values)


def lock_copy(copy_id: int) -> str:
    """The bundle's key; the copy locked until the end of the caller's transaction. Raises NotFound, CopyEnded."""
    row = (
        sql()
        .execute("select bundle_key, ended_at from working_copy where id = %s for no key update", (copy_id,))
        .fetchone()
    )
    if row is None:
        raise NotFound()
    if row[1] is not None:
        raise CopyEnded()
    return str(row[0])


def ensure_fits(path: str, content: bytes) -> None:
    """Raises FileRefused for a name that no file of a bundle has, and for one that is too large."""
    if len(path) > LONGEST_PATH or not _PATH.fullmatch(path):
        raise FileRefused(path[:LONGEST_PATH], Words("文件名不能这样写。", "a file cannot have this name."))
    if not path.lower().endswith(BUNDLE_ENDINGS):
        raise FileRefused(
            path,
            Words(
                f"一件事里只有 {'、'.join(BUNDLE_ENDINGS)} 文件。", f"a bundle has {', '.join(BUNDLE_ENDINGS)} only."
            ),
        )
    if len(content) > LARGEST_FILE:
        raise FileRefused(path, Words("文件超过 2 MB。", "the file is larger than 2 MB."))


def _ensure_room(copy_id: int, path: str) -> None:
    row = sql().execute("select count(*) from working_file where copy_id = %s", (copy_id,)).fetchone()
    if row is not None and row[0] >= MOST_FILES:
        raise FileRefused(path, Words(f"一件事最多 {MOST_FILES} 个文件。", f"a bundle has at most {MOST_FILES} files."))
