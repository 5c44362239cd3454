"""Commands that carry an installation away and bring it back."""

import argparse
from pathlib import Path
from typing import Any

from webapp.archive.restoring import restore
from webapp.archive.writing import back_up
from webapp.cli.installation import reachable_database
from webapp.settings import Settings


def add_commands(commands: Any) -> None:
    """`backup FILE`, `restore FILE`."""
    command = commands.add_parser(
        "backup", help="把数据库、文件和密钥备份成一个归档 / database, files and keys as one archive"
    )
    command.add_argument("file", type=Path)
    command.set_defaults(run=backup)
    command = commands.add_parser(
        "restore", help="把归档恢复到空的数据目录 / bring an archive back into an empty data folder"
    )
    command.add_argument("file", type=Path)
    command.set_defaults(run=bring_back)


def backup(chosen: argparse.Namespace) -> int:
    with reachable_database() as settings:
        manifest = back_up(settings, chosen.file)
    print(f"{chosen.file}: {len(manifest.members)} members, database at revision {manifest.revision}")
    return 0


def bring_back(chosen: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    report = restore(settings, chosen.file)
    print(f"{settings.home}: restored {report.files} files, every digest right; {report.ledger}")
    return 0
