"""四级四同: what a higher level says of an item, and what of it a lower level may not change.

Name, code, kind, basis and statutory limit of an item are the same from the province to the village; a lower level may
promise to be quicker. Which fields are bound, and to what, is data of the place (`[unified]` of its profile).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.law.tables import UNITS, Table
from engine.words import Words

STATUTORY, PROMISED = "limits.statutory", "limits.promised"
#: The fields of an item that a higher level can bind, as they are called in the item's file.
FIELDS: dict[str, Words] = {
    "code": Words("事项编码", "item code"),
    "name": Words("事项名称", "name"),
    "kind": Words("事项类型", "kind"),
    "basis": Words("设定依据", "basis"),
    STATUTORY: Words("法定办结时限", "statutory limit"),
    PROMISED: Words("承诺办结时限", "promised limit"),
}
LIMITS = (STATUTORY, PROMISED)


@dataclass(frozen=True, slots=True)
class UnifiedLimit:
    value: int
    unit: str


@dataclass(frozen=True, slots=True)
class UnifiedItem:
    """What the higher level says of one item; what it leaves out (None) binds nobody. `limits` by their field."""

    code: str | None
    name: str | None
    kind: str | None
    basis: tuple[str, ...] | None
    limits: Mapping[str, UnifiedLimit]

    def says(self, field: str) -> bool:
        """Whether it says anything of this field."""
        return field in self.limits if field in LIMITS else getattr(self, field) is not None


@dataclass(frozen=True, slots=True)
class UnifiedCatalogue:
    """A higher level's catalogue as it binds this place.

    `locked` are the fields that stay as they are there, `shorter` the limits that may be made shorter and not longer;
    `items` by the key that they have in the bundles. `level` names whose catalogue it is.
    """

    level: Words
    basis: Words
    locked: tuple[str, ...]
    shorter: tuple[str, ...]
    items: Mapping[str, UnifiedItem]

    def locks(self, item: str) -> frozenset[str]:
        """The fields of this item that may not be changed here."""
        said = self.items.get(item)
        return frozenset() if said is None else frozenset(field for field in self.locked if said.says(field))


def read_unified(root: Table) -> UnifiedCatalogue | None:
    """`[unified]` of a profile; None where no higher level binds. Fields that are not known are findings."""
    table = root.table("unified", required=False)
    if table is None:
        return None
    catalogue = UnifiedCatalogue(
        level=table.words("level"),
        basis=table.basis(),
        locked=_fields(table, "locked", tuple(FIELDS)),
        shorter=_fields(table, "shorter", LIMITS),
        items={key: _item(one) for key, one in table.tables("items")},
    )
    table.finish()
    return catalogue


def _fields(table: Table, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    given = table.texts(key, required=False)
    if not set(given) <= set(known):
        listed = ", ".join(known)
        table.wrong(key, Words(f"只能是：{listed}。", f"They are of: {listed}."))
    return tuple(one for one in given if one in known)


def _item(table: Table) -> UnifiedItem:
    item = UnifiedItem(
        code=table.text("code", required=False) or None,
        name=table.text("name", required=False) or None,
        kind=table.text("kind", required=False) or None,
        basis=table.texts("basis") if "basis" in table else None,
        limits=_limits(table),
    )
    table.finish()
    return item


def _limits(table: Table) -> dict[str, UnifiedLimit]:
    found = {}
    for name, one in table.tables("limits"):
        if f"limits.{name}" not in LIMITS:
            table.wrong(f"limits.{name}", Words("只能是 statutory 或 promised。", "It must be statutory or promised."))
        found[f"limits.{name}"] = UnifiedLimit(one.integer("value", least=0), one.choice("unit", UNITS))
        one.finish()
    return found
