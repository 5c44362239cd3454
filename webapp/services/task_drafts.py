"""What a person has typed into a task's act so far: kept while it is typed, on any machine, gone with the act."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import orjson

from engine import Words
from webapp import clock, moments
from webapp.errors import ActRefused, AlreadyDone, NotFound
from webapp.identity import Identity, bundle_of, holds_one_of
from webapp.services.events import ACT_WORDS
from webapp.services.writing import Writing
from webapp.unit_of_work import sql, unit_of_work

#: One control as the form sends it: name and text.
Field = tuple[str, str]
MOST_BYTES = 256 * 1024
#: What the page carries for itself.
NOT_KEPT = frozenset({"csrf_token", "key", "revision", "next", "then", "do", "point"})

#: A task of one's posts.
_OWN = holds_one_of("t.groups", bundle_of("t.case_id"))
SAVE = f"""
insert into task_draft (task_id, user_id, fields, at)
select t.id, %(me)s, %(fields)s::jsonb, %(now)s from user_task t
where t.id = %(task)s and t.state = 'open' and {_OWN}
on conflict (task_id, user_id) do update set fields = excluded.fields, at = excluded.at
{{unless_newer}}
returning at
"""
#: Where the page says which draft it went on from, one that was kept since on another machine is not written over.
UNLESS_NEWER = "where task_draft.at <= %(base)s"
#: The fields of a draft, and when they were kept; nothing where there is none.
DRAFT = "select fields, at from task_draft where task_id = %(task)s and user_id = %(me)s"
CLEAR = "delete from task_draft where task_id = %(task)s and user_id = %(me)s"
GONE = f"""
select coalesce(u.name, ''), t.act, t.closed_at from user_task t left join app_user u on u.id = t.closed_by
where t.id = %(task)s and {_OWN}
"""
HAND = """
with given as (delete from task_draft where task_id = %(task)s and user_id = %(giver)s returning fields, at)
insert into task_draft (task_id, user_id, fields, at)
select %(task)s, %(taker)s, given.fields, given.at from given
on conflict (task_id, user_id) do nothing
"""
#: A part of the statement that ends an act.
DROP = "delete from task_draft where task_id = %(task)s and user_id = %(key_actor)s"


class DraftTooLong(ActRefused):
    """More than anybody types into the form of one act."""

    status = 413

    def __init__(self) -> None:
        limit = MOST_BYTES // 1024
        super().__init__(
            Words(
                f"内容超过 {limit} KB，没有保存为草稿，请精简后再保存。",
                f"That is more than {limit} KB and was not kept. Please shorten it.",
            )
        )


def fields_of(sent: Iterable[Field]) -> list[Field]:
    """What of a form is worth keeping: what was typed and chosen, without what the page carries for itself."""
    return [(name, text) for name, text in sent if name not in NOT_KEPT and not name.startswith("_") and text]


class KeptElsewhere(ActRefused):
    """The same person has kept something newer of this task on another machine."""

    def __init__(self, at: datetime) -> None:
        when = moments.shown(at)
        super().__init__(
            Words(
                f"您在另一台设备上于{when}保存了较新的内容，没有覆盖；本页的内容仍在，请刷新后核对。",
                f"Something newer was kept on another device at {when} and was not written over. What stands here is"
                " still here: reload the page and compare.",
            )
        )


def save(
    task_id: int, fields: Iterable[Field], *, by: Identity, base: datetime | None = None, since: bool = False
) -> datetime:
    """Keep the form as it stands, in place of what was kept before; returns when.

    With `since` a draft that is newer than `base` (None: than none at all) is not written over. Raises NotFound,
    AlreadyDone (of a task that is over nothing is kept), DraftTooLong, KeptElsewhere.
    """
    content = orjson.dumps(list(fields))
    if len(content) > MOST_BYTES:
        raise DraftTooLong()
    values = {**by.posts, "task": task_id, "me": by.user_id, "now": clock.now()}
    statement = SAVE.format(unless_newer=UNLESS_NEWER if since else "")
    with unit_of_work():
        row = sql().execute(statement, {**values, "fields": content.decode(), "base": base}).fetchone()
        if row is None:
            raise (_newer(values) if since else None) or _over(values)
    at: datetime = row[0]
    return at


def clear(task_id: int, *, by: Identity) -> None:
    """Forget what was kept. Raises NotFound for a task that one does not see."""
    values = {**by.posts, "task": task_id, "me": by.user_id}
    with unit_of_work():
        if sql().execute(GONE, values).fetchone() is None:
            raise NotFound()
        sql().execute(CLEAR, values)


def hand_draft(task_id: int, from_user: int, to_user: int) -> None:
    """With a task that goes to a colleague the draft goes too, in the running transaction.

    What the colleague has typed of it already stays, and the giver's draft goes either way.
    """
    sql().execute(HAND, {"task": task_id, "giver": from_user, "taker": to_user})


def drop_with(writing: Writing, task_id: int) -> None:
    """The act is done: its draft goes in the statement that ends it (which knows the actor as `key_actor`)."""
    writing.add("draft", DROP, task=task_id)


STILL_OPEN = f"{DRAFT} and exists(select from user_task t where t.id = task_id and t.state = 'open')"


def _newer(values: dict[str, object]) -> ActRefused | None:
    """None where the task is over: then that is the reason."""
    row = sql().execute(STILL_OPEN, values).fetchone()
    return KeptElsewhere(row[1]) if row else None


def _over(values: dict[str, object]) -> ActRefused:
    row = sql().execute(GONE, values).fetchone()
    if row is None:
        return NotFound()
    who, act, at = row
    return AlreadyDone(who or "系统", ACT_WORDS.get(act, ACT_WORDS["done"]), at, moments.shown(at))
