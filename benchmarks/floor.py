"""The relational floor: the least that any application would write for the same case, by hand.

An instance row with its twenty fields, four tasks, five history rows, one transaction per act, in the same
application frame (context, session, connection pool). No ledger, no rights, no page keys, no inbox of several
groups, no engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import psycopg

from webapp.unit_of_work import sql, unit_of_work

TABLES = """
create table floor_instance (
    id bigint generated always as identity primary key,
    definition text not null, fields jsonb not null, state text not null,
    started_at timestamptz not null, ended_at timestamptz
);
create table floor_task (
    id bigint generated always as identity primary key,
    instance_id bigint not null references floor_instance (id),
    name text not null, candidate_group text not null, assignee_id bigint, state text not null,
    opened_at timestamptz not null, closed_at timestamptz
);
create index floor_task_instance on floor_task (instance_id);
create index floor_task_inbox on floor_task (candidate_group, id) where state = 'open';
create table floor_history (
    id bigint generated always as identity primary key,
    instance_id bigint not null references floor_instance (id),
    what text not null, actor_id bigint, at timestamptz not null
);
create index floor_history_instance on floor_history (instance_id);
grant select, insert, update on floor_instance, floor_task, floor_history to onewindow_app;
"""
NAMES = {
    "drugs": "审查药品经营条件",
    "devices": "审查医疗器械经营条件",
    "food": "审查食品销售条件",
    "premises": "核查经营场所",
}


def make(connection: psycopg.Connection) -> None:
    """The floor's three tables."""
    connection.execute(TABLES)


def receive(fields: Mapping[str, Any], actor: int) -> dict[str, int]:
    """The first act. Returns element -> task."""
    with unit_of_work():
        row = (
            sql()
            .execute(
                "insert into floor_instance (definition, fields, state, started_at)"
                " values ('pharmacy4', %s::jsonb, 'running', now()) returning id",
                (orjson.dumps(dict(fields)).decode(),),
            )
            .fetchone()
        )
        assert row is not None
        tasks = (
            sql()
            .execute(
                "insert into floor_task (instance_id, name, candidate_group, assignee_id, state, opened_at)"
                " select %s, n, 'benchmark.' || g, %s, 'open', now() from unnest(%s::text[], %s::text[]) t(g, n)"
                " returning id",
                (row[0], actor, list(NAMES), list(NAMES.values())),
            )
            .fetchall()
        )
        sql().execute(
            "insert into floor_history (instance_id, what, actor_id, at) values (%s, 'received', %s, now())",
            (row[0], actor),
        )
    return {name: task for name, (task,) in zip(NAMES, tasks, strict=True)}


def complete(task: int, actor: int) -> None:
    """One of the other four acts: the last one ends the instance."""
    with unit_of_work():
        row = (
            sql()
            .execute(
                "select i.id from floor_instance i where i.id = (select instance_id from floor_task where id = %s)"
                " for no key update",
                (task,),
            )
            .fetchone()
        )
        assert row is not None
        closed = (
            sql()
            .execute(
                "update floor_task set state = 'done', closed_at = now() where id = %s and state = 'open'"
                " returning instance_id",
                (task,),
            )
            .fetchone()
        )
        assert closed is not None
        sql().execute(
            "insert into floor_history (instance_id, what, actor_id, at) values (%s, 'done', %s, now())",
            (row[0], actor),
        )
        sql().execute(
            "update floor_instance set state = 'ended', ended_at = now() where id = %s"
            " and not exists (select from floor_task where instance_id = %s and state = 'open')",
            (row[0], row[0]),
        )
