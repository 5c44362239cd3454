"""Who made a release neither signs nor publishes it, whichever way their work came into it."""

from __future__ import annotations

import hashlib

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from tests.support.designers import SECOND
from tests.support.releases import publish, sign_all
from webapp.catalogue import current_releases, release_files
from webapp.errors import ReleaseRefused
from webapp.services import asides, releases, working_copies
from webapp.services.publishing import publish_release
from webapp.services.release_rows import authors_of
from webapp.services.release_uploads import zip_of
from webapp.unit_of_work import sql

FIRST = "taoran"
LIMITS, OTHER, DIAGRAM = "items/P6.toml", "items/P2.toml", "open-pharmacy.bpmn"


@pytest.fixture
def in_force(db: SQLAlchemy) -> int:
    return current_releases()[office.BUNDLE]


def copy_of(release_id: int) -> int:
    return working_copies.begin(release_id, "改时限", by=office.person(FIRST))


def save(copy_id: int, text: str, *, by: str, path: str = LIMITS) -> None:
    """Put a line at the end of a file, over what it is now."""
    now = working_copies.files_of(copy_id)[path]
    working_copies.save(
        copy_id, path, now + f"\n# {text}\n".encode(), hashlib.sha256(now).hexdigest(), by=office.person(by)
    )


def keep(copy_id: int, *, by: str = FIRST) -> int:
    return working_copies.keep(copy_id, "", by=office.person(by))


def makers(release_id: int) -> set[str]:
    found = sql().execute("select login from app_user where id = any(%s)", (list(authors_of(release_id)),))
    return {login for (login,) in found}


def ensure_not_published_by(login: str, release_id: int) -> None:
    """Submitted and signed, it is refused to this designer, who is a publisher too."""
    releases.submit_release(release_id, by=office.person(FIRST))
    sign_all(release_id)
    sql().execute(
        "insert into membership (user_id, group_id) select %s, id from candidate_group where key = 'studio.publish'",
        (office.person(login).user_id,),
    )
    with pytest.raises(ReleaseRefused) as refused:
        publish_release(release_id, by=office.person(login))
    assert "自己制作" in refused.value.words.zh


def test_a_copy_that_is_kept_again_frees_nobody_of_the_release_before(in_force: int) -> None:
    copy_id = copy_of(in_force)
    save(copy_id, "a longer limit", by=SECOND)
    first = keep(copy_id)
    save(copy_id, "something else", by=FIRST)
    second = keep(copy_id)
    assert first != second
    assert makers(first) == makers(second) == {FIRST, SECOND}
    ensure_not_published_by(SECOND, first)


def test_who_saves_in_the_copy_later_made_the_next_release_not_this_one(in_force: int) -> None:
    copy_id = copy_of(in_force)
    save(copy_id, "a longer limit", by=FIRST)
    kept = keep(copy_id)
    releases.submit_release(kept, by=office.person(FIRST))
    save(copy_id, "for the next one", by=SECOND)
    assert makers(kept) == {FIRST}
    assert makers(keep(copy_id)) == {FIRST, SECOND}


def test_who_tried_something_and_took_it_back_made_nothing(in_force: int) -> None:
    before, copy_id = makers(in_force), copy_of(in_force)
    first = working_copies.files_of(copy_id)[LIMITS]
    save(copy_id, "a try", by=SECOND)
    tried = working_copies.files_of(copy_id)[LIMITS]
    digest = hashlib.sha256(tried).hexdigest()
    working_copies.save(copy_id, LIMITS, first, digest, by=office.person(SECOND))
    assert keep(copy_id, by=SECOND) == in_force
    assert makers(in_force) == before == {FIRST}


def test_what_is_begun_on_a_draft_is_made_by_its_makers_too(in_force: int) -> None:
    copy_id = copy_of(in_force)
    save(copy_id, "a longer limit", by=SECOND)
    draft = keep(copy_id, by=SECOND)
    assert makers(draft) == {SECOND}
    further = copy_of(draft)
    save(further, "a trifle", by=FIRST, path=OTHER)
    kept = keep(further)
    assert makers(kept) == {FIRST, SECOND}
    ensure_not_published_by(SECOND, kept)


def test_an_upload_onto_a_draft_is_made_by_its_makers_too(in_force: int) -> None:
    copy_id = copy_of(in_force)
    save(copy_id, "a longer limit", by=SECOND)
    draft = keep(copy_id, by=SECOND)
    drawn = release_files(draft)[DIAGRAM] + b"\n"
    kept = releases.draft_from_upload(draft, DIAGRAM, drawn, by=office.person(FIRST))
    assert makers(kept) == {FIRST, SECOND}


def test_the_export_of_a_copy_that_somebody_else_uploads_is_made_by_who_saved_in_it(in_force: int) -> None:
    copy_id = copy_of(in_force)
    save(copy_id, "a longer limit", by=SECOND)
    exported = zip_of(working_copies.files_of(copy_id))
    kept = releases.draft_from_zip("open-pharmacy.zip", exported, by=office.person(FIRST))
    assert makers(kept) == {FIRST, SECOND}
    ensure_not_published_by(SECOND, kept)


def test_what_was_in_force_was_seen_by_others_and_binds_nobody(in_force: int) -> None:
    copy_id = copy_of(in_force)
    save(copy_id, "a longer limit", by=SECOND)
    draft = keep(copy_id, by=SECOND)
    releases.submit_release(draft, by=office.person(SECOND))
    publish(draft)
    further = copy_of(draft)
    save(further, "the next change", by=FIRST)
    assert makers(keep(further)) == {FIRST}


def test_a_copy_set_apart_holds_the_work_of_colleagues(in_force: int) -> None:
    copy_id = copy_of(in_force)
    first = working_copies.files_of(copy_id)[OTHER]
    save(copy_id, "a longer limit", by=SECOND)
    save(copy_id, "theirs", by=SECOND, path=OTHER)
    mine, base = first + b"\n# mine\n", hashlib.sha256(first).hexdigest()
    aside = asides.set_aside(copy_id, OTHER, mine, base, by=office.person(FIRST))
    kept = keep(asides.copy_apart(aside, by=office.person(FIRST)))
    assert release_files(kept)[LIMITS] != release_files(in_force)[LIMITS]
    assert makers(kept) == {FIRST, SECOND}
    ensure_not_published_by(SECOND, kept)
