"""What a request leaves behind on its database connection."""

from flask import Flask

from tests.support import office
from webapp.unit_of_work import sql

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


def test_what_a_request_wrote_outside_a_command_is_not_kept_when_it_failed(committed_app: Flask) -> None:
    try:
        with committed_app.app_context():
            sql().execute("insert into rate_count values ('lost', now(), 1)")
            raise RuntimeError("the view broke")
    except RuntimeError:
        pass
    with committed_app.app_context():
        assert sql().execute("select count(*) from rate_count where bucket = 'lost'").fetchone() == (0,)
