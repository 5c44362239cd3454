"""Commands about the seals of the units: which they have for which use, and how they are set."""

import argparse
from typing import Any

from engine import Words
from webapp.cli.installation import application
from webapp.services.document_places import SEAL_WAYS
from webapp.services.seals import ROLES, set_seal
from webapp.unit_of_work import sql, unit_of_work

SEALS = "select department_key, role, way, name_zh, provider, provider_seal from unit_seal order by 1, 2"


def add_commands(commands: Any) -> None:
    """`seals list`, `seals set`."""
    parser = commands.add_parser("seals", help="列出和设置各单位的印章 / list and set the seals of the units")
    parts = parser.add_subparsers(required=True, metavar="what")
    parts.add_parser("list", help="列出每枚印章的用途和方式 / show every seal with its use and its way").set_defaults(
        run=show
    )
    part = parts.add_parser(
        "set", help="从现在起，某单位某用途用哪枚印章 / say which seal a unit has for a use, from now on"
    )
    part.add_argument("unit", metavar="UNIT", help="部门的 key / the key of the department")
    part.add_argument("use", choices=ROLES, metavar="USE", help=f"用途 / the use: {', '.join(ROLES)}")
    part.add_argument("way", choices=SEAL_WAYS, metavar="WAY", help=f"方式 / the way: {', '.join(SEAL_WAYS)}")
    part.add_argument("name", metavar="NAME", help="印文，中文 / what is carved in it, in Chinese")
    part.add_argument("english", metavar="ENGLISH", help="印文，英文 / the same in English")
    part.add_argument(
        "--provider", default="", metavar="ADDRESS", help="认证印章：在哪里加盖 / of a certified seal: where it is set"
    )
    part.add_argument(
        "--seal", default="", metavar="ID", help="认证印章：在那里的名称 / of a certified seal: its name there"
    )
    part.set_defaults(run=change)


def show(_: argparse.Namespace) -> int:
    with application():
        for row in sql().execute(SEALS):
            print("  ".join(part for part in row if part))
    return 0


def change(chosen: argparse.Namespace) -> int:
    with application(), unit_of_work():
        set_seal(
            chosen.unit,
            chosen.use,
            Words(chosen.name, chosen.english),
            way=chosen.way,
            provider=chosen.provider,
            provider_seal=chosen.seal,
        )
    return 0
