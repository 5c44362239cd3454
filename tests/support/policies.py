"""The pharmacy published with another policy for a refused item, and a case in which one is refused."""

from __future__ import annotations

from tests.support import machines, office
from webapp.catalogue import current_releases, release_files


def under(policy: str) -> None:
    """The bundle is published with this policy: a line of bundle.toml, and what it rests on."""
    files = release_files(current_releases()[office.BUNDLE])
    line = f'refused_item_policy = "{policy}"'.encode()
    if policy != "continue":
        line += b'\nrefused_item_basis = "demo-promise"'
    files["bundle.toml"] = files["bundle.toml"].replace(b'refused_item_policy = "continue"', line)
    machines.publish_files(files)


def refused_signboard() -> office.Handle:
    """Registered as a business; the signboard is refused while drug and device licences are being handled."""
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "accept", "P2")
    office.act(case.id, "accept", "P6")
    office.act(case.id, "review", "P6", proposal="refuse")
    office.act(case.id, "decide", "P6", ruling="refuse")
    return case
