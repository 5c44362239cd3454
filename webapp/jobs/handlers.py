"""What each background job does. A handler may run twice: its service must bear the second run.

It raises to be tried again later.
"""

from collections.abc import Callable

from flask import Flask

from webapp import outbox
from webapp.services import (
    bulk_repair_work,
    bundle_imports,
    calendars,
    engine_jobs,
    handover_sending,
    licence_files,
    message_delivery,
    migration_checking,
    migration_work,
    paper_files,
)

HANDLERS: dict[str, Callable[..., None]] = {
    outbox.RUN_ENGINE_JOB: engine_jobs.run,
    outbox.DELIVER_MESSAGE: message_delivery.deliver,
    outbox.MAKE_PAPER: paper_files.make,
    outbox.MAKE_LICENCE: licence_files.make,
    outbox.SEND_HANDOVER: handover_sending.send,
    outbox.CHECK_MIGRATION: migration_checking.check,
    outbox.RUN_MIGRATION: migration_work.work,
    outbox.RUN_BULK_REPAIR: bulk_repair_work.work,
    outbox.IMPORT_BUNDLES: bundle_imports.work,
    outbox.RECOMPUTE_CLOCKS: calendars.run,
}


def in_context(app: Flask, handler: Callable[..., None]) -> Callable[..., None]:
    """The handler inside an application context, which ends its session whatever happens."""

    def run(**payload: int | str) -> None:
        with app.app_context():
            handler(**payload)

    return run
