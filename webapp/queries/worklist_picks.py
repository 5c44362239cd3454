"""Which statement finds what an address wants: from the posts, from what few there are, or from a search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import orjson

from engine.bundles import Item, situations_of
from engine.forms import Field
from webapp.answers import encode_answer
from webapp.catalogue import Published, Rules, current_releases, published
from webapp.identity import Identity
from webapp.queries import worklist_sql as text_of
from webapp.queries.due import NO_DUE_DAY
from webapp.queries.worklist_wanted import FREE, MINE, NOBODY, UNIT, WAITING, Wanted
from webapp.search import keys_of, letters_of
from webapp.search import wanted as tokens_wanted
from webapp.services.clocks import TASK_STANDS_STILL
from webapp.services.place_calendars import NEAR_OF_CASE, near_days
from webapp.unit_of_work import sql

#: Rules are read only where a filter asks for them.
RulesAsked = Callable[[], Rules]


@dataclass(frozen=True, slots=True)
class Pick:
    """A statement with the places {beyond}, {way} and {limit}; `window`: the one that tells where it stops looking."""

    statement: str
    values: dict[str, Any]
    window: str | None = None
    #: Planned once and kept: where something narrows the list, the best plan depends on what it is.
    prepared: bool | None = False


def pick_of(by: Identity, rules: RulesAsked, wanted: Wanted, groups: Sequence[str], today: date) -> Pick | None:
    """The pick for what is wanted; None where nothing can be found (a search for signs that no name holds)."""
    values: dict[str, Any] = {"groups": list(groups), "me": by.user_id}
    if wanted.text and not tokens_wanted(wanted.text):
        return None
    narrow, span = _narrowing(rules, wanted, today, values)
    few = _few(wanted, values)
    if wanted.tab != UNIT and _is_lent(by, values):
        narrow.append(text_of.LENT_OF_GROUPS if few is None else text_of.LENT_OF_FEW)
    if wanted.text:
        narrow.insert(0, search_of(wanted.text, values))
    if few is not None:
        if wanted.tab != MINE:
            narrow.insert(0, text_of.WITHIN_GROUPS)
        return Pick(text_of.of_few(few).replace("{narrow}", _all(narrow, span)), values)
    if not narrow and not span and wanted.sort == "due":
        return Pick(text_of.OF_GROUPS, values, prepared=None)
    said = {"{levels}": text_of.LEVELS if span else "", "{span}": text_of.SPAN if span else ""}
    return Pick(
        _filled(text_of.IN_WINDOW, {**said, "{narrow}": " and ".join(narrow) or "true"}),
        values,
        _filled(text_of.WINDOW_END, said),
    )


def _is_lent(by: Identity, values: dict[str, Any]) -> bool:
    """Whether a post is lent for some bundles only; which, is put into the values."""
    posts = by.posts
    values["limited"], values["lent"] = posts["limited"], posts["lent"]
    return bool(posts["limited"])


def _filled(statement: str, said: dict[str, str]) -> str:
    for place, words in said.items():
        statement = statement.replace(place, words)
    return statement


def _all(narrow: Sequence[str], span: bool) -> str:
    return " and ".join([*narrow, text_of.IN_SPAN] if span else narrow)


def _few(wanted: Wanted, values: dict[str, Any]) -> str | None:
    """What few tasks the pick begins with; None: with the posts."""
    if wanted.text:
        return text_of.FOUND
    if wanted.tab == MINE:
        return text_of.MINE
    if wanted.holder and wanted.holder != NOBODY:
        return text_of.OWN
    if wanted.tab == WAITING:
        return text_of.WAITING
    if wanted.follow:
        return text_of.FOLLOWED
    if wanted.colour:
        return text_of.SIGNALLED
    return text_of.STANDING_STILL if wanted.due == "paused" else None


def search_of(text: str, values: dict[str, Any]) -> str:
    """A condition on the case `found`; every hit is rechecked. Letters alone may be the pinyin of a name."""
    values["wanted"] = tokens_wanted(text)
    keys = keys_of(letters_of(text))
    ways = [text_of.BY_TOKENS]
    if keys.initials:
        values["initials"] = list(keys.initials)
        ways.append(text_of.BY_INITIALS)
    if keys.syllables:
        named = {f"syllable{number}": list(one) for number, one in enumerate(keys.syllables)}
        values.update(named)
        ways.append(f"({' and '.join(text_of.BY_SYLLABLE.format(name=name) for name in named)})")
    return f"({' or '.join(ways)})"


def _narrowing(rules: RulesAsked, wanted: Wanted, today: date, values: dict[str, Any]) -> tuple[list[str], bool]:
    """Conditions on a task, its case and its item case; whether a span of days is one of them."""
    narrow = [*_folder(wanted), *_catalogue(rules, wanted, values)]
    if wanted.holder:
        values["holder"] = None if wanted.holder == NOBODY else int(wanted.holder)
        narrow.append("t.assignee_id is null" if wanted.holder == NOBODY else "t.assignee_id = %(holder)s")
    if wanted.follow:
        values["today"] = today
        until = " and x.on_day <= %(today)s" if wanted.follow == "due" else ""
        narrow.append(f"exists (select from follow_up x where x.user_id = %(me)s and x.task_id = t.id{until})")
    if wanted.colour:
        values["colour"] = wanted.colour
        narrow.append(
            "exists (select from supervision_signal s where s.case_id = t.case_id and s.settled_at is null"
            " and s.item_case_id is not distinct from t.item_case_id and s.colour = %(colour)s)"
        )
    if wanted.first:
        narrow.append("c.urgency < 0")
    return narrow, _days(rules, wanted, today, narrow, values)


def _folder(wanted: Wanted) -> list[str]:
    if wanted.tab == MINE:
        return [text_of.IS_MINE]
    if wanted.tab == FREE:
        return ["t.assignee_id is null", "t.participants = 1", "k.suspended_at is null"]
    return []


def _days(rules: RulesAsked, wanted: Wanted, today: date, narrow: list[str], values: dict[str, Any]) -> bool:
    """How near the due day is. What stands still for a legal pause is neither near nor late."""
    if not wanted.due:
        return False
    if wanted.due == "paused":
        narrow.append(f"({TASK_STANDS_STILL})")
        return False
    if wanted.due != "none":
        narrow.append(f"not ({TASK_STANDS_STILL})")
    days = near_days(rules(), today)
    values.update(days.values)
    spans = {
        "overdue": (date.min, today - timedelta(1)),
        "today": (today, today),
        "near": (today + timedelta(1), days.furthest),
        "later": (min([days.near, *days.elsewhere.values()]) + timedelta(1), NO_DUE_DAY - timedelta(1)),
        "none": (NO_DUE_DAY, NO_DUE_DAY),
    }
    values["first_day"], values["last_day"] = spans[wanted.due]
    if days.elsewhere and wanted.due in ("near", "later"):
        narrow.append(f"c.due_on {'<=' if wanted.due == 'near' else '>'} {NEAR_OF_CASE}")
    return True


def _catalogue(rules: RulesAsked, wanted: Wanted, values: dict[str, Any]) -> list[str]:
    narrow = []
    if wanted.place:
        values["place"], values["own_place"] = wanted.place, rules().profile.key
        narrow.append("(k.profile_key = %(place)s or (k.profile_key = '' and %(place)s = %(own_place)s))")
    if not wanted.bundle:
        return narrow
    values["bundle"] = wanted.bundle
    narrow.append("k.bundle_key = %(bundle)s")
    if wanted.item:
        values["item"] = wanted.item
        narrow.append("ic.item_key = %(item)s")
    release = release_of(wanted.bundle)
    if wanted.situation:
        values["guided"] = _guided(wanted)
        narrow.append("k.guided = any(%(guided)s::jsonb[])")
    if wanted.data:
        key, _, value = wanted.data.partition(":")
        values["data_key"], values["data_value"] = key, _as_kept(release, key, value)
        narrow.append(
            "(select a.value from answer a where a.case_id = k.id and a.key = %(data_key)s"
            " order by a.version desc limit 1) = %(data_value)s"
        )
    return narrow


def done_narrowing(rules: RulesAsked, wanted: Wanted, values: dict[str, Any]) -> list[str] | None:
    """Conditions on a completed task's case `k` and item case `ic`; None where nothing can be found."""
    narrow = _catalogue(rules, wanted, values)
    if not wanted.text:
        return narrow
    if not tokens_wanted(wanted.text):
        return None
    return [search_of(wanted.text, values).replace("found.", "k."), *narrow]


