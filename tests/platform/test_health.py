"""The health page tells the truth about web, database and worker."""

from flask.testing import FlaskClient

from webapp.unit_of_work import sql, unit_of_work


def worker_seen(seconds_ago: int) -> None:
    with unit_of_work():
        sql().execute(
            "insert into worker_heartbeat values ('w', clock_timestamp() - make_interval(secs => %s))",
            (seconds_ago,),
        )


def test_all_well_when_a_worker_was_seen_lately(client: FlaskClient) -> None:
    worker_seen(2)
    for page in ("/health", "/ready"):
        answer = client.get(page)
        assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_says_so_when_no_worker_was_seen(client: FlaskClient) -> None:
    answer = client.get("/health")
    assert (answer.status_code, answer.json) == (503, {"status": "unavailable", "down": ["worker"]})


def test_a_worker_silent_for_a_minute_is_down(client: FlaskClient) -> None:
    worker_seen(60)
    assert client.get("/health").json == {"status": "unavailable", "down": ["worker"]}


def test_says_how_many_processes_the_heat_maps_leave_out(client: FlaskClient) -> None:
    worker_seen(2)
    with unit_of_work():
        sql().execute("insert into walk_aside values (7, 0, 'a', false, '读不出来', 'unreadable', '', '1', now())")
        sql().execute(
            "insert into walk_aside values (8, 1, '', true, '', '', '', '1', now())"
        )  # nothing is known of it yet
    answer = client.get("/health")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "uncounted": 1})
