"""What a request leaves behind on its database connection."""

import pytest
from flask import Flask
from psycopg.errors import DivisionByZero

from tests.support import office
from webapp.extensions import db
from webapp.services.writing import array
from webapp.unit_of_work import kept_cursor, sql

PREPARED = "select count(*) from pg_prepared_statements"
READ_OFTEN = "select id from app_user where login = %s"


def read_in_a_request(app: Flask) -> None:
    with app.app_context():
        sql().execute(READ_OFTEN, (office.CLERK,)).fetchone()


def prepared(app: Flask) -> int:
    with app.app_context():
        row = sql().execute(PREPARED).fetchone()
        assert row is not None
        return int(row[0])


def test_what_was_prepared_outlives_the_requests_that_only_read(committed_app: Flask) -> None:
    for _ in range(8):  # psycopg prepares what it has sent five times
        read_in_a_request(committed_app)
    assert prepared(committed_app) == 1


def test_a_query_keeps_its_cursor_with_the_connection_over_requests(committed_app: Flask) -> None:
    query, cursors = "select %s::int / %s::int", []
    for _ in range(2):
        with committed_app.app_context():
            cursors.append(kept_cursor(query))
            assert cursors[-1].execute(query, (6, 2)).fetchone() == (3,)
            assert kept_cursor(b"select $1::text").execute(b"select $1::text", ["组"]).fetchone() == ("组",)
    assert cursors[0] is cursors[1]


def test_a_query_that_failed_is_asked_again(committed_app: Flask) -> None:
    query = "select %s::int / %s::int"
    with committed_app.app_context():
        with pytest.raises(DivisionByZero):
            kept_cursor(query).execute(query, (6, 0))
        db.session.rollback()
        assert kept_cursor(query).execute(query, (6, 3)).fetchone() == (2,)


def test_an_array_written_as_text_is_read_as_it_was(committed_app: Flask) -> None:
    texts = ["plain", 'a "word"', "back\\slash", "{,}", "null", "", "组", None]
    with committed_app.app_context():
        row = sql().execute("select %s::text[], %s::bigint[], %s::text[]", (array(texts), array([3, 1]), array([])))
        assert row.fetchone() == (texts, [3, 1], [])


def test_what_a_request_wrote_outside_a_command_is_not_kept_when_it_failed(committed_app: Flask) -> None:
    try:
        with committed_app.app_context():
            sql().execute("insert into rate_count values ('lost', now(), 1)")
            raise RuntimeError("the view broke")
    except RuntimeError:
        pass
    with committed_app.app_context():
        assert sql().execute("select count(*) from rate_count where bucket = 'lost'").fetchone() == (0,)
