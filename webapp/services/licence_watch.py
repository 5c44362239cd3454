"""What time does to licences: reminders before the end, the end itself, and renewal where silence renews.

The worker sweeps; each licence is looked at again under its case's lock, so two workers, or a worker and a person,
do nothing twice.
"""

from __future__ import annotations

from datetime import date, timedelta

import structlog

from engine import Words
from engine.bundles import last_day_to_apply
from webapp import clock, moments
from webapp.catalogue import current_releases, published
from webapp.errors import ActRefused, Busy
from webapp.services import licence_history
from webapp.services.events import Event
from webapp.services.held_licence import EXPIRED, SUSPENDED, VALID, HeldLicence, case_of, held
from webapp.services.licence_history import GIVES
from webapp.services.locked_case import on_case
from webapp.services.renewals import deem_renewed, open_renewal, tell_unit
from webapp.services.signals import raise_signal
from webapp.unit_of_work import sql

log = structlog.get_logger(__name__)

#: Licences that are asked for at once; a sweep goes on behind the last of them until there are no more, so that one
#: that cannot be dealt with keeps none of the others waiting.
AT_ONCE = 200
OVER = """
select valid_to, id from licence where status in ('valid', 'suspended') and valid_to < %s and not external
    and (valid_to, id) > (%s, %s)
order by valid_to, id limit %s
"""
#: The nearest distance that has come, where nobody was reminded at that distance or a nearer one.
ENDING = """
select l.id, min(d.days) from licence l join unnest(%(types)s::text[], %(days)s::int[]) as d(type_key, days)
    on d.type_key = l.type_key
where l.status = 'valid' and not l.external and l.id > %(behind)s
    and l.valid_to between %(today)s and %(today)s + d.days
    and not exists(select from licence_reminder r where r.licence_id = l.id and r.valid_to = l.valid_to
        and r.days <= d.days)
group by l.id order by l.id limit %(most)s
"""


def sweep() -> int:
    """Look at the licences whose time has come; returns how many were looked at."""
    today = clock.today(moments.OFFICE_ZONE)
    return max(_all_over(today), _all_ending(today))


def _all_over(today: date) -> int:
    looked_at, behind = 0, (date.min, 0)
    while rows := sql().execute(OVER, (today, *behind, AT_ONCE)).fetchall():
        for _, licence_id in rows:
            _guarded(licence_id, None)
        looked_at, behind = looked_at + len(rows), rows[-1]
    return looked_at


def _all_ending(today: date) -> int:
    distances = _distances()
    wanted = {"types": [type_ for type_, _ in distances], "days": [days for _, days in distances]}
    looked_at, behind = 0, 0
    while rows := sql().execute(ENDING, {**wanted, "today": today, "behind": behind, "most": AT_ONCE}).fetchall():
        for licence_id, days in rows:
            _guarded(licence_id, days)
        looked_at, behind = looked_at + len(rows), rows[-1][0]
    return looked_at


def _distances() -> list[tuple[str, int]]:
    """(licence type, days before the end) of every published release."""
    licences = [item.licence for release in current_releases().values() for item in published(release).bundle.items]
    return [(one.key, days) for one in licences if one and one.expiry for days in one.expiry.remind_days]


def _guarded(licence_id: int, days: int | None) -> None:
    """One licence in a transaction of its own: what goes wrong with it keeps none of the others waiting."""
    try:
        with on_case(case_of(licence_id)) as case:
            licence = held(case, licence_id)
            _end(licence) if days is None else _remind(licence, days)
    except Busy:
        return
    except ActRefused as refused:
        log.warning("licence-not-watched", licence=licence_id, reason=refused.words.en)


ENDED = "update licence set status = 'expired' where id = %(licence)s" + GIVES


def _end(licence: HeldLicence) -> None:
    if licence.status not in (VALID, SUSPENDED) or not licence.ends_before_today:
        return  # somebody was faster
    found, terms = open_renewal(licence.id), licence.type.renewal
    if found is not None and found.in_time and terms is not None and terms.silence is not None:
        deem_renewed(licence, found, terms.silence)
        return
    reason = "有效期届满"
    licence_history.write(licence.case, ENDED, EXPIRED, None, reason=reason, values={"licence": licence.id})
    licence.case.record(Event.LICENCE_EXPIRED, None, item=licence.item_case_id, licence=licence.id)
    if found is not None:
        basis = terms.apply_before.basis if terms else Words("", "")
        ref = {"licence": licence.id, "end": found.valid_to.isoformat()}
        raise_signal(
            licence.case,
            "renewal-undecided",
            item_case_id=licence.item_case_id,
            unit=licence.unit,
            colour="red",
            rule=basis,
            ref=ref,
        )


ALREADY = "select from licence_reminder where licence_id = %s and valid_to = %s and days <= %s"
REMINDED = """
insert into licence_reminder (licence_id, valid_to, days, at, document_id)
values (%(licence)s, %(ends_on)s, %(reminded_days)s, %(now)s, %(reminder_paper)s)
"""


def _remind(licence: HeldLicence, days: int) -> None:
    """A letter to the holder, a word to the unit and the issuing desk. Whoever has applied needs none."""
    valid_to, terms = licence.valid_to, licence.type
    if licence.status != VALID or valid_to is None or valid_to < licence.today:
        return
    if valid_to > licence.today + timedelta(days):
        return  # renewed meanwhile
    if sql().execute(ALREADY, (licence.id, valid_to, days)).fetchone() is not None:
        return  # another worker was faster
    paper = None
    if open_renewal(licence.id) is None and terms.expiry is not None:
        until = last_day_to_apply(terms.renewal, valid_to) if terms.renewal else None
        fields = {"apply_until": until} if until is not None else {}
        paper = licence.paper(
            "licence-expiry-reminder", None, valid_until_before=valid_to, act_basis=terms.expiry.basis.zh, **fields
        )
    licence.case.writing.add(
        "licence_reminder",
        REMINDED,
        licence=licence.id,
        ends_on=valid_to,
        reminded_days=days,
        now=licence.case.now,
        reminder_paper=paper,
    )
    left = (valid_to - licence.today).days
    tell_unit(
        licence,
        Words(
            f"证照将在{left}日后（{valid_to.isoformat()}）到期：{licence.name.zh}（{licence.number}）",
            f"A licence ends in {left} days ({valid_to}): {licence.name.en} ({licence.number})",
        ),
    )
    licence.case.record(Event.LICENCE_REMINDED, None, item=licence.item_case_id, licence=licence.id, days=days)