def release_of(bundle: str) -> Published | None:
    """The published release of a bundle; None where it has none."""
    release_id = current_releases().get(bundle)
    return published(release_id) if release_id else None


def choice_fields(release: Published) -> list[Field]:
    """The fields of a bundle's form that a list can be narrowed by: one choice out of those that stand in the form."""
    return [
        field
        for section in release.form.sections
        for field in section.fields
        if field.type in ("select", "radio") and field.options and field.label.zh
    ]


def _as_kept(release: Published | None, key: str, value: str) -> str:
    """A choice as the answers keep it."""
    for field in choice_fields(release) if release else ():
        if field.key == key:
            option = next((one for one in field.options if one.value == value), None)
            if option is not None and option.answer is not None:
                return encode_answer(option.answer)
    return encode_answer(value)


#: What was answered to the guided questions in the latest open cases of an item: few answers are different.
GUIDED = """
select distinct l.release_id, l.guided from (
    select k.release_id, k.guided from item_case ic join cases k on k.id = ic.case_id
    where ic.item_key = %(item)s and ic.outcome is null and k.bundle_key = %(bundle)s order by ic.id desc limit 20000
) l
"""


def _guided(wanted: Wanted) -> list[str]:
    """The answers to the guided questions that lead to the situation, as JSON texts."""
    rows = sql().execute(GUIDED, {"item": wanted.item, "bundle": wanted.bundle}).fetchall()
    return [
        orjson.dumps(guided).decode()
        for release_id, guided in rows
        if _leads_to(_item(published(release_id), wanted.item), guided, wanted.situation)
    ]


def _item(release: Published, key: str) -> Item | None:
    return next((item for item in release.bundle.items if item.key == key), None)


def _leads_to(item: Item | None, guided: dict[str, Any], situation: str) -> bool:
    return item is not None and situation in [one.key for one in situations_of(item, guided)]
