"""How gunicorn serves the application: `gunicorn -c python:webapp.gunicorn_conf 'webapp:create_app()'`."""

import gc
from pathlib import Path
from typing import Any

from webapp.database import refuse_powerful_role
from webapp.settings import Settings

_settings = Settings.from_environment()

bind = f"{_settings.host}:{_settings.port}"
workers = _settings.web_processes
threads = _settings.web_threads
worker_class = "gthread"
timeout = 60
graceful_timeout = 8
keepalive = 5
accesslog = None
# The application logs its requests itself, without the paths that carry codes.
errorlog = "-"
loglevel = "warning"
proc_name = "onewindow-web"
# Engines must not be shared over a fork, and start-up takes under a second.
preload_app = False
# gunicorn would open a control socket in the home folder of the account.
control_socket_disable = True
# Workers prove that they live by touching a file; on a slow disk that could block them.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None

#: Objects made and not yet gone after which the collector looks at the young ones.
GARBAGE = 20_000


def on_starting(server: Any) -> None:
    """Refuse to start with a database role that could change the ledger."""
    refuse_powerful_role(_settings)


def post_worker_init(worker: Any) -> None:
    """Let the collector look less often, and not at all at what a worker keeps as long as it lives.

    A request makes some thousands of objects, nearly all of which go without the collector; at Python's own
    threshold of 700 it looks several times in each. Cycles are found some requests later, a few megabytes at most.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE, 20, 20)
