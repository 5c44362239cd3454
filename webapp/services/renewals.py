"""延续 (Licensing Law art. 50): applied for in time, decided by a person, or by operation of the rule when nobody does.

Terms stand on the licence type: how long before the end one applies, what a late application is, whether silence
renews. A licence that has ended is not renewed; what its holder needs is a new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from engine import Words
from engine.bundles import RenewalTerms, RenewalTime, end_of_validity, last_day_to_apply, renewal_time
from webapp import moments
from webapp.errors import ActRefused, Incomplete, SamePerson
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services import licence_history
from webapp.services.events import Event
from webapp.services.held_licence import (
    EXPIRED,
    SUSPENDED,
    VALID,
    HeldLicence,
    NotInThatState,
    ensure_grounds,
    on_licence,
)
from webapp.services.licence_acts import next_identifier, print_anew
from webapp.services.licence_history import GIVES
from webapp.services.signals import raise_signal
from webapp.unit_of_work import sql

RENEWED, REFUSED, DEEMED = "renewed", "refused", "deemed-renewed"


class NotRenewable(ActRefused):
    """The licence type has no rule on renewal."""

    def __init__(self, name: Words) -> None:
        super().__init__(
            Words(f"{name.zh}没有关于延续的规定，不能办理延续。", f"There is no rule on renewing a {name.en}.")
        )


class RenewalAfterEnd(ActRefused):
    """The licence has ended: there is nothing to renew."""

    def __init__(self, valid_to: date, basis: Words) -> None:
        super().__init__(
            Words(
                f"该证照已于{valid_to.isoformat()}届满，有效期届满后不能申请延续（{basis.zh}）；需要继续从事的，应当重新申请。",
                f"The licence ended on {valid_to.isoformat()}; after its end no renewal is applied for ({basis.en})."
                " Whoever wants to go on applies for a new one.",
            )
        )


class RenewalTooLate(ActRefused):
    """The last day to apply is over, and the licence type's rule takes no late application."""

    def __init__(self, last_day: date, basis: Words) -> None:
        super().__init__(
            Words(
                f"申请延续的最后一天是{last_day.isoformat()}，已经超过（{basis.zh}），不能受理。",
                f"The last day to apply for the renewal was {last_day.isoformat()} ({basis.en}): it is not taken in.",
            )
        )


class AlreadyApplied(ActRefused):
    """An application to renew this licence waits for its decision."""

    def __init__(self) -> None:
        super().__init__(
            Words("该证照的延续申请已经收到，正在办理。", "An application to renew this licence is being decided.")
        )


class NothingToDecide(ActRefused):
    """No application to renew this licence is open."""

    def __init__(self) -> None:
        super().__init__(
            Words("该证照没有待决定的延续申请。", "No application to renew this licence waits for a decision.")
        )


APPLIED = """
insert into licence_renewal (licence_id, applied_at, taken_by, in_time, note, valid_to)
values (%(licence)s, %(now)s, %(taker)s, %(in_time)s, %(renewal_note)s, %(ends_on)s)
"""
#: The unit's posts that decide and review the item read of it.
TELL = """
insert into reminder (case_id, item_case_id, group_key, text_zh, text_en, at)
select %(told_case)s, %(told_item)s, g, %(told_zh)s, %(told_en)s, %(now)s from unnest(%(told_groups)s::text[]) g
"""


