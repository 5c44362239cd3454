"""What each background job does. A handler may run twice: its service must bear the second run."""

from collections.abc import Callable

from flask import Flask

from webapp import outbox


class TryAgain(Exception):
    """The service asks for another try later; the queue's back-off says when."""


def run_engine_job(engine_job_id: int) -> None:
    """Run a row of `engine_job`; the service counts failures and turns the last one into an incident."""
    from webapp.services import engine_jobs

    if not engine_jobs.run(engine_job_id):
        raise TryAgain(f"engine job {engine_job_id}")


def deliver_thrown(thrown_id: int) -> None:
    """Carry a thrown message or signal to other instances."""
    from webapp.services import thrown

    thrown.deliver(thrown_id)


HANDLERS: dict[str, Callable[..., None]] = {
    outbox.RUN_ENGINE_JOB: run_engine_job,
    outbox.DELIVER_THROWN: deliver_thrown,
}


def in_context(app: Flask, handler: Callable[..., None]) -> Callable[..., None]:
    """The handler inside an application context, which ends its session whatever happens."""

    def run(**payload: int | str) -> None:
        with app.app_context():
            handler(**payload)

    return run
