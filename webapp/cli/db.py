"""Commands about the database's schema; they connect as its owner."""

import argparse
from typing import Any

from webapp.cli.installation import reachable_database
from webapp.migrations.commands import differences, ensure_nobody_works, is_current, upgrade


def add_commands(commands: Any) -> None:
    """`db upgrade`, `db check`."""
    parser = commands.add_parser("db", help="升级或检查数据库 / migrate or check the database")
    parts = parser.add_subparsers(required=True, metavar="what")
    part = parts.add_parser(
        "upgrade",
        help=(
            "把数据库升级到本版本；先停止网页服务和后台作业"
            " / bring the database to this version; web and workers are stopped first"
        ),
    )
    part.add_argument("--while-running", action="store_true", help="即使后台作业还在运行 / even while a worker lives")
    part.set_defaults(run=db_upgrade)
    parts.add_parser(
        "check", help="数据库是否为本版本，是否与模型一致 / is it at this version, and does it equal the models?"
    ).set_defaults(run=db_check)


def db_upgrade(chosen: argparse.Namespace) -> int:
    """Raises StillAtWork where there is something to migrate and a worker lives."""
    with reachable_database() as settings:
        if not is_current(settings):
            if not chosen.while_running:
                ensure_nobody_works(settings)
            upgrade(settings)
    print("the database is at this version")
    return 0


def db_check(_: argparse.Namespace) -> int:
    """1 when the database is behind, or is not what the models say."""
    with reachable_database() as settings:
        if not is_current(settings):
            print("the database is behind this version: run `onewindow db upgrade`")
            return 1
        found = differences(settings)
    for difference in found:
        print(f"database and models differ: {difference}")
    if not found:
        print("the database is at this version and equals the models")
    return 1 if found else 0
