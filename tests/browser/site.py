"""The application served to real browsers, its background jobs done on request."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.support import office
from webapp.jobs.worker import work_off

PATIENCE_SECONDS = 60


class Quiet(WSGIRequestHandler):
    """Serves without a line per request."""

    def log_request(self, *_: Any) -> None:
        """Nothing."""


class Site:
    """A running web server over a database of the test's own."""

    def __init__(self, app: Flask, url: str) -> None:
        self.app = app
        self.url = url

    def work_off(self) -> None:
        """Do every waiting background job now, as the worker does, and answer when they are done."""
        # A thread of its own: the browser's driver has an event loop in the test's.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(work_off, self.app).result(PATIENCE_SECONDS)

    def received(self, example: str, **options: Any) -> office.Handle:
        """A case of a worked example, received at the window beforehand; its first jobs are done."""
        with self.app.app_context():
            handle = office.received(example, **options)
        self.work_off()
        return handle

    def play(self, case_id: int, acts: list[dict[str, Any]]) -> None:
        """Acts that the story does not show, done by their people."""
        with self.app.app_context():
            office.play(case_id, acts)
        self.work_off()


@contextmanager
def served(app: Flask) -> Iterator[Site]:
    """Serve on a free port of this machine until the block ends."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    url = f"http://127.0.0.1:{server.server_port}"
    # QR codes and links on papers lead to this very server.
    app.extensions["onewindow_settings"] = replace(app.extensions["onewindow_settings"], public_url=url)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Site(app, url)
    finally:
        server.shutdown()
        thread.join(PATIENCE_SECONDS)
        server.server_close()
