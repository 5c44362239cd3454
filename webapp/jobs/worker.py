"""The worker process: jobs from the queue, due timers, a sign of life."""

import os
import socket
from datetime import timedelta

from flask import Flask
from procrastinate.jobs import DeleteJobCondition

from webapp import clock
from webapp.jobs.heartbeat import take_back_heartbeat, write_heartbeat
from webapp.jobs.loops import Loop
from webapp.jobs.queue import worker_queue
from webapp.logs import LOG
from webapp.services import start_timers, timers

TIMERS_AT_ONCE = 100
STARTS_AT_ONCE = 20
TIMER_SECONDS = 1.0
START_SECONDS = 5.0
MESSAGE_SECONDS = 10.0
HEARTBEAT_SECONDS = 5.0
FORGOTTEN_SECONDS = 300.0
CLEANING_SECONDS = 3600.0
SUPERVISION_SECONDS = 300.0
SUBSTITUTION_SECONDS = 300.0
LICENCE_SECONDS = 900.0
NOTICE_SECONDS = 5.0
CORRECTION_SECONDS = 60.0
RELEASE_SECONDS = 60.0
WAITING_SECONDS = 60.0
HEAT_SECONDS = 60.0
READING_SECONDS = 30.0
NOTICES_AT_ONCE = 50
JOBS_AT_ONCE = 2
GRACE_SECONDS = 20.0


def run_worker(app: Flask) -> None:
    """Work until SIGTERM or SIGINT; a running job is finished first.

    Answers also when the database was lost for long; whoever started the worker starts it again.
    """
    name = f"{socket.gethostname()}-{os.getpid()}"
    loops = [
        Loop(app, "heartbeat", HEARTBEAT_SECONDS, lambda: _beat(name)),
        Loop(app, "timers", TIMER_SECONDS, fire_due_timers),
        Loop(app, "starts", START_SECONDS, begin_due),
        Loop(app, "messages", MESSAGE_SECONDS, expire_messages),
        Loop(app, "forgotten-jobs", FORGOTTEN_SECONDS, defer_forgotten_jobs),
        Loop(app, "cleaning", CLEANING_SECONDS, clean),
        Loop(app, "supervision", SUPERVISION_SECONDS, supervise),
        Loop(app, "licences", LICENCE_SECONDS, watch_licences),
        Loop(app, "substitutes", SUBSTITUTION_SECONDS, give_back),
        Loop(app, "notices", NOTICE_SECONDS, send_notices),
        Loop(app, "corrections", CORRECTION_SECONDS, send_corrections),
        Loop(app, "releases", RELEASE_SECONDS, put_in_force),
        Loop(app, "waiting", WAITING_SECONDS, count_waiting),
        Loop(app, "heat", HEAT_SECONDS, count_heat),
        Loop(app, "reading", READING_SECONDS, read_contents),
    ]
    LOG.info("worker started", worker=name)
    for loop in loops:
        loop.start()
    try:
        worker_queue(app).run_worker(
            name=name,
            concurrency=JOBS_AT_ONCE,
            shutdown_graceful_timeout=GRACE_SECONDS,
            delete_jobs=DeleteJobCondition.NEVER,
        )
    finally:
        for loop in loops:
            loop.stop(GRACE_SECONDS)
        # Guarded as a step of a loop: without a database the row simply grows old.
        Loop(app, "end", HEARTBEAT_SECONDS, lambda: _leave(name)).once()
        LOG.info("worker stopped", worker=name)


def fire_due_timers() -> bool:
    """Fire one handful of due timers; true when there may be more."""
    return timers.fire_due(TIMERS_AT_ONCE) >= TIMERS_AT_ONCE


def begin_due() -> bool:
    """Begin the processes whose time has come; true when there may be more."""
    return start_timers.fire_due(STARTS_AT_ONCE) >= STARTS_AT_ONCE


def expire_messages() -> bool:
    """Let go of messages that nobody waited for in their time; true when there may be more."""
    from webapp.services import messages

    return messages.expire_due() >= messages.AT_ONCE


def defer_forgotten_jobs() -> bool:
    """Queue open jobs, messages and batches anew that the queue has lost, and close incidents in which nothing waits
    any more; true when there may be more."""
    from webapp.services import engine_jobs, forgotten_batches, incidents, messages

    incidents.close_idle()
    forgotten_batches.defer_forgotten()
    return engine_jobs.defer_forgotten() + messages.send_forgotten() >= engine_jobs.FORGOTTEN_AT_ONCE


def supervise() -> bool:
    """Count for the boards of supervision and raise what its rules find.

    Workers take turns: one that finds that another has just looked leaves it at that.
    """
    from webapp.services import commitment_figures, credit_watch, figures, order_watch, signal_watch

    if figures.were_counted_since(clock.now() - timedelta(seconds=SUPERVISION_SECONDS / 2)):
        return False
    figures.refresh()
    commitment_figures.refresh()
    order_watch.sweep()
    while signal_watch.sweep() >= signal_watch.AT_ONCE:  # after a long rest there may be many
        pass
    credit_watch.sweep()
    return False


def count_waiting() -> bool:
    """Count what waits where, for the pages of running processes; one worker does for all."""
    from webapp.services import waiting_counts

    if not waiting_counts.were_counted_since(clock.now() - timedelta(seconds=WAITING_SECONDS / 2)):
        waiting_counts.refresh()
    return False


def give_back() -> bool:
    """Give back what was held for somebody by a substitution that is over; true when there may be more."""
    from webapp.services import substitution

    return substitution.give_back() >= substitution.AT_ONCE


def watch_licences() -> bool:
    """Remind of licences that end, end those whose time is over, renew where silence does."""
    from webapp.services import licence_watch

    licence_watch.sweep()
    return False


def send_notices() -> bool:
    """Settle how notices go out, and send what is due; true when there may be more."""
    from webapp.services import notice_delivery, notice_routing

    routed, sent = notice_routing.route(), notice_delivery.send_due(NOTICES_AT_ONCE)
    return routed >= notice_routing.AT_ONCE or sent >= NOTICES_AT_ONCE


def send_corrections() -> bool:
    """Send what departments ask to be corrected and nobody merged in time; true when there may be more."""
    from webapp.services import correction_sending

    return correction_sending.sweep() >= correction_sending.AT_ONCE


def put_in_force() -> bool:
    """Put in force the releases whose day has come; true when there may be more."""
    from webapp.services import publishing

    return publishing.put_due_in_force() >= publishing.AT_ONCE


def count_heat() -> bool:
    """Count where cases waited and which ways they took; true when there may be more."""
    from webapp.services import heat_counting

    return heat_counting.refresh()


def read_contents() -> bool:
    """Read what releases say, for whoever asks what a change touches; true when there may be more."""
    from webapp.services import content_places

    return content_places.fill()


def clean() -> bool:
    """Let go of what has served its time."""
    from webapp.services import cleaning

    cleaning.clean()
    return False


def work_off(app: Flask) -> None:
    """Run everything that is due now and answer: for tests and for a set-up that must be complete."""
    worker_queue(app).run_worker(wait=False, listen_notify=False, install_signal_handlers=False)


def _beat(name: str) -> bool:
    write_heartbeat(name)
    return False


def _leave(name: str) -> bool:
    take_back_heartbeat(name)
    return False
