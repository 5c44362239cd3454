"""待合并的修改: what a designer made on a content that a colleague meanwhile saved over is kept aside, and merged.

What is kept aside belongs to whoever made it. It is merged with the file as it is then, as often as that changes; only
what both changed differently is asked. What comes of it goes through the checks before it replaces the file. Instead it
may become a working copy of its own. Nothing that was made is thrown away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from engine import Finding, Words, errors_in
from engine.merging import Merged, Side, merge_file
from webapp import clock
from webapp.errors import ActRefused, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services import working_copies
from webapp.services.release_rows import keep_blob
from webapp.services.releases import check_files
from webapp.services.working_copies import LONGEST_TITLE
from webapp.unit_of_work import sql, unit_of_work

#: How often what is merged is checked, where somebody saves in the copy meanwhile.
MOST_CHECKS = 3
#: The longest name of a file that is told in the title of a working copy.
LONGEST_NAME = 40


class StillOpen(ActRefused):
    """Something that both changed differently has not been decided."""

    status = 422

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(
            Words(
                f"还有 {count} 处两人的修改不一致，请先逐处选择。",
                f"Places that you both changed differently: {count}. Choose a side for each of them first.",
            )
        )


class StillChanging(ActRefused):
    """The copy was saved again each time while what came of it was checked."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "核对合并结果时，工作稿又有人保存，没有合并。请看过后再试。",
                "While the merged file was checked, somebody saved in the copy again, so it was not saved."
                " Look at it, then try again.",
            )
        )


class MergedBroken(ActRefused):
    """What came of it has errors that the file does not have now. `findings` are these."""

    status = 422

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        super().__init__(
            Words(
                f"合并后有 {len(findings)} 个原来没有的错误，没有保存。请改选，或者另存为新工作稿后修改。",
                f"The merged file has {len(findings)} errors that are not there now, so it was not saved."
                " Choose otherwise, or keep yours as a working copy of its own and mend it there.",
            )
        )


@dataclass(frozen=True, slots=True)
class Aside:
    """What somebody made, on what it was made, and how the file is now; a content is None where there is no file."""

    id: int
    copy_id: int
    path: str
    state: str
    base: bytes | None
    mine: bytes
    theirs: bytes | None
    theirs_digest: str | None
    choices: Mapping[str, Side]

    def merged(self) -> Merged:
        """Both together, by what has been chosen."""
        return merge_file(self.path, self.base, self.mine, self.theirs, self.choices)


ASIDE = """
select a.id, a.copy_id, a.path, a.state, b.content, m.content, t.content, f.digest, a.choices
from working_aside a
join blob m on m.digest = a.content
left join blob b on b.digest = a.base
left join working_file f on f.copy_id = a.copy_id and f.path = a.path
left join blob t on t.digest = f.digest
where a.id = %(aside)s and a.by_id = %(me)s
"""
KEEP = """
insert into working_aside (copy_id, path, base, content, by_id, at)
select %(copy)s, %(path)s, (select digest from blob where digest = %(base)s), %(content)s, %(me)s, %(now)s
returning id
"""
#: A page that is sent once more, with more in it.
RENEW = """
update working_aside set content = %(content)s, at = %(now)s where id = %(former)s and by_id = %(me)s
    and copy_id = %(copy)s and path = %(path)s and base is not distinct from %(base)s and state = 'open' returning id
"""
SAME = """
select id from working_aside where copy_id = %(copy)s and path = %(path)s and by_id = %(me)s and state = 'open'
    and content = %(content)s and base is not distinct from %(base)s order by id desc limit 1
"""


def set_aside(
    copy_id: int, path: str, content: bytes, base: str | None, *, by: Identity, former: int | None = None
) -> int:
    """Keep what could not be saved over `base`, a digest; returns its id. The same again is the same.

    `former`: what was kept aside from the same page before, which this takes the place of. Raises NotFound, CopyEnded,
    FileRefused.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    working_copies.ensure_fits(path, content)
    with unit_of_work():
        working_copies.lock_copy(copy_id)
        values = {
            "copy": copy_id,
            "path": path,
            "base": base,
            "content": keep_blob(content),
            "me": by.user_id,
            "now": clock.now(),
            "former": former,
        }
        row = sql().execute(SAME, values).fetchone()
        if row is None and former is not None:
            row = sql().execute(RENEW, values).fetchone()
        row = row or sql().execute(KEEP, values).fetchone()
        assert row is not None
        return int(row[0])


def aside_of(aside_id: int, *, by: Identity) -> Aside:
    """One's own. Raises NotFound."""
    ensure(by, Permission.RELEASE_DRAFT)
    row = sql().execute(ASIDE, {"aside": aside_id, "me": by.user_id}).fetchone()
    if row is None:
        raise NotFound()
    id_, copy_id, path, state, base, mine, theirs, digest, choices = row
    contents = [None if one is None else bytes(one) for one in (base, theirs)]
    chosen = {mark: Side(side) for mark, side in choices.items()}
    return Aside(id_, copy_id, path, state, contents[0], bytes(mine), contents[1], digest, chosen)


def choose(aside_id: int, choices: Mapping[str, Side], *, by: Identity) -> None:
    """Note which side was chosen for conflicts, by their marks. Raises NotFound, CopyEnded."""
    with unit_of_work():
        aside = _locked(aside_id, by)
        marks = {one.mark for one in aside.merged().conflicts}
        # What was chosen for contents that are no longer there counts no more.
        chosen = {mark: str(side) for mark, side in {**aside.choices, **choices}.items() if mark in marks}
        sql().execute(
            "update working_aside set choices = %s::jsonb where id = %s", (orjson.dumps(chosen).decode(), aside.id)
        )


