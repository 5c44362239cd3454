"""pg_dump and pg_restore: the embedded server's, or those of the machine for a server elsewhere."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from webapp.archive.manifest import ArchiveInvalid
from webapp.embedded.binaries import installed_postgres
from webapp.settings import Settings, plain_url


def run_as_owner(settings: Settings, program: str, arguments: Sequence[str]) -> None:
    """Run `pg_dump` or `pg_restore` on the installation's database as its owner. Raises ArchiveInvalid.

    The programs of the machine come first for a server elsewhere: they fit its version, and the packaged ones
    cannot speak TLS.
    """
    if not settings.database_owner_url:
        raise ArchiveInvalid("DATABASE_OWNER_URL must name the owner's role for backup and restore")
    packaged = str(installed_postgres() / "bin" / program)
    path = packaged if settings.embedded_database else shutil.which(program) or packaged
    address: dict[str, Any] = {**conninfo_to_dict(plain_url(settings.database_owner_url))}
    password = str(address.pop("password", None) or "")
    # The password goes by the environment: arguments are seen by every user of the machine.
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run(
        [path, "--dbname", make_conninfo(**address), *arguments],
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise ArchiveInvalid(f"{program} failed: {done.stderr.strip()}")
