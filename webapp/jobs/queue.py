"""The worker's side of the job queue: handlers bound to names, and the queue's own housekeeping."""

from flask import Flask
from procrastinate import App, JobContext, PsycopgConnector

from webapp.jobs.handlers import HANDLERS, in_context
from webapp.jobs.retries import CappedBackoff
from webapp.settings import Settings, plain_url

STALLED_AFTER_SECONDS = 30
"""A worker writes its heartbeat every 10 s; after 30 s of silence its jobs are given to others."""
KEEP_FINISHED_HOURS = 72


def worker_queue(app: Flask) -> App:
    """The queue over the application's database, every job of `webapp.outbox` bound to its handler."""
    settings: Settings = app.extensions["onewindow_settings"]
    queue = App(
        connector=PsycopgConnector(
            conninfo=plain_url(settings.database_url),
            min_size=1,
            max_size=4,
            timeout=10,
            kwargs={"application_name": "onewindow-worker", "options": "-c timezone=UTC"},
        )
    )
    for name, handler in HANDLERS.items():
        queue.task(name=name, retry=CappedBackoff())(in_context(app, handler))
    _add_housekeeping(queue)
    return queue


def _add_housekeeping(queue: App) -> None:
    @queue.periodic(cron="*/30 * * * * *")
    @queue.task(name="retry_stalled_jobs", queueing_lock="retry_stalled_jobs", pass_context=True)
    async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:
        await retry_stalled(context.app)

    @queue.periodic(cron="17 3 * * *")
    @queue.task(name="remove_finished_jobs", queueing_lock="remove_finished_jobs", pass_context=True)
    async def remove_finished_jobs(context: JobContext, timestamp: int) -> None:
        await context.app.job_manager.delete_old_jobs(nb_hours=KEEP_FINISHED_HOURS)


async def retry_stalled(queue: App, silent_seconds: float = STALLED_AFTER_SECONDS) -> int:
    """Give the jobs of dead workers back to the queue; answers how many."""
    stalled = list(await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent_seconds))
    for job in stalled:
        await queue.job_manager.retry_job(job)
    return len(stalled)
