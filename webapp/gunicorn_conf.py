"""How gunicorn serves the application: `gunicorn -c python:webapp.gunicorn_conf 'webapp:create_app()'`."""

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


def on_starting(server: Any) -> None:
    """Refuse to start with a database role that could change the ledger."""
    refuse_powerful_role(_settings)
