"""One licence in the registry: what it states now, its file and signature, what happened to it, its renewals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from engine import Words
from engine.bundles import LicenceType, last_day_to_apply
from webapp import clock, moments
from webapp.catalogue import current_releases, published
from webapp.errors import NotFound
from webapp.services.held_licence import EXPIRED, STATUS_WORDS, SUSPENDED, VALID
from webapp.services.licence_acts import number_field
from webapp.services.outside_licences import notes_open_in
from webapp.unit_of_work import sql

KINDS = {
    "issued": Words("签发", "issued"),
    "changed": Words("变更", "changed"),
    "renewed": Words("延续", "renewed"),
    "deemed-renewed": Words("视为准予延续", "renewed by the rule"),
    "suspended": Words("暂停", "suspended"),
    "resumed": Words("恢复", "resumed"),
    "revoked": Words("撤销", "revoked"),
    "cancelled": Words("注销", "cancelled"),
    "expired": Words("有效期届满", "reached its end"),
}
OUTCOMES = {
    "renewed": Words("准予延续", "renewed"),
    "refused": Words("不予延续", "not renewed"),
    "deemed-renewed": Words("视为准予延续", "renewed by the rule"),
}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that happened. `by` is empty where it follows from a rule."""

    kind: str
    version: int
    at: datetime
    by: str
    reason: str
    basis: str
    document_id: int | None
    document_number: str
    holder: str
    valid_to: str
    source: str  # of what another system did: whose notice, its number, since when
    source_number: str
    happened_on: date | None

    @property
    def words(self) -> Words:
        return KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class FileState:
    """How far the file of this version is: signed by whom, or why not yet."""

    kind: str  # "" | plain | signed
    digest: str
    made_at: datetime | None
    signer: str
    serial: str
    profile: str
    demo: bool
    refused: str
    refused_finally: bool


@dataclass(frozen=True, slots=True)
class RenewalLine:
    """An application to renew; `outcome` None while it waits."""

    applied_at: datetime
    taken_by: str
    in_time: bool
    note: str
    valid_to: date
    outcome: str | None
    renewed_to: date | None
    reason: str
    decided_at: datetime | None
    decided_by: str
    document_id: int | None

    @property
    def outcome_words(self) -> Words:
        return OUTCOMES[self.outcome or "renewed"]


@dataclass(frozen=True, slots=True)
class UseLine:
    """A case in which the licence stands for a material."""

    case_id: int
    case_number: str
    at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class LicenceView:
    """A licence as its page shows it."""

    id: int
    case_id: int
    case_number: str
    unit: str
    type_key: str
    name: Words
    number: str
    identifier: str
    holder: str
    holder_number: str
    scope: Words
    issuer: Words
    issued_on: date
    version: int
    valid_to: date | None
    status: str
    facts: tuple[tuple[Words, Words], ...]
    external: bool
    public_code: str
    stored_status: str  # without what the calendar has made of it
    terms: LicenceType | None
    number_is_printed: bool  # the licence states its holder's number among what it prints
    file: FileState
    history: tuple[HistoryLine, ...]
    renewals: tuple[RenewalLine, ...]
    uses: tuple[UseLine, ...]

    @property
    def status_words(self) -> Words:
        return STATUS_WORDS[self.status]

    @property
    def renewal_waits(self) -> bool:
        return any(one.outcome is None for one in self.renewals)

    @property
    def apply_until(self) -> date | None:
        """The last day to apply for a renewal in time; None where the type has no rule on it."""
        if self.terms is None or self.terms.renewal is None or self.valid_to is None:
            return None
        return last_day_to_apply(self.terms.renewal, self.valid_to)

    @property
    def acts(self) -> tuple[str, ...]:
        """The acts that its state allows; who may do them is asked elsewhere."""
        if self.external:
            return ()
        acts = {
            VALID: ("change", "suspend", "cancel"),
            SUSPENDED: ("resume", "cancel"),
            EXPIRED: ("cancel",),
        }.get(self.status, ())
        return (*acts, "decide") if self.renewal_waits and self.status in (VALID, SUSPENDED, EXPIRED) else acts

    @property
    def notes(self) -> tuple[str, ...]:
        """What can be noted of a licence that another system issued; of one of ours nothing."""
        return notes_open_in(self.stored_status) if self.external else ()

    @property
    def takes_renewal(self) -> bool:
        return self.apply_until is not None and not self.external and not self.renewal_waits


