"""A worker that is killed between two statements of what it does."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path

from flask import Flask

from webapp.settings import PROJECT_FOLDER, Settings

DIE_AT = """
import os, signal, sys
import psycopg
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from tests.support.database import settings_for
from webapp import create_app
from webapp.clock import frozen_at
from webapp.services import bulk_repair_work, bundle_imports, engine_jobs, heat_counting, message_delivery
from webapp.services import migration_checking, migration_work, timers
sockets, database, home, fatal, word, moment = sys.argv[1:]
execute, count = psycopg.Cursor.execute, 0
app = create_app(settings_for(sockets, database, Path(home)))
def dying(cursor, query, *args, **kwargs):
    global count
    count += word in f"{query} {args} {kwargs}"
    if count == int(fatal):
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(cursor, query, *args, **kwargs)
with app.app_context(), frozen_at(datetime.fromisoformat(moment)) if moment else nullcontext():
    psycopg.Cursor.execute = dying
    {act}
"""


def die_before(app: Flask, fatal: int, act: str, *, word: str = "", at: datetime | None = None) -> int:
    """Do `act` (Python, over the services that `DIE_AT` imports) in a process of its own that kills itself just before
    its statement number `fatal` (of those in which or in whose values `word` stands); its return code, -SIGKILL unless
    it had fewer. Its clock stands still `at` that moment."""
    settings: Settings = app.extensions["onewindow_settings"]
    path, _, sockets = settings.database_url.partition("?host=")
    given = [sockets, Path(path).name, str(settings.home), str(fatal), word, at.isoformat() if at else ""]
    source = DIE_AT.replace("{act}", act)
    return subprocess.run([sys.executable, "-c", source, *given], cwd=PROJECT_FOLDER, check=False).returncode
