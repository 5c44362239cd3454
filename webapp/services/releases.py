"""Bundles come in as drafts and are published by a second person. A published release never changes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence

from engine import EngineError, Finding, Words, errors_in
from engine.bpmn import check as check_diagrams
from engine.bundles import check_bundle, form_variables
from engine.forms import inspect_form
from engine.law import Profile, read_calendar, read_profile, read_signal_rules
from webapp import clock
from webapp.catalogue import Published, compile_release, release_files, rules_in_force
from webapp.errors import FileRefused, NotFound, ReleaseRefused
from webapp.identity import Identity
from webapp.organisation_names import department_names, departments_of_posts
from webapp.permissions import Permission, ensure
from webapp.services import release_examples, release_sign_offs
from webapp.services.release_rows import (
    APPROVED,
    DRAFT,
    LONGEST_NOTE,
    SUBMITTED,
    add_authors,
    in_force,
    keep_blob,
    keep_draft,
    lock_release,
    makers_of_base,
    record,
)
from webapp.services.release_uploads import (
    is_catalogue,
    place_of,
    plain_name,
    read_catalogue_file,
    read_part,
    read_parts,
    read_zip,
)
from webapp.unit_of_work import sql, unit_of_work

#: What refuses a rule table that cannot be read, by its kind.
RULE_READERS = {"calendar": read_calendar, "profile": read_profile, "supervision": read_signal_rules}
_KEY = re.compile(r"[a-z][a-z0-9-]{1,60}")
_CATALOGUE_ALONE = Words(
    "目录文件（.toml）要放在一件事里检查，请选择是哪一件。",
    "a file of the catalogue (.toml) is checked within its bundle; choose which.",
)


def check_files(key: str, files: Mapping[str, bytes]) -> list[Finding]:
    """Every finding of a bundle's files against this office's groups and profile, errors first."""
    return check_bundle(
        files,
        key,
        known_groups=_known_groups(),
        known_departments=sorted(department_names()),
        posts=departments_of_posts(),
        profile=_profile(),
    )


def check_parts(uploads: Sequence[tuple[str, bytes]], *, within: str = "") -> tuple[dict[str, bytes], list[Finding]]:
    """(path -> content, findings) of diagrams, decisions, forms and, within a bundle, files of its catalogue
    (name, content) that are checked and not kept.

    By themselves they are checked together. `within`: key of a published bundle whose files they would replace,
    so that what they point at is checked against the others; the findings are those of these files, and those
    that they would bring to others. Raises FileRefused, NotFound.
    """
    catalogue = [one for one in uploads if is_catalogue(one[0])]
    parts = read_parts([one for one in uploads if not is_catalogue(one[0])])
    if not within:
        if catalogue:
            raise FileRefused(plain_name(catalogue[0][0]), _CATALOGUE_ALONE)
        forms = [
            inspect_form(content, path, lambda *place: Words(place[-1], ""))
            for path, content in parts.items()
            if path.lower().endswith(".form")
        ]
        variables = form_variables(form for form, _ in forms if form is not None)
        findings = check_diagrams(parts, level="office", known_groups=_known_groups(), variables=variables)
        return parts, findings + [one for _, found in forms for one in found]
    base = release_files(_published_of(within))
    placed = {place_of(base, name, content): content for name, content in parts.items()}
    placed |= {read_catalogue_file(name, content): content for name, content in catalogue}
    found = check_files(within, {**base, **placed})
    before = frozenset() if all(one.file in placed for one in found) else frozenset(check_files(within, base))
    return placed, [one for one in found if one.file in placed or one not in before]


def draft_from_files(key: str, files: Mapping[str, bytes], *, by: Identity, note: str = "") -> int:
    """Keep the files as a draft; the same files as the newest release give that release again.

    Returns the release id. Findings do not stop a draft; they stop publishing.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    with unit_of_work():
        return keep_draft(key, files, by, note)


def draft_from_upload(base_release_id: int, name: str, content: bytes, *, by: Identity, note: str = "") -> int:
    """A zip of the whole bundle, or one diagram, decision file or form that replaces its namesake in the base release.

    A diagram of another name replaces the one with the same process id. Where the base is a draft, its makers made this
    one too. Raises FileRefused.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    with unit_of_work():
        row = sql().execute("select bundle_key from release where id = %s", (base_release_id,)).fetchone()
        if row is None:
            raise NotFound()
        if name.lower().endswith(".zip"):
            files = read_zip(name, content)
            _ensure_same_bundle(row[0], name, files)
        else:
            plain = read_part(name, content)
            files = release_files(base_release_id)
            files[place_of(files, plain, content)] = content
        release_id = keep_draft(row[0], files, by, note)
        add_authors(release_id, makers_of_base(base_release_id))
        return release_id


def draft_from_zip(name: str, content: bytes, *, by: Identity, note: str = "") -> int:
    """A bundle's zip, which may be a bundle that this office does not have yet. Raises FileRefused."""
    ensure(by, Permission.RELEASE_DRAFT)
    key, files = read_bundle_zip(name, content)
    with unit_of_work():
        return keep_draft(key, files, by, note)


def read_bundle_zip(name: str, content: bytes) -> tuple[str, dict[str, bytes]]:
    """(the key that it names, its files) of a bundle's zip. Raises FileRefused."""
    files = read_zip(name, content)
    key = _key_in(files)
    if not key:
        raise FileRefused(
            plain_name(name),
            Words("其中没有可读的 bundle.toml，或缺少 key。", "it has no readable bundle.toml with a key."),
        )
    return key, files