def merge(aside_id: int, *, by: Identity) -> str | None:
    """Save both together in the place of the file; returns the digest that it has now, None where it was taken out.

    The bundle is checked before the copy is held, and again where somebody saved in it meanwhile. Raises NotFound,
    CopyEnded, StillOpen, MergedBroken, StillChanging, FileRefused.
    """
    for _ in range(MOST_CHECKS):
        with unit_of_work():
            aside = _locked(aside_id, by)
            checked = _digests(aside.copy_id)
        merged = aside.merged()
        if merged.open:
            raise StillOpen(len(merged.open))
        _ensure_sound(aside, merged.content)
        with unit_of_work():
            if _locked(aside_id, by) == aside and _digests(aside.copy_id) == checked:
                return _save(aside, merged.content, by)
    raise StillChanging()


def _save(aside: Aside, content: bytes | None, by: Identity) -> str | None:
    """Put what came of it in the file's place, the copy locked."""
    note = "合并两人的修改"
    digest: str | None = None
    if content is not None:
        working_copies.ensure_fits(aside.path, content)
        digest = working_copies.put(aside.copy_id, aside.path, content, aside.theirs_digest, by, note)
    elif aside.theirs_digest is not None:
        working_copies.take_out(aside.copy_id, aside.path, aside.theirs_digest, by, note)
    _end(aside, "merged")
    return digest


def copy_apart(aside_id: int, *, by: Identity) -> int:
    """A working copy of its own: the files as they stand, this one as it was made; returns its id.

    Raises NotFound, CopyEnded.
    """
    with unit_of_work():
        aside = _locked(aside_id, by)
        values: dict[str, Any] = {
            "copy": aside.copy_id,
            "title": f"（{by.name}：{aside.path.rpartition('/')[2][:LONGEST_NAME]}）",
            "longest": LONGEST_TITLE,
            "by": by.user_id,
            "now": clock.now(),
        }
        row = (
            sql()
            .execute(
                "insert into working_copy (bundle_key, base_release_id, title, created_by, created_at, changed_at)"
                " select bundle_key, base_release_id,"
                " left(title, greatest(0, %(longest)s - length(%(title)s))) || %(title)s, %(by)s, %(now)s, %(now)s"
                " from working_copy where id = %(copy)s returning id",
                values,
            )
            .fetchone()
        )
        assert row is not None
        sql().execute(
            "insert into working_file (copy_id, path, digest)"
            " select %s, path, digest from working_file where copy_id = %s",
            (row[0], aside.copy_id),
        )
        sql().execute(  # what the colleagues made stays theirs, though their savings stand in the other copy
            "insert into working_copy_author (copy_id, user_id) select %s, unnest(%s::bigint[])",
            (row[0], sorted(working_copies.makers_of(aside.copy_id))),
        )
        working_copies.put(row[0], aside.path, aside.mine, aside.theirs_digest, by, "另存的修改")
        _end(aside, "copied")
        return int(row[0])


def drop(aside_id: int, *, by: Identity) -> None:
    """Let the file stand as it is; what was made can still be opened and taken up again. Raises NotFound, CopyEnded."""
    with unit_of_work():
        _end(_locked(aside_id, by), "dropped")


def take_up(aside_id: int, *, by: Identity) -> None:
    """Take up again what was dropped. Raises NotFound, CopyEnded."""
    with unit_of_work():
        aside = aside_of(aside_id, by=by)
        working_copies.lock_copy(aside.copy_id)
        sql().execute(
            "update working_aside set state = 'open', ended_at = null where id = %s and state = 'dropped'", (aside.id,)
        )


def _locked(aside_id: int, by: Identity) -> Aside:
    """One's own, still open, its copy locked. Raises NotFound, CopyEnded."""
    working_copies.lock_copy(aside_of(aside_id, by=by).copy_id)
    aside = aside_of(aside_id, by=by)
    if aside.state != "open":
        raise NotFound()
    return aside


def _digests(copy_id: int) -> dict[str, str]:
    return dict(sql().execute("select path, digest from working_file where copy_id = %s", (copy_id,)).fetchall())


def _ensure_sound(aside: Aside, content: bytes | None) -> None:
    """Raises MergedBroken where the bundle would have errors that it does not have now."""
    files = working_copies.files_of(aside.copy_id)
    row = sql().execute("select bundle_key from working_copy where id = %s", (aside.copy_id,)).fetchone()
    assert row is not None
    merged = {path: kept for path, kept in files.items() if path != aside.path}
    if content is not None:
        merged[aside.path] = content
    before = {_said(one) for one in errors_in(check_files(row[0], files))}
    broken = tuple(one for one in errors_in(check_files(row[0], merged)) if _said(one) not in before)
    if broken:
        raise MergedBroken(broken)


def _said(finding: Finding) -> tuple[str, str, str, str]:
    """A finding wherever it stands in the file: merging moves lines."""
    return finding.code, finding.file, finding.element, finding.message.zh


def _end(aside: Aside, state: str) -> None:
    sql().execute("update working_aside set state = %s, ended_at = %s where id = %s", (state, clock.now(), aside.id))
