"""The application before it is received: guided questions, notification sheet, the one form, ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from engine.bundles import guide_for, notification_sheet
from webapp import clock
from webapp.answers import decode_answer, encode_answer
from webapp.catalogue import current_releases
from webapp.errors import NotADraft, NotFound
from webapp.identity import Identity
from webapp.models import Case
from webapp.permissions import CaseFacts, Permission, ensure
from webapp.services.work import Event, LockedCase, on_case
from webapp.unit_of_work import sql, unit_of_work

AS_RECEIVED = 1


def start_draft(*, by: Identity, visit_id: int, bundle_key: str) -> int:
    """Open a draft of the bundle's published release for a visit; returns the case id."""
    ensure(by, Permission.VISIT_OPEN)
    release_id = current_releases().get(bundle_key)
    if release_id is None:
        raise NotFound()
    with unit_of_work() as session:
        case = Case(
            bundle_key=bundle_key,
            release_id=release_id,
            visit_id=visit_id,
            guided={},
            ways={},
            created_at=clock.now(),
            created_by=by.user_id,
        )
        session.add(case)
        session.flush()
        case_id = case.id
    with on_case(case_id) as locked:
        locked.record(Event.DRAFT_STARTED, by, bundle=bundle_key)
    return case_id


def ensure_draft(case: LockedCase, by: Identity) -> None:
    """Raises NotYours, or NotADraft once the case is received."""
    ensure(by, Permission.DRAFT_EDIT, CaseFacts(frozenset(), frozenset(), case.created_by, case.received_at is None))
    if case.received_at is not None:
        raise NotADraft()


def answer_guided(case_id: int, guided: Mapping[str, Any], *, by: Identity) -> None:
    """Keep the guided answers (whole set); ways chosen for items that no longer apply are dropped."""
    with on_case(case_id) as case:
        ensure_draft(case, by)
        applicable = {entry.item.key for entry in guide_for(case.release.bundle, dict(guided)).items}
        sql().execute(
            "update cases set guided = %s::jsonb, ways = (select coalesce(jsonb_object_agg(key, value), '{}')"
            " from jsonb_each(ways) where key = any(%s)) where id = %s",
            (orjson.dumps(dict(guided)).decode(), sorted(applicable), case_id),
        )


def hand_sheet(case_id: int, *, by: Identity, language: str) -> int:
    """Hand over the notification sheet: its words are kept as given. Returns the sheet's id."""
    with on_case(case_id) as case:
        ensure_draft(case, by)
        row = sql().execute("select guided from cases where id = %s", (case_id,)).fetchone()
        assert row is not None
        bundle = case.release.bundle
        sheet = notification_sheet(bundle, guide_for(bundle, row[0]), case.rules.profile)
        kept = sql().execute(
            "insert into notification_sheet (case_id, language, content, digest, given_at, given_by)"
            " values (%s, %s, %s, %s, %s, %s) returning id",
            (case_id, language, sheet.text(language), sheet.digest(language), case.now, by.user_id),
        ).fetchone()
        assert kept is not None
        case.record(Event.SHEET_GIVEN, by, sheet=kept[0], digest=sheet.digest(language))
    return int(kept[0])


def save_answers(case_id: int, raw: Mapping[str, Any], *, by: Identity) -> None:
    """Keep what the form holds now, right or not: nothing typed is lost. The names in lists follow."""
    with on_case(case_id) as case:
        ensure_draft(case, by)
        release = case.release
        values = release.form.draft(raw)
        write_answers(case, values, version=AS_RECEIVED, source="applicant", by=by)
        bundle = release.bundle
        sql().execute(
            "update cases set applicant_name = %s, subject_name = %s where id = %s",
            (str(values.get(bundle.applicant_name_field) or ""), str(values.get(bundle.subject_field) or ""), case_id),
        )


def write_answers(case: LockedCase, values: Mapping[str, Any], *, version: int, source: str, by: Identity) -> None:
    """Answer rows of one version: all keys, replaced."""
    keys = list(values)
    sql().execute("delete from answer where case_id = %s and version = %s and not key = any(%s)", (case.id, version, keys))
    sql().execute(
        "insert into answer (case_id, version, key, value, source, by_id, at)"
        " select %s, %s, a.key, a.value, %s, %s, %s from unnest(%s::text[], %s::text[]) a(key, value)"
        " on conflict (case_id, version, key) do update set value = excluded.value, by_id = excluded.by_id,"
        " at = excluded.at where answer.value <> excluded.value",
        (case.id, version, source, by.user_id, case.now, keys, [encode_answer(values[key]) for key in keys]),
    )


def answers_of(case_id: int) -> dict[str, Any]:
    """The answers in force: per key the latest version."""
    rows = sql().execute(
        "select distinct on (key) key, value from answer where case_id = %s order by key, version desc", (case_id,)
    )
    return {key: decode_answer(value) for key, value in rows}
