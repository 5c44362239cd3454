"""The command line: `onewindow up`, and what an operator needs besides."""

import sys
from collections.abc import Sequence

from webapp.archive.manifest import ArchiveInvalid
from webapp.cli import archive, audit, bundles, calendars, db, demo, playground, seals, serve
from webapp.cli.installation import NoInstallation
from webapp.cli.parser import Parser
from webapp.database import RoleTooPowerful
from webapp.embedded.binaries import PostgresUnavailable
from webapp.embedded.folders import HomeInUse
from webapp.embedded.supervisor import PortTaken
from webapp.errors import ActRefused
from webapp.migrations.commands import StillAtWork, TableHeld
from webapp.settings import SettingsInvalid

SUBJECTS = (serve, db, archive, audit, bundles, calendars, demo, playground, seals)
REFUSALS = (
    ArchiveInvalid,
    HomeInUse,
    NoInstallation,
    PortTaken,
    PostgresUnavailable,
    RoleTooPowerful,
    SettingsInvalid,
    StillAtWork,
    TableHeld,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0 = done, 1 = the answer is no, 2 = refused or not understood (reason on stderr)."""
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except REFUSALS as refusal:
        print(f"onewindow: {refusal}", file=sys.stderr)
        return 2
    except ActRefused as refusal:
        print(f"onewindow: {refusal.words.zh} {refusal.words.en}", file=sys.stderr)
        return 2


def _parser() -> Parser:
    parser = Parser(prog="onewindow", description="一窗 / One Window")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for subject in SUBJECTS:
        subject.add_commands(commands)
    return parser