def submit_release(release_id: int, *, by: Identity, accepted: Mapping[str, str] | None = None) -> None:
    """Ask for publishing: whose affairs it changes are asked to sign. Raises ReleaseRefused while findings block.

    The examples are played; each that differs is accepted by name (`accepted`: its file -> why) or mended before.
    Raises Incomplete, naming those that are neither.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    differing = release_examples.differing_examples(release_id)  # played before the bundle is held
    with unit_of_work():
        release = lock_release(release_id)
        if release.state != DRAFT:
            raise ReleaseRefused(Words("只有草稿可以提交发布。", "Only a draft can be submitted."))
        ensure_no_errors(release.key, release_id)
        reasons = release_examples.accept(release_id, differing, accepted or {}, by)
        sql().execute(
            "update release set state = 'submitted', submitted_at = %s, compared_id = %s where id = %s",
            (clock.now(), in_force(release.key), release_id),
        )
        record(release.key, "submitted", by, release_id, **({"examples": reasons} if reasons else {}))
        release_sign_offs.require(lock_release(release_id))


#: Whether a release was ever asked to be published: then others have worked on it, and it stays.
SUBMITTED_ONCE = """
select exists (select from release_event where bundle_key = %s and kind = 'submitted'
    and (body::jsonb ->> 'release')::bigint = %s)
"""


def discard_draft(release_id: int, *, by: Identity) -> None:
    """Put away a draft that was never submitted; its number, files and what was begun on them stay.

    Raises NotYours, NotFound, ReleaseRefused.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    with unit_of_work():
        release = lock_release(release_id)
        if release.state != DRAFT:
            raise ReleaseRefused(Words("只有草稿可以放弃。", "Only a draft can be discarded."))
        row = sql().execute(SUBMITTED_ONCE, (release.key, release_id)).fetchone()
        if row is not None and row[0]:
            raise ReleaseRefused(
                Words("提交过的版本不能放弃，会签和退回的经过要保留。", "What was submitted once cannot be discarded.")
            )
        sql().execute("update release set state = 'discarded' where id = %s", (release_id,))
        record(release.key, "discarded", by, release_id)


def return_release(release_id: int, *, by: Identity, reason: str = "") -> None:
    """The publisher sends a submitted or approved release back to its author as a draft, saying why."""
    ensure(by, Permission.RELEASE_PUBLISH)
    with unit_of_work():
        release = lock_release(release_id)
        if release.state not in (SUBMITTED, APPROVED):
            raise ReleaseRefused(Words("该版本尚未提交发布。", "This release has not been submitted."))
        record(release.key, "returned", by, release_id, **({"reason": reason[:LONGEST_NOTE]} if reason else {}))
        release_sign_offs.send_back(release, by, reason)


def load_rules(files: Mapping[tuple[str, str], bytes]) -> int:
    """Load calendars, profiles and rules of supervision whose content is new; returns how many were.

    A year that has a table already gets another only by its import, which checks it and recomputes the limits.
    """
    loaded = 0
    with unit_of_work():
        for (kind, key), content in files.items():
            RULE_READERS[kind](content)
            kept = (
                sql()
                .execute(
                    "insert into rule_table (kind, key, digest, loaded_at)"
                    " select %(kind)s, %(key)s, %(digest)s, %(now)s where %(kind)s <> 'calendar'"
                    " or not exists (select from rule_table where kind = 'calendar' and key = %(key)s)"
                    " on conflict (kind, key, digest) do nothing returning id",
                    {"kind": kind, "key": key, "digest": keep_blob(content), "now": clock.now()},
                )
                .fetchone()
            )
            loaded += kept is not None
    return loaded


def _known_groups() -> dict[str, Words]:
    """Key -> name of the office's posts."""
    found = sql().execute("select key, name_zh, name_en from candidate_group order by key")
    return {key: Words(zh, en) for key, zh, en in found}


def _profile() -> Profile | None:
    """The place's rules; None before any were loaded."""
    try:
        return rules_in_force().profile
    except NotFound:
        return None


def _published_of(key: str) -> int:
    row = sql().execute("select id from release where bundle_key = %s and state = 'published'", (key,)).fetchone()
    if row is None:
        raise NotFound()
    return int(row[0])


def _key_in(files: Mapping[str, bytes]) -> str:
    """The key that bundle.toml names, "" where it cannot be read."""
    try:
        key = tomllib.loads(files.get("bundle.toml", b"").decode()).get("key", "")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return key if isinstance(key, str) and _KEY.fullmatch(key) else ""


def _ensure_same_bundle(key: str, name: str, files: Mapping[str, bytes]) -> None:
    """A zip of another bundle is a slip of the hand; one that names none becomes a draft with findings."""
    named = _key_in(files)
    if named and named != key:
        raise FileRefused(
            plain_name(name),
            Words(f"这是“{named}”的文件，不是“{key}”的。", f"it holds “{named}”, not “{key}”."),
        )


def ensure_no_errors(key: str, release_id: int) -> None:
    """Raises ReleaseRefused while its files have errors against the office's groups and the rules in force."""
    errors = errors_in(check_files(key, release_files(release_id)))
    if errors:
        raise ReleaseRefused(
            Words(
                f"还有 {len(errors)} 个错误，不能发布。",
                f"Errors that stand in the way of publishing: {len(errors)}.",
            )
        )


def ensure_it_runs(key: str, release_id: int) -> Published:
    """Cases will be pinned to it for years: it must compile as it will be run."""
    try:
        return compile_release(release_id, "", 0, key, release_files(release_id))
    except (EngineError, KeyError, StopIteration) as fault:
        raise ReleaseRefused(
            Words(
                f"该版本还不能运行，不能发布：{fault}",
                f"This release cannot be run yet, so it cannot be published: {fault}",
            )
        ) from fault
