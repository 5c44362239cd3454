"""Commands about the ledger."""

import argparse
from typing import Any

from webapp.cli.installation import application


def add_commands(commands: Any) -> None:
    """`audit verify`."""
    parser = commands.add_parser("audit", help="核验台账 / verify the ledger")
    parts = parser.add_subparsers(required=True, metavar="what")
    parts.add_parser("verify", help="重新计算台账的每一条链 / recompute every chain of the ledger").set_defaults(
        run=verify
    )


def verify(_: argparse.Namespace) -> int:
    """0 when every chain holds, 1 with one line per break."""
    from webapp.queries.audit import verify_all

    with application():
        breaks = list(verify_all())
    for broken in breaks:
        print(broken)
    if not breaks:
        print("every chain of the ledger holds")
    return 1 if breaks else 0