def apply(licence_id: int, *, by: Identity, note: str, key: str) -> None:
    """Take in an application to renew, on the day on which it comes.

    Raises NotRenewable, RenewalAfterEnd, RenewalTooLate, NotInThatState, AlreadyApplied; each names its rule.
    """
    with on_licence(licence_id, by, Permission.RENEWAL_TAKE, key=key) as licence:
        terms, valid_to = _terms(licence)
        when = renewal_time(terms, valid_to, licence.today)
        if when is RenewalTime.EXPIRED:
            raise RenewalAfterEnd(valid_to, terms.apply_before.basis)
        if when is RenewalTime.LATE and terms.late == "refused":
            raise RenewalTooLate(last_day_to_apply(terms, valid_to), terms.apply_before.basis)
        if licence.status not in (VALID, SUSPENDED):
            raise NotInThatState(Words("延续", "renewed"), licence.status)
        if open_renewal(licence.id) is not None:
            raise AlreadyApplied()
        case, in_time = licence.case, when is RenewalTime.IN_TIME
        case.writing.add(
            "renewal",
            APPLIED,
            licence=licence.id,
            now=case.now,
            taker=by.user_id,
            in_time=in_time,
            renewal_note=note.strip(),
            ends_on=valid_to,
        )
        licence.paper(
            "licence-renewal-receipt",
            by,
            applied_on=licence.today,
            valid_until_before=valid_to,
            consequence=_consequence(terms, in_time=in_time),
            clerk_name=by.name,
        )
        tell_unit(
            licence,
            Words(
                f"延续申请：{licence.name.zh}（{licence.number}），应当在{valid_to.isoformat()}届满前作出决定",
                f"To renew: {licence.name.en} ({licence.number}); to be decided before it ends on {valid_to}",
            ),
        )
        case.record(Event.RENEWAL_APPLIED, by, item=licence.item_case_id, licence=licence.id, in_time=in_time)


def _consequence(terms: RenewalTerms, *, in_time: bool) -> Words:
    """What the applicant is told of a decision that does not come before the end."""
    if terms.silence is not None and in_time:
        return Words(
            f"申请在规定期限内提出；有效期届满前未作出决定的，视为准予延续（{terms.silence.zh}）。",
            f"It came in time; without a decision before the end the licence counts as renewed ({terms.silence.en}).",
        )
    late = Words("", "") if in_time else Words("申请超过规定期限提出；", "It came after the last day to apply. ")
    return Words(
        f"{late.zh}有效期届满前应当作出决定；未作出决定的，不产生延续的效力。",
        f"{late.en}It is to be decided before the end; without a decision the licence is not renewed.",
    )


DECIDED = """
update licence_renewal set outcome = %(renewal_outcome)s, renewed_to = %(renewed_to)s, reason = %(renewal_reason)s,
    basis = %(renewal_basis)s, decided_at = %(now)s, decided_by = %(renewal_by)s, document_id = %(renewal_paper)s
where id = %(renewal)s
"""


def decide(licence_id: int, *, by: Identity, outcome: str, reason: str, basis: str, key: str) -> None:
    """Renew or not: a decider of the unit, never who took the application in.

    Raises NothingToDecide, Incomplete, NotAuthorised, SamePerson.
    """
    with on_licence(licence_id, by, Permission.LICENCE_ACT, key=key) as licence:
        found = open_renewal(licence.id)
        if found is None:
            raise NothingToDecide()
        if outcome not in (RENEWED, REFUSED):
            raise Incomplete("outcome", Words("请选择是否准予延续。", "Choose whether it is renewed."))
        reason, basis = ensure_grounds(by, reason, basis)
        if found.taken_by == by.user_id:
            raise SamePerson()
        # An application that came in time is decided also after the end, which is the unit's delay, not the holder's.
        if licence.status not in (VALID, SUSPENDED, EXPIRED):
            raise NotInThatState(Words("延续", "renewed"), licence.status)
        fields: dict[str, Any] = {
            "applied_on": found.applied_on,
            "valid_until_before": found.valid_to,
            "reasons": reason,
            "act_basis": basis,
            "decider_name": by.name,
        }
        if outcome == RENEWED:
            renewed_to = _renewed_to(licence, found.valid_to)
            paper = licence.paper("licence-renewal", by, valid_until_new=renewed_to, **fields)
            extend(licence, renewed_to, "renewed", by, reason=reason, basis=basis, paper=paper)
        else:
            renewed_to = None
            paper = licence.paper("licence-renewal-refusal", by, **fields)
        _close(licence, found.id, outcome, renewed_to, by, reason, basis, paper)


