"""What was saved in several files of a working copy as one is undone as one, which is such a saving too."""

from __future__ import annotations

from dataclasses import dataclass

from engine import Words
from webapp import moments
from webapp.errors import ActRefused, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services.working_copies import as_one, lock_copy, put, take_out
from webapp.unit_of_work import sql, unit_of_work

#: Files that a refusal names; all are counted.
MOST_NAMED = 3


class ChangedSince(ActRefused):
    """Files of the saving were saved since with yet another content: undoing it would undo that too."""

    def __init__(self, files: list[str], named: list[str], who: str, at: str) -> None:
        self.files = files
        several = f"{'、'.join(named)}{f'等 {len(files)} 个文件' if len(files) > len(named) else ''}"
        both = f"{', '.join(named)}{f' and others ({len(files)} files)' if len(files) > len(named) else ''}"
        super().__init__(
            Words(
                f"{several}在此之后又改过（最近由{who}于{at}），不能整次撤销，没有改动任何文件。可以逐个文件恢复。",
                f"Changed since: {both} (last by {who} at {at}). The whole cannot be undone, and nothing was changed;"
                " files can be set back one by one.",
            )
        )


class AlreadyUndone(ActRefused):
    """Every file is what it was before the saving."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "这些文件已经是修改前的样子，没有什么要撤销。",
                "These files are what they were before; there is nothing to undo.",
            )
        )


@dataclass(frozen=True, slots=True)
class _Change:
    """A file of the saving: digests before it, after it, and now (None: not there), and what it held before."""

    path: str
    before: str | None
    after: str | None
    now: str | None
    content: bytes | None


CHANGES = """
select c.path, c.before, c.after, f.digest, b.content
from working_change c
left join working_file f on f.copy_id = c.copy_id and f.path = c.path
left join blob b on b.digest = c.before
where c.copy_id = %s and c.saving_id = %s order by c.id
"""


def undo_saving(copy_id: int, saving_id: int, *, by: Identity, note: str = "") -> list[str]:
    """Give every file of a saving the content that it had before it; returns the files that this changed.

    A file that was set back already is let be. Raises NotFound, CopyEnded, AlreadyUndone, and ChangedSince where a file
    is neither what the saving left nor what it was before; then nothing is changed.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    with unit_of_work():
        lock_copy(copy_id)
        changes = [_Change(*row) for row in sql().execute(CHANGES, (copy_id, saving_id))]
        if not changes:
            raise NotFound()
        if others := [one.path for one in changes if one.now not in (one.before, one.after)]:
            raise _changed_since(copy_id, others)
        undone = [one for one in changes if one.now != one.before]
        if not undone:
            raise AlreadyUndone()
        with as_one(copy_id):
            for one in undone:
                _undo(copy_id, one, by, note)
        return [one.path for one in undone]


def _undo(copy_id: int, one: _Change, by: Identity, note: str) -> None:
    if one.content is not None:
        put(copy_id, one.path, bytes(one.content), one.now, by, note, apart=True)
    elif one.now is not None:
        take_out(copy_id, one.path, one.now, by, note)


def _changed_since(copy_id: int, files: list[str]) -> ChangedSince:
    row = (
        sql()
        .execute(
            "select u.name, c.at from working_change c join app_user u on u.id = c.by_id"
            " where c.copy_id = %s and c.path = any(%s) order by c.id desc limit 1",
            (copy_id, files),
        )
        .fetchone()
    )
    assert row is not None  # a file is another than the saving left it only by a change
    return ChangedSince(files, files[:MOST_NAMED], row[0], moments.shown(row[1]))
