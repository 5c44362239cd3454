"""What corrections brought, for who reviews anew: each fault with its answer, what stood there and what stands now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import Words
from engine.forms import value_at
from engine.law import Fault
from webapp.answers import decode_answer
from webapp.catalogue import Published
from webapp.form_values import shown_value
from webapp.queries.submission import FileLine, MaterialLine
from webapp.services.answer_rows import AS_RECEIVED
from webapp.unit_of_work import sql

CHANNELS = {"window": Words("窗口", "window"), "tracking": Words("查询页", "tracking page")}


@dataclass(frozen=True, slots=True)
class FaultAnswer:
    """One fault of a request. Of an answer of the form `before` and `after` are shown; of a material its files.

    `after` is empty, and `came` without files, where nothing came: then the applicant's word on it stands below.
    """

    label: Words
    text: str
    is_material: bool
    before: str = ""
    after: str = ""
    there: tuple[FileLine, ...] = ()
    came: tuple[FileLine, ...] = ()

    @property
    def changed(self) -> bool:
        return bool(self.came) if self.is_material else self.before != self.after


@dataclass(frozen=True, slots=True)
class CorrectionRound:
    """One request of an item and its answer."""

    number: int
    notice_id: int
    notice: str
    note: str
    again_reason: str
    asked_at: datetime
    asked_by: str
    answered_at: datetime | None
    channel: Words | None
    reply: str
    late: bool
    faults: tuple[FaultAnswer, ...]


ROUNDS = """
select c.round, d.id, d.number, c.note, c.again_reason, c.asked_at, u.name, c.answered_at, c.channel, c.reply, c.late,
    c.faults, (select coalesce(jsonb_agg(jsonb_build_array(a.key, a.version, a.value, a.at) order by a.version), '[]')
        from answer a where a.case_id = d.case_id)
from correction c join document d on d.id = c.document_id join app_user u on u.id = c.asked_by
where c.item_case_id = %s order by c.round
"""


def correction_rounds(
    item_case_id: int, release: Published, materials: Sequence[MaterialLine], language: str
) -> tuple[CorrectionRound, ...]:
    """Every request of the item case, oldest first, as it was answered."""
    rounds = []
    files = {line.key: line.files for line in materials}
    for number, id_, notice, note, again, asked_at, who, answered_at, channel, reply, late, faults, versions in (
        sql().execute(ROUNDS, (item_case_id,)).fetchall()
    ):
        answers = _Answers(versions, release, language)
        lines = tuple(_line(Fault(*fault), release, answers, files, asked_at, answered_at) for fault in faults)
        rounds.append(
            CorrectionRound(
                number, id_, notice, note, again, asked_at, who, answered_at, CHANNELS.get(channel), reply, late, lines
            )
        )
    return tuple(rounds)


def _line(
    fault: Fault,
    release: Published,
    answers: _Answers,
    files: Mapping[str, Sequence[FileLine]],
    asked_at: datetime,
    answered_at: datetime | None,
) -> FaultAnswer:
    if fault.kind == "material":
        known = files.get(fault.key, ())
        until = [one for one in known if answered_at is None or one.at <= answered_at]
        there = tuple(one for one in until if one.at < asked_at)
        came = tuple(one for one in until if one.at >= asked_at)
        return FaultAnswer(release.bundle.material(fault.key).name, fault.text, True, there=there, came=came)
    before, after = answers.before(fault.key, asked_at), answers.after(fault.key, answered_at)
    return FaultAnswer(release.form.field(fault.key).label, fault.text, False, before=before, after=after)


class _Answers:
    """The answers as they stood at a moment, from their versions."""

    def __init__(self, versions: Sequence[Sequence[Any]], release: Published, language: str) -> None:
        self._versions = [
            (key, number, decode_answer(value), datetime.fromisoformat(at)) for key, number, value, at in versions
        ]
        self._form, self._language = release.form, language

    def before(self, key: str, asked_at: datetime) -> str:
        """As it stood when the request was made."""
        known = {name: value for name, number, value, at in self._versions if number == AS_RECEIVED or at < asked_at}
        return self._shown(key, known)

    def after(self, key: str, answered_at: datetime | None) -> str:
        """As it stood when the request was answered; None: as it stands now."""
        known = {name: value for name, _, value, at in self._versions if answered_at is None or at <= answered_at}
        return self._shown(key, known)

    def _shown(self, key: str, known: Mapping[str, Any]) -> str:
        field = self._form.field(key)
        text = shown_value(field, value_at(known, key), self._language)
        unit = field.suffix.in_language(self._language)
        return f"{text} {unit}" if text and unit else text
