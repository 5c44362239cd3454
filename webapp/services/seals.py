"""The seals of the units, as data: which a unit has for which use, and how it sets them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from engine import Words
from webapp.errors import Incomplete
from webapp.services.document_places import CERTIFIED, SEAL_WAYS
from webapp.unit_of_work import sql

ROLES = ("receipt", "acceptance", "licence")
SEAL = """
insert into unit_seal (department_key, role, name_zh, name_en, way, provider, provider_seal)
values (%s, %s, %s, %s, %s, %s, %s)
on conflict (department_key, role) do update set name_zh = excluded.name_zh, name_en = excluded.name_en,
    way = excluded.way, provider = excluded.provider, provider_seal = excluded.provider_seal
"""


def load_seals(department_key: str, seals: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the seals of a department from its table in the organisation's file, inside the running command."""
    for role, table in seals.items():
        set_seal(
            department_key,
            role,
            Words(table["name"]["zh"], table["name"]["en"]),
            way=table["way"],
            provider=table.get("provider", ""),
            provider_seal=table.get("provider_seal", ""),
        )


def set_seal(
    department_key: str, role: str, name: Words, *, way: str, provider: str = "", provider_seal: str = ""
) -> None:
    """Name the seal of a department for one use, inside the running command. Documents issued before keep theirs.

    Raises Incomplete for a unit, a use or a way that there is not, and for a certified seal without a provider.
    """
    if sql().execute("select from department where key = %s", (department_key,)).fetchone() is None:
        raise Incomplete("unit", Words(f"没有“{department_key}”这个单位。", f"There is no unit “{department_key}”."))
    if role not in ROLES:
        raise Incomplete("role", Words(f"没有“{role}”这种用途。", f"There is no use “{role}”."))
    if way not in SEAL_WAYS:
        raise Incomplete("way", Words(f"没有“{way}”这种用印方式。", f"There is no way of sealing “{way}”."))
    if way == CERTIFIED:
        ensure_provider(provider)
    sql().execute(SEAL, (department_key, role, name.zh, name.en, way, provider, provider_seal))


def ensure_provider(address: str) -> None:
    """A provider is reached over https; on this very machine also over http. Raises Incomplete."""
    parts = urlsplit(address)
    here = parts.hostname in ("127.0.0.1", "::1", "localhost")
    if not parts.hostname or parts.scheme not in ("http", "https") or (parts.scheme == "http" and not here):
        raise Incomplete(
            "provider",
            Words("电子印章服务的地址应为https。", "The address of the provider of e-seals must be https."),
        )
