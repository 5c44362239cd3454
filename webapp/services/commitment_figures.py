"""Counting what becomes of commitments, by bundle, place and month: kept as rows, so that a page scans no cases.

Each figure belongs to the month in which it happened (the ruling, the verification, the finding, the revocation), so
that months that are over stay as they are. The worker counts the month that runs, once in an hour, and the one before
for its first days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from engine.law import FALSE_COMMITMENT
from webapp import clock, moments
from webapp.catalogue import places, rules_in_force
from webapp.unit_of_work import sql, unit_of_work

#: One worker counts at a time; who comes second has nothing to add.
ALONE = "select pg_try_advisory_xact_lock(hashtext('onewindow.commitment-figures'))"
#: How long a month that is over is counted again, for what was still on its way.
LATE = timedelta(days=2)
EVERY = timedelta(hours=1)
LAST_MONTH = "select max(month), max(counted_at) from commitment_month"
FIRST_RULING = "select min(ruled_at) from item_case where ruled_at is not null"
#: Minutes run from the visit at the window to the making of the licence, of items by commitment.
COUNT = """
insert into commitment_month (bundle, place, month, received, committed, proofs, median_minutes, ninth_minutes,
    verified, verified_on_time, found_false, revoked, counted_at)
with happened as (
    select k.bundle_key, k.profile_key, 'ruled' as what, ic.way = 'commitment' as committed,
        ic.way <> 'commitment' and exists (select from commitment c where c.case_id = ic.case_id
            and c.item_key = ic.item_key and c.material_key <> '') as proof,
        case when ic.way = 'commitment' and ic.outcome = 'granted' then
            extract(epoch from (e.at - v.started_at)) / 60 end as minutes, false as on_time
    from item_case ic join cases k on k.id = ic.case_id left join visit v on v.id = k.visit_id
    left join licence l on l.item_case_id = ic.id
    left join licence_event e on e.licence_id = l.id and e.kind = 'issued'
    where ic.ruled_at >= %(first)s and ic.ruled_at < %(after)s and ic.outcome in ('granted', 'refused')
    union all
    select k.bundle_key, k.profile_key, 'verified', false, false, null, l.stopped_on <= l.due_on
    from legal_clock l join item_case ic on ic.id = l.item_case_id join cases k on k.id = ic.case_id
    where l.name = 'verification' and l.stopped_on >= %(first_day)s and l.stopped_on < %(after_day)s
    union all
    select k.bundle_key, k.profile_key, 'false', false, false, null, false
    from (select distinct r.item_case_id from review r
            where r.step in ('verify', 'recheck') and r.conclusion = any(%(false)s::text[])
                and r.at >= %(first)s and r.at < %(after)s
                and not exists (select from review x where x.item_case_id = r.item_case_id
                    and x.step in ('verify', 'recheck') and x.conclusion = any(%(false)s::text[])
                    and x.at < %(first)s)) f
    join item_case ic on ic.id = f.item_case_id join cases k on k.id = ic.case_id
    union all
    select k.bundle_key, k.profile_key, 'revoked', false, false, null, false
    from revocation r join item_case ic on ic.id = r.item_case_id join cases k on k.id = ic.case_id
    where r.outcome = 'revoked' and r.decided_at >= %(first)s and r.decided_at < %(after)s
)
select bundle_key, profile_key, %(first_day)s, count(*) filter (where what = 'ruled'),
    count(*) filter (where what = 'ruled' and committed), count(*) filter (where proof),
    percentile_disc(0.5) within group (order by round(minutes)) filter (where minutes is not null),
    percentile_disc(0.9) within group (order by round(minutes)) filter (where minutes is not null),
    count(*) filter (where what = 'verified'), count(*) filter (where what = 'verified' and on_time),
    count(*) filter (where what = 'false'), count(*) filter (where what = 'revoked'), %(now)s
from happened group by bundle_key, profile_key
"""


def refresh() -> None:
    """Count the months that are not final yet; nothing where that was done within the hour."""
    with unit_of_work():
        row = sql().execute(ALONE).fetchone()
        if row is None or not row[0]:
            return
        counted = sql().execute("select max(counted_at) from commitment_month").fetchone()
        if counted and counted[0] and counted[0] > clock.now() - EVERY:
            return
        keys = sorted(_false_findings())
        for first, after in _months():
            sql().execute("delete from commitment_month where month = %s", (first,))
            values = {
                "first": moments.midnight(first),
                "after": moments.midnight(after),
                "first_day": first,
                "after_day": after,
                "false": keys,
                "now": clock.now(),
            }
            sql().execute(COUNT, values)


def _false_findings() -> Iterator[str]:
    """Keys of the findings that the rules of a place take for a false commitment."""
    for place, _ in places():
        findings = rules_in_force(place).profile.verification.findings
        yield from (key for key, finding in findings.items() if finding.credit == FALSE_COMMITMENT)


def _months() -> Iterator[tuple[date, date]]:
    """(first day, first day after) of the months to count."""
    today = moments.local(clock.now()).date()
    counted = sql().execute(LAST_MONTH).fetchone()
    if counted and counted[0]:
        seen = moments.local(counted[1]).date() - LATE
        month = min(counted[0], seen).replace(day=1)
    else:
        row = sql().execute(FIRST_RULING).fetchone()
        month = (moments.local(row[0]).date() if row and row[0] else today).replace(day=1)
    while month <= today:
        after = (month + timedelta(days=32)).replace(day=1)
        yield month, after
        month = after
