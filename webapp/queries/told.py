"""What an applicant was told: every paper of a case, when, by whom, under which seal, how it reached whom.

It also says per item whether all faults were told at once (一次性告知).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine import Words
from webapp import papers
from webapp.catalogue import Published
from webapp.organisation_names import department_names
from webapp.queries.papers import DeliveryLine
from webapp.services.document_places import CERTIFIED, DEMO, HAND
from webapp.services.documents import MATERIAL_FORMS, RECEIVING_UNIT
from webapp.services.handovers import ON_PAPER, WHEREABOUTS
from webapp.services.letters import subject_of
from webapp.unit_of_work import sql

SEAL_WAYS = {
    HAND: Words("手工用印", "by hand"),
    CERTIFIED: Words("电子印章", "certified e-seal"),
    DEMO: Words("演示样章", "demo seal"),
}


@dataclass(frozen=True, slots=True)
class ToldLine:
    """One paper. `kind`: "document", "sheet", "letter" or "licence"; `id` is its own there, `key` a letter's item."""

    kind: str
    id: int
    at: datetime
    title: Words
    number: str
    about: Words | None
    by: str
    unit: Words | None = None
    key: str = ""
    seal: SealLine | None = None
    intact: bool = True  # what is stored is what was issued
    is_proof: bool = False  # it proves a delivery, and is not itself delivered
    deliveries: tuple[DeliveryLine, ...] = ()


@dataclass(frozen=True, slots=True)
class SealLine:
    """The seal of a document, and how far it is: `refused` says why a provider has not set it."""

    name: Words
    way: str
    at: datetime | None
    by: str
    certificate: str
    refused: str

    @property
    def words(self) -> Words:
        return SEAL_WAYS[self.way]

    @property
    def waits(self) -> bool:
        return self.way in (HAND, CERTIFIED) and self.at is None

    @property
    def by_hand(self) -> bool:
        return self.way == HAND


@dataclass(frozen=True, slots=True)
class OneTimeNotice:
    """The corrections that one item asked for, in rounds. `at_once`: everything was told the first time."""

    item: Words
    rounds: tuple[Round, ...]

    @property
    def at_once(self) -> bool:
        return len(self.rounds) <= 1


@dataclass(frozen=True, slots=True)
class Round:
    number: int
    document_id: int
    document_number: str
    asked_at: datetime
    asked_by: str
    faults: int
    again_reason: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper material and where it lies; `on_the_way` while a slip waits for its receiver."""

    id: int
    name: Words
    form: Words
    copies: int
    unit_key: str
    unit: Words
    on_the_way: bool


@dataclass(frozen=True, slots=True)
class HandoverView:
    id: int
    document_id: int
    number: str
    from_unit: Words
    to_key: str
    to_unit: Words
    handed_by: str
    handed_at: datetime
    received_by: str
    received_at: datetime | None
    materials: tuple[Words, ...]


DOCUMENTS = """
select d.id, d.issued_at, d.title_zh, d.title_en, d.number, d.item_case_id, coalesce(u.name, decider.name, ''),
    d.unit_key, d.seal_zh, d.seal_en, d.seal_way, s.at, coalesce(su.name, ''), coalesce(s.certificate, ''),
    coalesce(t.reason, ''), d.digest, d.digest_en, d.content_zh, d.content_en, d.kind
from document d left join app_user u on u.id = d.by_id
left join ruling r on r.item_case_id = d.item_case_id and d.kind in ('grant', 'refusal')
left join app_user decider on decider.id = r.by_id
left join document_seal s on s.document_id = d.id left join app_user su on su.id = s.by_id
left join seal_try t on t.document_id = d.id
where d.case_id = %s and d.kind <> all(%s) order by d.id
"""
#: What the office writes for itself.
OWN_PAPERS = ("material-handover", "collection-register", "visit-record", "review-opinion", "meeting-minutes")
PROOF = "delivery-receipt"
DELIVERIES = """
select v.document_id, v.means, v.recipient, v.reference, v.at, coalesce(u.name, '')
from document_delivery v join document d on d.id = v.document_id left join app_user u on u.id = v.by_id
where d.case_id = %s order by v.id
"""
SHEETS = """
select s.id, s.given_at, u.name from notification_sheet s join app_user u on u.id = s.given_by where s.case_id = %s
"""
LETTERS = """
select c.id, c.signed_at, coalesce(u.name, ''), concat_ws('/', c.item_key, nullif(c.material_key, '')), c.signer_name,
    c.letter, c.letter_digest
from commitment c left join app_user u on u.id = c.by_id where c.case_id = %s
"""
LICENCES = """
select l.id, c.printed_at, coalesce(u.name, ''), l.name_zh, l.name_en, l.number, ic.id, l.issuer_zh, l.issuer_en,
    c.means, c.collector_name, c.tracking_number, c.delivered_at, coalesce(du.name, '')
