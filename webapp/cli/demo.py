"""Commands about the demo."""

import argparse
from typing import Any

from webapp.cli.installation import NoInstallation
from webapp.embedded.demo import accounts_file, show_accounts
from webapp.settings import Settings


def add_commands(commands: Any) -> None:
    """`demo accounts`."""
    parser = commands.add_parser("demo", help="本数据目录的演示 / the demo of this data folder")
    parts = parser.add_subparsers(required=True, metavar="what")
    parts.add_parser("accounts", help="列出演示账号 / show the demo's accounts").set_defaults(run=accounts)


def accounts(_: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    if not accounts_file(settings).exists():
        raise NoInstallation(f"{settings.home} has no demo; `onewindow up` makes one in an empty database")
    show_accounts(settings)
    return 0
