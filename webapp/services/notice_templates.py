"""The approved texts in which notices leave the house: data (`_shared/messages/notice-templates.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from engine import Words
from webapp.services.notice_kinds import MASKS, PLACE, filled
from webapp.services.outside_post import RefusedForGood
from webapp.settings import current_settings

FILE = "_shared/messages/notice-templates.toml"
ONE, DIGEST = "one", "digest"
MAIL, SMS, OFFICE = "mail", "sms", "office"
CHANNELS = (MAIL, SMS, OFFICE)
NOTHING = Words("", "")


@dataclass(frozen=True, slots=True)
class Template:
    """An approved text. `kinds`: those it is for, empty: all. `places`: what it fills in -> how that is masked."""

    key: str
    version: int
    channel: str
    use: str
    kinds: frozenset[str]
    provider: str
    approved_by: str
    approved_at: date | None
    places: Mapping[str, str]
    subject: Words
    line: Words
    text: Words

    @property
    def approved(self) -> bool:
        return bool(self.approved_by) and self.approved_at is not None

    def values(self, given: Mapping[str, str]) -> dict[str, str]:
        """Of what is known, that which the template declares, masked as it says (English words beside it too)."""
        known = {name: given[name] for name in given if name.removesuffix("_en") in self.places}
        return {name: MASKS[self.places[name.removesuffix("_en")]](value) for name, value in known.items()}


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out, and in which approved text. `values`: those of its places, as a provider fills them in itself."""

    template: str
    version: int
    provider: str
    subject: str
    text: str
    values: Mapping[str, str]


NO_TEMPLATE = Words("没有已批准的正文模板", "no approved text for it")


def message_of(
    channel: str, use: str, told: list[tuple[str, Mapping[str, str]]], address: str, language: str
) -> Message:
    """The text for these notices (kind, what is known of each), in an approved template. Raises RefusedForGood."""
    kind = told[0][0] if use == ONE else ""
    template = _template(channel, use, kind)
    given = dict(told[0][1]) if use == ONE else {}
    lines = [filled(template.line, template.values(one)).in_language(language) for _, one in told]
    given |= {"count": str(len(told)), "lines": "\n".join(lines), "address": address}
    values = template.values(given)
    return Message(
        template.key,
        template.version,
        template.provider,
        " ".join(filled(template.subject, values).in_language(language).split()),
        filled(template.text, values).in_language(language).strip(),
        {name: value for name, value in values.items() if not name.endswith("_en")},
    )


def _template(channel: str, use: str, kind: str) -> Template:
    """The one for this kind alone where there is one, else the one for all."""
    fits = [one for one in templates() if one.approved and one.channel == channel and one.use == use]
    own = next((one for one in fits if kind in one.kinds), None)
    found = own or next((one for one in fits if not one.kinds), None)
    if found is None:
        raise RefusedForGood(NO_TEMPLATE)
    return found


def templates() -> tuple[Template, ...]:
    """All of the data, approved or not. Raises TemplatesWrong."""
    return _read(current_settings().processes_dir.joinpath(FILE).read_bytes())


class TemplatesWrong(Exception):
    """The file of texts cannot be read, or a text has a place that it does not declare."""


@lru_cache(maxsize=4)
def _read(content: bytes) -> tuple[Template, ...]:
    try:
        return tuple(_one(told) for told in tomllib.loads(content.decode("utf-8"))["templates"])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as fault:
        raise TemplatesWrong(f"{FILE}: {fault!r}") from fault


def _one(told: Mapping[str, object]) -> Template:
    places, approved_at, kinds, version = (told.get(name) for name in ("places", "approved_at", "kinds", "version"))
    subject, line, text = (_words(told.get(name)) for name in ("subject", "line", "text"))
    if not isinstance(places, dict) or not isinstance(version, int) or not set(places.values()) <= MASKS.keys():
        raise TypeError(told.get("key"))
    used = {name for part in (subject, line, text) for name in PLACE.findall(part.zh + part.en)}
    if undeclared := used - places.keys():
        raise TypeError(f"{told['key']}: not declared: {', '.join(sorted(undeclared))}")
    return Template(
        str(told["key"]),
        version,
        str(told["channel"]),
        str(told["use"]),
        frozenset(kinds if isinstance(kinds, list) else ()),
        str(told.get("provider", "")),
        str(told.get("approved_by", "")),
        approved_at if isinstance(approved_at, date) else None,
        places,
        subject,
        line,
        text,
    )


def _words(told: object) -> Words:
    return Words(str(told["zh"]), str(told["en"])) if isinstance(told, dict) else NOTHING
