"""Commands about working days: tables come in as files, with their source, and are never changed."""

import argparse
from pathlib import Path
from typing import Any

from webapp.catalogue import rules_in_force
from webapp.cli.installation import NoInstallation, application
from webapp.services.calendars import import_now, in_force


def add_commands(commands: Any) -> None:
    """`calendars import`, `calendars list`."""
    parser = commands.add_parser("calendars", help="导入和列出工作日表 / import and list the tables of working days")
    parts = parser.add_subparsers(required=True, metavar="what")
    part = parts.add_parser(
        "import",
        help=(
            "使一年的工作日表或本地停办日生效，并重算时限"
            " / bring a year's table or local closures into force; limits are recomputed"
        ),
    )
    part.add_argument("file", type=Path, metavar="FILE")
    part.set_defaults(run=bring_in)
    part = parts.add_parser("list", help="列出现行的表 / show the tables in force")
    part.add_argument(
        "--place",
        default="",
        metavar="PROFILE",
        help="哪套地方规则（默认本单位的） / of which local rules (default: the office's own)",
    )
    part.set_defaults(run=show)


def bring_in(chosen: argparse.Namespace) -> int:
    """Refused tables are told in words, with all that is wrong; 2 then."""
    try:
        content = chosen.file.read_bytes()
    except OSError as unread:
        raise NoInstallation(f"{chosen.file} cannot be read: {unread.strerror}") from unread
    cases = limits = 0
    with application():
        for batch in import_now(content, chosen.file.name):
            cases, limits = cases + batch.cases, limits + batch.limits
            print(f"{cases} cases looked at, {limits} limits computed anew", flush=True)
    print(f"{chosen.file}: in force")
    return 0


def show(chosen: argparse.Namespace) -> int:
    """One line for each table."""
    with application():
        for table in in_force(rules_in_force(chosen.place)):
            which = f"{table.place}/{table.year}" if table.place else str(table.year)
            days = f"{len(table.holidays):>3} off {len(table.make_up_days):>3} worked"
            print(f"{which:<24} {table.status:<12} {days}  {table.version[:12]}  {table.source.zh}")
    return 0
