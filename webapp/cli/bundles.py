"""Commands about bundles: `processes` and `forms` are import sources, the database has the releases."""

import argparse
from typing import Any


def add_commands(commands: Any) -> None:
    """`bundles load`, `bundles check`, `bundles list`."""
    parser = commands.add_parser("bundles", help="load, check and list bundles")
    parts = parser.add_subparsers(required=True, metavar="what")
    for name, run, told in (
        ("load", load, "make drafts of bundles whose files changed"),
        ("check", check, "show every finding of the bundles' files"),
        ("list", show, "show releases"),
    ):
        part = parts.add_parser(name, help=told)
        part.set_defaults(run=run)


def load(_: argparse.Namespace) -> int:
    return 0


def check(_: argparse.Namespace) -> int:
    return 0


def show(_: argparse.Namespace) -> int:
    return 0
