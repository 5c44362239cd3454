"""The sums of where cases wait and which ways they take: gathered over some instances, written in four statements."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import orjson

from engine.law import office_seconds
from webapp import moments
from webapp.catalogue import Rules, rules_in_force
from webapp.histograms import bucket_of
from webapp.services.heat_instance import Counted, InstanceRows, Place, Wait, Way, month_of
from webapp.unit_of_work import sql

#: Ways that are kept apart for one process; what goes yet another way counts with "all others".
MOST_WAYS = 500
OTHERS = ""

KEEP_WALKS = """
insert into walk (instance_id, steps, last_task, ended, waits)
select instance_id, steps, last_task, ended, waits
from json_to_recordset(%(rows)s::json) as r(instance_id bigint, steps bigint, last_task bigint, ended boolean,
    waits jsonb)
on conflict (instance_id) do update set steps = excluded.steps, last_task = excluded.last_task,
    ended = excluded.ended, waits = excluded.waits
"""
ADDED = """(select array_agg(coalesce(one, 0) + coalesce(other, 0) order by bucket)
        from unnest({table}.counts, excluded.counts) with ordinality as both_of(one, other, bucket))"""
ADD_WAITS = f"""
insert into wait_month (bundle_key, process, month, element, department, release_id, in_office, waits, counts)
select bundle_key, process, month, element, department, release_id, in_office, waits, counts
from json_to_recordset(%(rows)s::json) as r(bundle_key text, process text, month date, element text, department text,
    release_id bigint, in_office boolean, waits bigint, counts bigint[])
on conflict (bundle_key, process, month, element, department, release_id) do update set
    waits = wait_month.waits + excluded.waits, counts = {ADDED.format(table="wait_month")}
"""
ADD_WAITING = """
insert into waiting_now (bundle_key, process, month, element, department, release_id, waits)
select bundle_key, process, month, element, department, release_id, waits
from json_to_recordset(%(rows)s::json) as r(bundle_key text, process text, month date, element text, department text,
    release_id bigint, waits bigint)
on conflict (bundle_key, process, month, element, department, release_id) do update set
    waits = waiting_now.waits + excluded.waits
"""
NOBODY_WAITS = "delete from waiting_now where waits = 0"
#: The ways that are new, as long as there is room for them; and one for all others.
KEEP_WAYS = """
insert into path (bundle_key, process, digest, elements, flows)
select r.bundle_key, r.process, r.digest, r.elements, r.flows
from (select *, row_number() over (partition by bundle_key, process, digest = '' order by digest) as place
      from json_to_recordset(%(rows)s::json) as told(bundle_key text, process text, digest text, elements jsonb,
          flows jsonb)
      where not exists (select from path p where (p.bundle_key, p.process, p.digest)
          = (told.bundle_key, told.process, told.digest))) r
where r.digest = '' or r.place + (select count(*) from path p where (p.bundle_key, p.process)
    = (r.bundle_key, r.process) and p.digest <> '') <= %(most)s
"""
WAYS = """
select p.bundle_key, p.process, p.digest, p.id
from path p join json_to_recordset(%(rows)s::json) as r(bundle_key text, process text, digest text)
    using (bundle_key, process, digest)
"""
ADD_WAYS = f"""
insert into path_month (path_id, month, release_id, times, counts)
select path_id, month, release_id, times, counts
from json_to_recordset(%(rows)s::json) as r(path_id bigint, month date, release_id bigint, times bigint,
    counts bigint[])
on conflict (path_id, month, release_id) do update set
    times = path_month.times + excluded.times, counts = {ADDED.format(table="path_month")}
"""


@dataclass(slots=True)
class OfficeTimes:
    """Opening hours and calendars of the places; each is read once."""

    own: Rules
    others: dict[str, Rules] = field(default_factory=dict)

    @classmethod
    def of_the_office(cls) -> OfficeTimes:
        """Raises NotFound before any rules are loaded."""
        return cls(rules_in_force())

    def rules_of(self, place: str) -> Rules:
        """The rules of a case with this profile key; empty: the office's own."""
        if place in ("", self.own.profile.key):
            return self.own
        if place not in self.others:
            self.others[place] = rules_in_force(place)
        return self.others[place]

    def seconds(self, place: str, began: float, ended: float, *, in_office: bool) -> float:
        """How long it was: in the opening hours of the place, or around the clock."""
        if not in_office:
            return max(0.0, ended - began)
        rules = self.rules_of(place)
        first, last = datetime.fromtimestamp(began, UTC), datetime.fromtimestamp(ended, UTC)
        return office_seconds(first, last, rules.calendar, rules.profile.office_hours, moments.OFFICE_ZONE)


