"""The application before it is received: guided questions, notification sheet, the one form, ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from engine import Words
from engine.bundles import guide_for, notification_sheet
from webapp import clock
from webapp.answers import answers_of
from webapp.catalogue import current_releases, places
from webapp.errors import Incomplete, NotADraft, NotFound
from webapp.identity import Identity
from webapp.models import Case, Visit
from webapp.moments import local
from webapp.organisation_names import department_names
from webapp.permissions import CaseFacts, Permission, ensure
from webapp.services.answer_rows import AS_RECEIVED, write_answers
from webapp.services.eligible import eligible_items
from webapp.services.events import Event
from webapp.services.locked_case import LOCK_BY_ID, LockedCase, lock, on_case
from webapp.services.visits import told_by_visit
from webapp.unit_of_work import sql, unit_of_work


def start_draft(*, by: Identity, visit_id: int, bundle_key: str, place: str = "") -> int:
    """Open a draft of the bundle's published release for a visit; returns the case id.

    `place` is the key of where the applicant's matter lies, whose units handle it whichever window receives it; empty:
    where the counter is. Raises Incomplete for a place without rules.
    """
    ensure(by, Permission.VISIT_OPEN)
    release_id = current_releases().get(bundle_key)
    if release_id is None:
        raise NotFound()
    if place and place not in dict(places()):
        raise Incomplete("place", Words("请选择办理地。", "Choose the place."))
    with unit_of_work() as session:
        visit = session.get(Visit, visit_id)
        if visit is None or visit.clerk_id != by.user_id:
            raise NotFound()
        case = Case(
            bundle_key=bundle_key,
            profile_key=place or visit.counter.profile_key,
            release_id=release_id,
            visit_id=visit_id,
            guided={},
            ways={},
            created_at=clock.now(),
            created_by=by.user_id,
        )
        session.add(case)
        session.flush()
        locked = lock(LOCK_BY_ID, case.id)
        locked.record(Event.DRAFT_STARTED, by, bundle=bundle_key)
        locked.write_ledger()
        return case.id


def ensure_draft(case: LockedCase, by: Identity) -> None:
    """Raises NotYours, or NotADraft once the case is received."""
    ensure(
        by,
        Permission.DRAFT_EDIT,
        CaseFacts(frozenset(), frozenset(), case.created_by, case.received_at is None),
    )
    if case.received_at is not None:
        raise NotADraft()


def answer_guided(case_id: int, guided: Mapping[str, Any], *, by: Identity) -> None:
    """Keep the guided answers (whole set); ways chosen for items that no longer apply are dropped."""
    with on_case(case_id) as case:
        ensure_draft(case, by)
        applicable = {entry.item.key for entry in guide_for(case.release.bundle, dict(guided)).items}
        sql().execute(
            "with letters as (delete from commitment where case_id = %s and not item_key = any(%s))"
            " update cases set guided = %s::jsonb, ways = (select coalesce(jsonb_object_agg(key, value), '{}')"
            " from jsonb_each(ways) where split_part(key, '/', 1) = any(%s)) where id = %s",
            (case_id, sorted(applicable), orjson.dumps(dict(guided)).decode(), sorted(applicable), case_id),
        )


def hand_sheet(case_id: int, *, by: Identity, language: str) -> int:
    """Hand over the notification sheet: its words are kept as given. Returns the sheet's id."""
    with on_case(case_id) as case:
        ensure_draft(case, by)
        row = (
            sql()
            .execute(
                "select c.guided, v.present from cases c join visit v on v.id = c.visit_id where c.id = %s", (case_id,)
            )
            .fetchone()
        )
        assert row is not None
        (guided, present), bundle, answers = row, case.release.bundle, answers_of(case_id)
        sheet = notification_sheet(
            bundle,
            guide_for(bundle, {**told_by_visit(bundle, present), **answers, **guided}),
            case.rules.profile,
            guided,
            made_on=local(case.now).date(),
            departments=department_names(),
            eligible=eligible_items(case.release, case.rules, guided, answers),
        )
        kept = (
            sql()
            .execute(
                "insert into notification_sheet (case_id, language, content, digest, given_at, given_by)"
                " values (%s, %s, %s, %s, %s, %s) returning id",
                (case_id, language, sheet.text(language), sheet.digest, case.now, by.user_id),
            )
            .fetchone()
        )
        assert kept is not None
        case.record(Event.SHEET_GIVEN, by, sheet=kept[0], digest=sheet.digest)
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
            (
                str(values.get(bundle.applicant_name_field) or ""),
                str(values.get(bundle.subject_field) or ""),
                case_id,
            ),
        )
