"""A task's act as it was filled in, kept before it is carried out: what colleagues read, sign, or give back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import orjson

from engine import Words
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.services.task_drafts import Field as Field
from webapp.services.task_drafts import fields_of
from webapp.services.work import OpenTask
from webapp.unit_of_work import sql

MOST_FIELDS, LONGEST_WHOLE = 2000, 200_000

KEEP = """
insert into prepared_act (task_id, fields, digest, by_id, at) values (%s, %s::jsonb, %s, %s, %s)
on conflict (task_id) do update set fields = excluded.fields, digest = excluded.digest, by_id = excluded.by_id,
    at = excluded.at
"""


def act_fields(posted: Iterable[Field], beside: Iterable[str] = ()) -> tuple[Field, ...]:
    """What was typed into the act, without what belongs to the page or to `beside`, and without empty controls."""
    left_out = frozenset(beside)
    return tuple((name, value) for name, value in fields_of(posted) if name not in left_out and value.strip())


def digest_of(fields: Sequence[Field]) -> str:
    """SHA-256 over the fields in their order."""
    return hashlib.sha256(orjson.dumps([list(one) for one in fields])).hexdigest()


def keep_prepared(task: OpenTask, fields: Sequence[Field], by: Identity) -> str:
    """Keep the act as it is filled in now, in place of what was kept; returns its digest. Raises Incomplete."""
    content = orjson.dumps([list(one) for one in fields])
    if len(fields) > MOST_FIELDS or len(content) > LONGEST_WHOLE:
        raise Incomplete("prepared", Words("填写的内容过多，请精简。", "There is too much in it: make it shorter."))
    digest = digest_of(fields)
    sql().execute(KEEP, (task.id, content.decode(), digest, by.user_id, task.case.now))
    return digest


def prepared_fields(task_id: int) -> tuple[Field, ...]:
    """What is kept for the task; empty where nothing is."""
    row = sql().execute("select fields from prepared_act where task_id = %s", (task_id,)).fetchone()
    return tuple((name, value) for name, value in row[0]) if row else ()
