"""What stands beside the list of the inbox: reminders, cases found by search, and what a list can be narrowed to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine import Words
from engine.bundles import Item
from engine.forms import Field
from webapp.catalogue import Published, places, published
from webapp.identity import Identity, holds_post
from webapp.queries.release_names import names_in_force
from webapp.queries.worklist import says
from webapp.queries.worklist_picks import choice_fields, search_of
from webapp.queries.worklist_wanted import NOBODY, Wanted, without
from webapp.search import wanted as tokens_wanted
from webapp.unit_of_work import sql

REMINDERS_SHOWN = 5
OTHER_CASES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """A word to one's groups that nobody has marked as read."""

    id: int
    text: Words
    at: datetime
    number: str
    subject: str
    task_id: int | None


REMINDERS = f"""
select r.id, r.text_zh, r.text_en, r.at, k.number, coalesce(nullif(k.subject_name, ''), k.applicant_name),
    (select t.id from user_task t join task_candidate c on c.task_id = t.id
     where t.case_id = r.case_id and t.item_case_id is not distinct from r.item_case_id
        and c.group_key = r.group_key order by t.id limit 1)
from reminder r join cases k on k.id = r.case_id
where {holds_post("r.group_key", "k.bundle_key")} and r.read_at is null and not exists (
    select from declared_conflict d where d.case_id = r.case_id and d.user_id = %(me)s and d.withdrawn_at is null
        and (d.item_case_id is null or r.item_case_id is null or d.item_case_id = r.item_case_id))
order by r.at desc, r.id desc limit %(limit)s
"""


def reminders(by: Identity) -> list[ReminderLine]:
    """The latest unread reminders of one's groups, but for what one declared a conflict in."""
    values = {**by.posts, "me": by.user_id, "limit": REMINDERS_SHOWN}
    rows = sql().execute(REMINDERS, values)
    return [
        ReminderLine(id_, Words(zh, en), at, number or "", subject, task)
        for id_, zh, en, at, number, subject, task in rows
    ]


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in which one's department has a part, found by search."""

    case_id: int
    number: str
    subject: str
    applicant: str
    bundle: Words
    received_at: datetime
    closed: bool
    suspended: bool


OTHER_CASES = """
select found.id, found.number, found.subject_name, found.applicant_name, found.applicant_pinyin, found.release_id,
    found.received_at, found.closed_at is not null, found.suspended_at is not null
from cases found
where {search} and found.received_at is not null
    and exists (select from item_case i where i.case_id = found.id and i.department_key = %(department)s)
order by found.received_at desc limit %(limit)s
"""


def cases_found(by: Identity, text: str) -> list[CaseLine]:
    """The latest cases of `by`'s department that the text finds, open or closed."""
    if not tokens_wanted(text):
        return []
    values: dict[str, Any] = {"department": by.department_key, "limit": OTHER_CASES_SHOWN}
    rows = sql().execute(OTHER_CASES.format(search=search_of(text, values)), values).fetchall()
    return [
        CaseLine(id_, number, subject or applicant, applicant, published(release).bundle.name, received_at, *states)
        for id_, number, subject, applicant, pinyin, release, received_at, *states in rows
        if says(text, number or "", subject, applicant, pinyin=pinyin)
    ]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the list can be narrowed to; items, situations and fields are those of the chosen bundle and item."""

    groups: tuple[tuple[str, Words], ...]
    people: tuple[tuple[int, str], ...]
    bundles: tuple[tuple[str, Words], ...]
    places: tuple[tuple[str, Words], ...]
    release: Published | None

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(self.release.bundle.items) if self.release else ()

    def situations(self, item: str) -> tuple[tuple[str, Words], ...]:
        return tuple((one.key, one.name) for known in self.items if known.key == item for one in known.situations)

    @property
    def fields(self) -> list[Field]:
        """Those with choices."""
        return choice_fields(self.release) if self.release else []

    @property
    def columns(self) -> list[Field]:
        return column_fields(self.release) if self.release else []

    def known(self, wanted: Wanted) -> tuple[Wanted, tuple[str, ...]]:
        """What is wanted without the parts that name nothing here (any more), and the names of those."""
        columns = tuple(key for key in wanted.columns if key in [field.key for field in self.columns])
        unknown = self._unknown(wanted)
        told = [*unknown, *(["col"] if columns != wanted.columns else [])]
        return without(replace(wanted, columns=columns), unknown), tuple(told)

    def _unknown(self, wanted: Wanted) -> list[str]:
        data_key, _, data_value = wanted.data.partition(":")
        known = {
            "group": [key for key, _ in self.groups],
            "bundle": [key for key, _ in self.bundles],
            "item": [one.key for one in self.items],
            "situation": [key for key, _ in self.situations(wanted.item)],
            "place": [key for key, _ in self.places],
            "holder": [NOBODY, *(str(id_) for id_, _ in self.people)],
        }
        unknown = [name for name, keys in known.items() if getattr(wanted, name) and getattr(wanted, name) not in keys]
        if wanted.data and not any(
            field.key == data_key and data_value in [one.value for one in field.options] for field in self.fields
        ):
            unknown.append("data")
        return unknown


#: Numbers of persons and their telephones stay out of lists.
NOT_IN_LISTS = frozenset({"id-number", "mobile", "phone", "email"})
IN_COLUMNS = frozenset({"textfield", "number", "select", "radio", "checklist", "taglist", "datetime", "checkbox"})


def column_fields(release: Published) -> list[Field]:
    """The fields of a bundle's form that can be columns."""
    return [
        field
        for section in release.form.sections
        for field in section.fields
        if field.type in IN_COLUMNS and field.format not in NOT_IN_LISTS and field.label.zh
    ]


GROUPS = "select key, name_zh, name_en from candidate_group where key = any(%s) order by key"
PEOPLE = """
select u.id, u.name from app_user u where u.active and u.id in (
    select m.user_id from membership m join candidate_group g on g.id = m.group_id where g.key = any(%s))
order by u.name_pinyin, u.id
"""


def named_groups(groups: Sequence[str]) -> tuple[tuple[str, Words], ...]:
    """These posts with their names, by key."""
    rows = sql().execute(GROUPS, (list(groups),)).fetchall()
    return tuple((key, Words(zh, en)) for key, zh, en in rows)


def choices(groups: Sequence[str], wanted: Wanted) -> Choices:
    """What lists of the tasks of these posts can be narrowed to."""
    people = sql().execute(PEOPLE, (list(groups),)).fetchall()
    bundles = names_in_force()
    chosen = next((one.release_id for one in bundles if one.key == wanted.bundle), None)
    return Choices(
        named_groups(groups),
        tuple((id_, name) for id_, name in people),
        tuple((one.key, name) for one, name in bundles.items()),
        tuple(places()),
        published(chosen) if chosen else None,
    )