from licence l join item_case ic on ic.id = l.item_case_id join collection c on c.item_case_id = ic.id
left join app_user u on u.id = c.printed_by left join app_user du on du.id = c.delivered_by where ic.case_id = %s
"""
SHEET_TITLE = Words("一次性告知单", "Notification sheet")
LETTER_TITLE = Words("告知承诺书", "Commitment letter")


def item_names(case_id: int, release: Published) -> dict[int, Words]:
    """Item case -> the name of its item."""
    rows = sql().execute("select id, item_key from item_case where case_id = %s order by item_key", (case_id,))
    return {id_: release.bundle.item(key).name for id_, key in rows}


def told(case_id: int, release: Published, items: Mapping[int, Words]) -> list[ToldLine]:
    """Every paper that went to the applicant, oldest first. `items`: item case -> its name."""
    lines = [
        *_documents(case_id, items),
        *_sheets(case_id),
        *_letters(case_id, release),
        *_licences(case_id, items),
    ]
    return sorted(lines, key=lambda line: line.at)


def _documents(case_id: int, items: Mapping[int, Words]) -> list[ToldLine]:
    reached: dict[int, list[DeliveryLine]] = {}
    for document_id, *facts in sql().execute(DELIVERIES, (case_id,)):
        reached.setdefault(document_id, []).append(DeliveryLine(*facts))
    names = department_names()
    lines = []
    for row in sql().execute(DOCUMENTS, (case_id, list(OWN_PAPERS))):
        id_, at, zh, en, number, item, by, unit, *rest = row
        seal_zh, seal_en, way, sealed_at, sealed_by, certificate, refused, *texts = rest
        digest, digest_en, content_zh, content_en, kind = texts
        lines.append(
            ToldLine(
                "document",
                id_,
                at,
                Words(zh, en),
                number,
                items.get(item or 0),
                by,
                names.get(unit),
                seal=SealLine(
                    Words(seal_zh, seal_en), way, sealed_at, sealed_by, certificate, "" if sealed_at else refused
                )
                if way
                else None,
                intact=papers.digest_of(content_zh) == digest and papers.digest_of(content_en) == digest_en,
                is_proof=kind == PROOF,
                deliveries=tuple(reached.get(id_, ())),
            )
        )
    return lines


def _sheets(case_id: int) -> list[ToldLine]:
    rows = sql().execute(SHEETS, (case_id,))
    return [ToldLine("sheet", id_, at, SHEET_TITLE, "", None, by) for id_, at, by in rows]


def _letters(case_id: int, release: Published) -> list[ToldLine]:
    """What a commitment told, and that its signer read it."""
    return [
        ToldLine(
            "letter",
            id_,
            at,
            LETTER_TITLE,
            "",
            _letter_name(release, key),
            by,
            key=key,
            intact=papers.digest_of(letter) == digest,
            deliveries=(DeliveryLine("counter", signer, "", at, by),),
        )
        for id_, at, by, key, signer, letter, digest in sql().execute(LETTERS, (case_id,))
    ]


def _letter_name(release: Published, key: str) -> Words:
    subject = subject_of(release.bundle, key)
    assert subject is not None  # it was signed under this release
    return subject.name


def _licences(case_id: int, items: Mapping[int, Words]) -> list[ToldLine]:
    lines = []
    for row in sql().execute(LICENCES, (case_id,)):
        id_, at, by, zh, en, number, item, issuer_zh, issuer_en, means, who, reference, reached_at, handed_by = row
        reached = (DeliveryLine(means, who, reference, reached_at, handed_by),) if reached_at else ()
        lines.append(
            ToldLine(
                "licence",
                id_,
                at,
                Words(zh, en),
                number,
                items.get(item),
                by,
                Words(issuer_zh, issuer_en),
                deliveries=reached,
            )
        )
    return lines


ROUNDS = """
select c.item_case_id, c.round, c.document_id, d.number, c.asked_at, u.name,
    jsonb_array_length(c.faults) + (c.note <> '')::int, c.again_reason, c.answered_at
from correction c join item_case ic on ic.id = c.item_case_id join document d on d.id = c.document_id
join app_user u on u.id = c.asked_by where ic.case_id = %s order by c.item_case_id, c.round
"""


def one_time_notices(case_id: int, items: Mapping[int, Words]) -> list[OneTimeNotice]:
    """Per item that asked for corrections: its rounds. One round is the proof that everything was told at once."""
    rounds: dict[int, list[Round]] = {}
    for item_case_id, *facts in sql().execute(ROUNDS, (case_id,)):
        rounds.setdefault(item_case_id, []).append(Round(*facts))
    return [OneTimeNotice(items[item], tuple(found)) for item, found in rounds.items() if item in items]


def papers_of(case_id: int, release: Published) -> list[PaperLine]:
    """The paper materials of a case and where each lies."""
    names = department_names()
    values = {"case": case_id, "window": RECEIVING_UNIT, "forms": list(ON_PAPER)}
    return [
        PaperLine(id_, release.bundle.material(key).name, MATERIAL_FORMS[form], copies, unit, names[unit], on_the_way)
        for id_, key, form, copies, unit, on_the_way in sql().execute(WHEREABOUTS, values)
    ]


HANDOVERS = """
select h.id, h.document_id, d.number, h.from_key, h.to_key, hu.name, h.handed_at, coalesce(ru.name, ''), h.received_at,
    (select array_agg(m.material_key order by m.id) from handover_line l
     join submitted_material m on m.id = l.submitted_material_id where l.handover_id = h.id)
from material_handover h join document d on d.id = h.document_id join app_user hu on hu.id = h.handed_by
left join app_user ru on ru.id = h.received_by where h.case_id = %s order by h.id
"""


def handovers(case_id: int, release: Published) -> list[HandoverView]:
    """Every slip of the case, oldest first."""
    names = department_names()
    return [
        HandoverView(
            id_,
            document_id,
            number,
            names[from_key],
            to_key,
            names[to_key],
            handed_by,
            handed_at,
            received_by,
            received_at,
            tuple(release.bundle.material(key).name for key in keys or ()),
        )
        for id_, document_id, number, from_key, to_key, handed_by, handed_at, received_by, received_at, keys in (
            sql().execute(HANDOVERS, (case_id,))
        )
    ]


def receivers(departments: Sequence[str]) -> list[tuple[str, Words]]:
    """Who may take papers over: the window's unit, and the departments with a part in the case."""
    names = department_names()
    return [(key, names[key]) for key in dict.fromkeys((RECEIVING_UNIT, *departments)) if key in names]