def deem_renewed(licence: HeldLicence, found: OpenRenewal, silence: Words) -> None:
    """Nobody decided before the end on an application that came in time: the rule renews, and the unit answers for it.

    A decision by operation of the rule, by nobody; inside the running command.
    """
    renewed_to = _renewed_to(licence, found.valid_to)
    paper = licence.paper(
        "licence-deemed-renewal",
        None,
        applied_on=found.applied_on,
        valid_until_before=found.valid_to,
        valid_until_new=renewed_to,
        act_basis=silence.zh,
    )
    reason = "届满前未作出决定，依规则视为准予延续"
    extend(licence, renewed_to, DEEMED, None, reason=reason, basis=silence.zh, paper=paper)
    _close(licence, found.id, DEEMED, renewed_to, None, reason, silence.zh, paper)
    raise_signal(
        licence.case,
        "renewal-deemed",
        item_case_id=licence.item_case_id,
        unit=licence.unit,
        colour="red",
        rule=silence,
        ref={"licence": licence.id, "end": found.valid_to.isoformat()},
    )


def _close(
    licence: HeldLicence,
    renewal_id: int,
    outcome: str,
    renewed_to: date | None,
    by: Identity | None,
    reason: str,
    basis: str,
    paper: int,
) -> None:
    case = licence.case
    case.writing.add(
        "renewal",
        DECIDED,
        renewal=renewal_id,
        renewal_outcome=outcome,
        renewed_to=renewed_to,
        renewal_reason=reason,
        renewal_basis=basis,
        now=case.now,
        renewal_by=by.user_id if by else None,
        renewal_paper=paper,
    )
    case.record(Event.RENEWAL_DECIDED, by, item=licence.item_case_id, licence=licence.id, outcome=outcome)


EXTENDED = (
    """
update licence set valid_to = %(licence_ends)s, version = version + 1, version_on = %(licence_today)s,
    status = case when status = 'expired' then 'valid' else status end, identifier = %(new_identifier)s
where id = %(licence)s
"""
    + GIVES
)


def extend(
    licence: HeldLicence, until: date, kind: str, by: Identity | None, *, reason: str, basis: str, paper: int
) -> None:
    """The licence holds until `until`: a new version, with a file of its own."""
    values = {
        "licence": licence.id,
        "licence_ends": until,
        "licence_today": licence.today,
        "new_identifier": next_identifier(licence),
    }
    licence_history.write(licence.case, EXTENDED, kind, by, reason=reason, basis=basis, document=paper, values=values)
    print_anew(licence)


@dataclass(frozen=True, slots=True)
class OpenRenewal:
    """An application that waits for its decision. `valid_to`: the end that it is about."""

    id: int
    applied_on: date
    taken_by: int
    in_time: bool
    valid_to: date


OPEN = """
select id, applied_at, taken_by, in_time, valid_to from licence_renewal where licence_id = %s and outcome is null
"""


def open_renewal(licence_id: int) -> OpenRenewal | None:
    """The application to renew this licence that nobody has decided."""
    row = sql().execute(OPEN, (licence_id,)).fetchone()
    if row is None:
        return None
    id_, applied_at, taken_by, in_time, valid_to = row
    return OpenRenewal(id_, moments.local(applied_at).date(), taken_by, in_time, valid_to)


def tell_unit(licence: HeldLicence, words: Words) -> None:
    """A word in the inbox of the posts that review and decide the item, and of the issuing desk."""
    groups = licence.item.groups
    told = sorted({groups[post] for post in ("review", "decide") if post in groups} | {ISSUING_DESK})
    licence.case.writing.add(
        "licence_told",
        TELL,
        told_case=licence.case.id,
        told_item=licence.item_case_id,
        told_zh=words.zh,
        told_en=words.en,
        told_groups=told,
        now=licence.case.now,
    )


#: The post of the hall where licences leave, and where their holders come back to.
ISSUING_DESK = "window.issue"


def _terms(licence: HeldLicence) -> tuple[RenewalTerms, date]:
    terms = licence.type.renewal
    if terms is None or licence.valid_to is None:
        raise NotRenewable(licence.name)
    return terms, licence.valid_to


def _renewed_to(licence: HeldLicence, valid_to: date) -> date:
    renewed_to = end_of_validity(licence.type.validity, date.fromordinal(valid_to.toordinal() + 1))
    if renewed_to is None:
        raise NotRenewable(licence.name)
    return renewed_to
