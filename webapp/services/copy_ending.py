"""Putting a working copy away, with a word to those whose work it holds, and going on with it."""

from __future__ import annotations

from datetime import datetime

from engine import Words, numbered
from engine.bundles import name_in
from webapp import clock
from webapp.catalogue import release_files
from webapp.errors import ActRefused, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services.notices import NoticeKind, notify
from webapp.services.working_copies import lock_copy
from webapp.unit_of_work import sql, unit_of_work

#: The files of a copy `w` that differ from the release that it was kept as last, or else began with.
DIFFERING = """
select coalesce(f.path, r.path) as path, case when r.path is null then 'added' when f.path is null then 'removed'
    else 'changed' end as kind
from (select path, digest from working_file where copy_id = w.id) f
full join (select path, digest from release_file where release_id = coalesce(w.release_id, w.base_release_id)) r
    on r.path = f.path
where f.digest is distinct from r.digest
"""
OF_COPY = f"""
select w.title, w.base_release_id, w.changed_at, (select count(*) from ({DIFFERING}) d)
from working_copy w where w.id = %s
"""
#: Who began it, and who saved a file of it.
WHOSE = """
select created_by from working_copy where id = %(copy)s
union
select by_id from working_change where copy_id = %(copy)s
"""
ALL_KEPT = Words("修改都已存为版本", "all changes are kept as a release")


class SavedMeanwhile(ActRefused):
    """Somebody saved in the copy after the page said what is not kept of it."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "工作稿又有新的修改，没有结束。请核对未存为版本的修改后再结束。",
                "The working copy was saved again, so it was not ended. Look at what is not kept, then end it.",
            )
        )


def end(copy_id: int, *, by: Identity, seen: datetime | None = None) -> None:
    """Put the copy away: it can be opened again, and its changes stay readable. Those whose work it holds are told.

    `seen`: the last saving that the page told of; None: whatever it holds. Raises NotYours, NotFound, CopyEnded,
    SavedMeanwhile.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    with unit_of_work():
        key, now = lock_copy(copy_id), clock.now()
        row = sql().execute(OF_COPY, (copy_id,)).fetchone()
        assert row is not None
        title, base, changed_at, unkept = row
        if seen is not None and changed_at != seen:
            raise SavedMeanwhile()
        sql().execute("update working_copy set ended_at = %s, ended_by = %s where id = %s", (now, by.user_id, copy_id))
        left, name = _said(unkept), name_in(release_files(base)) or Words(key, key)
        facts = {
            "by": by.name, "title": title, "bundle": name.zh, "bundle_en": name.en or name.zh,
            "left": left.zh, "left_en": left.en,
        }  # fmt: skip
        whose = {row[0] for row in sql().execute(WHOSE, {"copy": copy_id})} - {by.user_id}
        notify(whose, NoticeKind.COPY_ENDED, case_id=None, task_id=None, facts=facts, now=now)


def reopen(copy_id: int, *, by: Identity) -> None:
    """Go on with a copy that was put away. Raises NotYours, NotFound."""
    ensure(by, Permission.RELEASE_DRAFT)
    with unit_of_work():
        opened = sql().execute("update working_copy set ended_at = null, ended_by = null where id = %s", (copy_id,))
        if opened.rowcount == 0:
            raise NotFound()


def _said(files: int) -> Words:
    if not files:
        return ALL_KEPT
    return Words(
        f"有 {files} 个文件的修改没有存为版本", f"changes of {numbered(files, 'file')} are not kept as a release"
    )
