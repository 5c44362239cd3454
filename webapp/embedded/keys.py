"""The installation's secrets, made once and kept in the data folder for the owner's eyes only."""

import os
import secrets
from pathlib import Path

from webapp.settings import secret_file

SECRETS = ("ONEWINDOW_SECRET_KEY", "ONEWINDOW_PEPPER")
BYTES = 32


def make_secrets(home: Path) -> None:
    """Write every secret that is not there yet; what is there is never changed."""
    for variable in SECRETS:
        place = secret_file(home, variable)
        if not place.exists():
            write_private(place, secrets.token_urlsafe(BYTES))


def write_private(place: Path, text: str) -> None:
    """Write a file that only we may read; whole or not at all, even when killed in the middle."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = place.with_name(f".{place.name}.new")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())
    aside.replace(place)