LICENCE = """
select l.id, ic.case_id, k.number, l.department_key, l.type_key, l.name_zh, l.name_en, l.number, l.identifier, l.holder,
    l.holder_number, l.scope_zh, l.scope_en, l.issuer_zh, l.issuer_en, l.issued_on, l.version, l.valid_to,
    case when l.status in ('valid', 'suspended') and l.valid_to < %(today)s then 'expired' else l.status end,
    l.facts, l.external, l.public_code, l.status, k.bundle_key, k.release_id, ic.item_key
from licence l join item_case ic on ic.id = l.item_case_id join cases k on k.id = ic.case_id where l.id = %(licence)s
"""
#: A licence is made by a job, on the ruling of a person: that one issued it.
HISTORY = """
select e.kind, e.version, e.at, coalesce(u.name, case when e.kind = 'issued' then decider.name end, ''), e.reason,
    e.basis, e.document_id, coalesce(d.number, ''),
    coalesce(e.printed ->> 'holder', ''), coalesce(e.printed ->> 'valid_to', ''), e.source, e.source_number,
    e.happened_on
from licence_event e join licence l on l.id = e.licence_id
left join app_user u on u.id = e.by_id left join document d on d.id = e.document_id
left join ruling r on r.item_case_id = l.item_case_id left join app_user decider on decider.id = r.by_id
where e.licence_id = %s order by e.id desc
"""
FILE = """
select kind, digest, made_at, signer, serial, profile, demo from licence_file
where licence_id = %s and version = %s order by kind = 'signed' desc limit 1
"""
RENEWALS = """
select r.applied_at, t.name, r.in_time, r.note, r.valid_to, r.outcome, r.renewed_to, r.reason, r.decided_at,
    coalesce(d.name, ''), r.document_id
from licence_renewal r join app_user t on t.id = r.taken_by left join app_user d on d.id = r.decided_by
where r.licence_id = %s order by r.id desc
"""
USES = """
select k.id, k.number, u.at from reused_licence u join cases k on k.id = u.case_id
where u.licence_id = %s and k.number is not null order by u.at desc limit 50
"""


def licence_unit(licence_id: int) -> str:
    """The department that issued it, whom one asks about rights before anything is shown. Raises NotFound."""
    row = sql().execute("select department_key from licence where id = %s", (licence_id,)).fetchone()
    if row is None:
        raise NotFound()
    return str(row[0])


def licence_view(licence_id: int) -> LicenceView:
    """The licence with everything about it. Raises NotFound."""
    today = clock.today(moments.OFFICE_ZONE)
    row = sql().execute(LICENCE, {"licence": licence_id, "today": today}).fetchone()
    if row is None:
        raise NotFound()
    id_, case_id, case_number, unit, type_key, zh, en, number, identifier, holder, holder_number, *rest = row
    scope_zh, scope_en, issuer_zh, issuer_en, issued_on, version, valid_to, status, facts, external, *rest = rest
    public_code, stored, bundle_key, release_id, item_key = rest
    return LicenceView(
        id_,
        case_id,
        case_number or "",
        unit,
        type_key,
        Words(zh, en),
        number,
        identifier,
        holder,
        holder_number,
        Words(scope_zh, scope_en),
        Words(issuer_zh, issuer_en),
        issued_on,
        version,
        valid_to,
        status,
        tuple((Words(fact[0], fact[1]), Words(fact[2], fact[3])) for fact in facts),
        external,
        public_code,
        stored,
        *_terms(bundle_key, release_id, item_key, type_key),
        _file(id_, version),
        tuple(HistoryLine(*line) for line in sql().execute(HISTORY, (id_,)).fetchall()),
        tuple(RenewalLine(*line) for line in sql().execute(RENEWALS, (id_,)).fetchall()),
        tuple(UseLine(*line) for line in sql().execute(USES, (id_,)).fetchall()),
    )


def _terms(bundle_key: str, release_id: int, item_key: str, type_key: str) -> tuple[LicenceType | None, bool]:
    """The type's terms in force: of the published release while it gives such licences, else of the case's own; and
    whether the licence prints its holder's number."""
    for release in (current_releases().get(bundle_key), release_id):
        if release is None:
            continue
        bundle = published(release).bundle
        item = next((one for one in bundle.items if one.key == item_key), None)
        if item is not None and item.licence is not None and item.licence.key == type_key:
            return item.licence, number_field(item.licence, bundle.identity_fields) is not None
    return None, False


def _file(licence_id: int, version: int) -> FileState:
    row = sql().execute(FILE, (licence_id, version)).fetchone()
    tried = sql().execute("select reason, final from licence_sign_try where licence_id = %s", (licence_id,)).fetchone()
    refused, finally_ = tried or ("", False)
    if row is None:
        return FileState("", "", None, "", "", "", False, refused, finally_)
    kind, digest, made_at, signer, serial, profile, demo = row
    reason = "" if kind == "signed" else refused
    return FileState(kind, digest, made_at, signer, serial, profile, demo, reason, finally_)