@dataclass(slots=True)
class _Sum:
    """Spans of one kind: how many, and in which buckets."""

    in_office: bool = True
    buckets: Counter[int] = field(default_factory=Counter)

    @property
    def counts(self) -> list[int]:
        return [self.buckets[bucket] for bucket in range(max(self.buckets) + 1)]


class Sums:
    """What is to be added to the tables of figures."""

    def __init__(self, times: OfficeTimes) -> None:
        self._times = times
        self._walks: list[dict[str, Any]] = []
        self._waits: defaultdict[tuple[str, date, Place], _Sum] = defaultdict(_Sum)
        self._waiting: Counter[tuple[str, date, Place]] = Counter()
        self._ways: defaultdict[tuple[str, str, str, date, int], _Sum] = defaultdict(_Sum)
        self._new_ways: dict[tuple[str, str, str], Way | None] = {}

    def add(self, rows: InstanceRows, counted: Counted) -> None:
        """What one instance has come to."""
        bundle = rows.release.bundle.key
        for one in rows.waits:
            self._waiting[bundle, one.month, one.place] -= 1
        for one in counted.waits:
            self._waiting[bundle, one.month, one.place] += 1
        for wait in counted.ended:
            self._add_wait(bundle, rows.profile_key, wait)
        for way in counted.ways:
            self._add_way(bundle, rows, way)
        self._walks.append(
            {
                "instance_id": rows.id,
                "steps": counted.steps,
                "last_task": counted.last_task,
                "ended": rows.has_ended,
                "waits": [[one.task, one.scope, list(one.place), one.began] for one in counted.waits],
            }
        )

    def _add_wait(self, bundle: str, profile_key: str, wait: Wait) -> None:
        seconds = self._times.seconds(profile_key, wait.began, wait.ended, in_office=wait.in_office)
        total = self._waits[bundle, month_of(wait.ended), wait.place]
        total.in_office = wait.in_office
        total.buckets[bucket_of(seconds)] += 1

    def _add_way(self, bundle: str, rows: InstanceRows, way: Way) -> None:
        seconds = self._times.seconds(rows.profile_key, way.began, way.ended, in_office=True)
        digest = way.digest
        self._ways[bundle, way.process, digest, month_of(way.ended), rows.release.id].buckets[bucket_of(seconds)] += 1
        self._new_ways[bundle, way.process, digest] = way
        self._new_ways.setdefault((bundle, way.process, OTHERS), None)

    def write(self) -> None:
        """Add it, and keep how far each instance has been counted."""
        sql().execute(KEEP_WALKS, {"rows": as_json(self._walks)})
        if self._waits:
            sql().execute(ADD_WAITS, {"rows": as_json(self._wait_rows())})
        if changed := [key for key, number in self._waiting.items() if number]:
            rows = [{**_place(*key), "waits": self._waiting[key]} for key in changed]
            sql().execute(ADD_WAITING, {"rows": as_json(rows)})
            sql().execute(NOBODY_WAITS)
        if self._ways:
            told = as_json(self._way_rows())
            sql().execute(KEEP_WAYS, {"rows": told, "most": MOST_WAYS})
            kept = {tuple(key): id_ for *key, id_ in sql().execute(WAYS, {"rows": told})}
            sql().execute(ADD_WAYS, {"rows": as_json(self._way_sums(kept))})

    def _wait_rows(self) -> Iterable[dict[str, Any]]:
        for key, total in self._waits.items():
            counts = total.counts
            yield {**_place(*key), "in_office": total.in_office, "waits": sum(counts), "counts": counts}

    def _way_rows(self) -> Iterable[dict[str, Any]]:
        for (bundle, process, digest), way in self._new_ways.items():
            told = (way.elements, way.flows) if way else ({}, {})
            yield {
                "bundle_key": bundle,
                "process": process,
                "digest": digest,
                "elements": told[0],
                "flows": told[1],
            }

    def _way_sums(self, kept: Mapping[tuple[str, ...], int]) -> Iterable[dict[str, Any]]:
        """By the way's id; that of all others where there was no room for it."""
        sums: defaultdict[tuple[int, date, int], _Sum] = defaultdict(_Sum)
        for (bundle, process, digest, month, release_id), total in self._ways.items():
            id_ = kept.get((bundle, process, digest)) or kept[bundle, process, OTHERS]
            sums[id_, month, release_id].buckets.update(total.buckets)
        for (id_, month, release_id), total in sums.items():
            counts = total.counts
            told = {"path_id": id_, "month": month, "release_id": release_id}
            yield {**told, "times": sum(counts), "counts": counts}


def _place(bundle: str, month: date, place: Place) -> dict[str, Any]:
    return {"bundle_key": bundle, "month": month, **place._asdict()}


def as_json(rows: Iterable[Any]) -> str:
    """Rows as these statements take them."""
    return orjson.dumps(list(rows)).decode()
