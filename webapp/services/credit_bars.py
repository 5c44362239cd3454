"""What the credit records of an applicant bar on a day, asked by every command that the bars stop.

A record counts from the moment it is committed: nothing of this is kept, every command and page asks anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine import Words
from engine.bundles import Bundle, Item
from engine.law import APPLICATION, COMMITMENT, FALSE_COMMITMENT
from webapp.errors import ActRefused
from webapp.unit_of_work import sql

UNTIL_REPAIRED = Words("信用修复", "its repair")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar in force: what it stops, by which record, until (inclusive) when; None: until the record is repaired."""

    record_id: int
    kind_key: str
    kind: Words
    effect: str
    item_code: str
    until: date | None
    basis: Words
    source: str
    number: str

    @property
    def rule(self) -> str:
        """How a refusal names it."""
        return f"credit-{self.kind_key}"

    @property
    def term(self) -> Words:
        """Until when, in words."""
        return Words(self.until.isoformat(), self.until.isoformat()) if self.until else UNTIL_REPAIRED

    @property
    def words(self) -> Words:
        """Record, term and basis in one sentence."""
        source = f"{self.source} {self.number}".strip()
        zh = f"{self.kind.zh}（{source}），限制至{self.term.zh}为止；依据：{self.basis.zh}"
        return Words(zh, f"{self.kind.en} ({source}), barred until {self.term.en}; basis: {self.basis.en}")

    def stops(self, effect: str, item_code: str) -> bool:
        """Whether it stops `effect` for the item of this code."""
        return self.effect == effect and self.item_code in ("", item_code)


@dataclass(frozen=True, slots=True)
class Standing:
    """The credit of an applicant on a day: the bars in force, and what decision tables are told besides.

    `false_commitments` are all of them that stand, repaired or not; `unrepaired` the records that count.
    """

    bars: tuple[Bar, ...] = ()
    false_commitments: int = 0
    unrepaired: int = 0

    def bar(self, effect: str, item: Item) -> Bar | None:
        """The bar that stops this for the item, the longest first; None where nothing does."""
        found = [bar for bar in self.bars if bar.stops(effect, item.code)]
        return max(found, key=lambda bar: (bar.until is None, bar.until or date.min), default=None)

    def word(self, item: Item) -> str:
        """What decision tables call it: "barred" from commitment for this item, or "good"."""
        return "barred" if self.bar(COMMITMENT, item) else "good"


class ApplicantBarred(ActRefused):
    """The law, or the place, lets this applicant not apply for the item for a time: rule, record and basis."""

    status = 422

    def __init__(self, item: Words, bar: Bar) -> None:
        self.rule, self.bar = bar.rule, bar
        super().__init__(
            Words(
                f"申请人目前不得申请“{item.zh}”（规则 {bar.rule}）：{bar.words.zh}",
                f"The applicant may not apply for “{item.en}” now (rule {bar.rule}): {bar.words.en}",
            )
        )


OF_SUBJECTS = """
select r.id, r.kind, r.kind_zh, r.kind_en, r.source, coalesce(d.number, r.source_number), r.since, r.until,
    r.repaired_at is not null, b.effect, b.item_code, b.until, b.lifted_by_repair, b.basis_zh, b.basis_en
from credit_record r left join document d on d.id = r.document_id
left join credit_bar b on b.record_id = r.id and (b.place = '' or b.place = %(place)s)
where r.annulled_at is null and r.confirmed_at is not null and r.subject_key = {subjects}
order by r.id, b.id
"""
BY_NUMBER = OF_SUBJECTS.format(subjects="any(%(subjects)s)")
#: Of whoever the answers of a case name, in any version of them.
BY_CASE = OF_SUBJECTS.format(
    subjects="any(array(select upper(btrim(value::jsonb ->> 'v')) from answer"
    " where case_id = %(case)s and key = any(%(fields)s)))"
)


def normalised(number: str) -> str:
    """A credit code or identity number as records keep it."""
    return "".join(number.split()).upper()


def subjects_of(bundle: Bundle, answers: Mapping[str, Any]) -> list[str]:
    """The numbers by which the bundle says that credit is looked up."""
    return [normalised(str(answers[key])) for key in bundle.identity_fields if answers.get(key)]


def standing_of(subjects: Sequence[str], place: str, on: date) -> Standing:
    """The credit of who has these numbers, in this place, on this day."""
    if not subjects:
        return Standing()
    return standing_from(sql().execute(BY_NUMBER, {"subjects": list(subjects), "place": place}), on)


def standing_in_case(case_id: int, fields: Sequence[str], place: str, on: date) -> Standing:
    """The credit of the applicant of a case, by the answers of these keys."""
    return standing_from(sql().execute(BY_CASE, {"case": case_id, "fields": list(fields), "place": place}), on)


def ensure_may_apply(standing: Standing, items: Iterable[Item]) -> None:
    """Raises ApplicantBarred for the first of the items that the applicant may not apply for."""
    for item in items:
        bar = standing.bar(APPLICATION, item)
        if bar is not None:
            raise ApplicantBarred(item.name, bar)


def standing_from(rows: Iterable[Sequence[Any]], on: date) -> Standing:
    """The credit of rows of `BY_NUMBER` or `BY_CASE`, on a day."""
    bars: list[Bar] = []
    counting: set[int] = set()
    false: set[int] = set()
    for id_, kind, zh, en, source, number, since, until, repaired, effect, code, ends, lifted, *basis in rows:
        if since > on:
            continue
        counts = not repaired and (until is None or until >= on)
        if counts:
            counting.add(id_)
        if kind == FALSE_COMMITMENT:
            false.add(id_)
        if effect is None:
            continue
        if ends is None:
            holds, ends = counts, until
        else:
            holds = ends >= on and not (repaired and lifted)
        if holds:
            words = Words(zh or kind, en or kind)
            bars.append(Bar(id_, kind, words, effect, code, ends, Words(*basis), source, number or ""))
    return Standing(tuple(bars), len(false), len(counting))
