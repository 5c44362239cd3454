"""Bundles come in as drafts and are published by a second person. A published release never changes."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from lxml import etree

from engine import Finding, Words, errors_in
from engine.bundles import inspect_bundle
from engine.law import read_calendar, read_profile
from webapp import clock
from webapp.catalogue import release_files, rules_in_force
from webapp.errors import NotFound, ReleaseRefused
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services.work import link
from webapp.unit_of_work import sql, unit_of_work

DRAFT, SUBMITTED, PUBLISHED, RETIRED = "draft", "submitted", "published", "retired"
LARGEST_FILE = 2 * 1024 * 1024
LARGEST_BUNDLE = 20 * 1024 * 1024
MOST_FILES = 1000


def check_files(key: str, files: Mapping[str, bytes]) -> list[Finding]:
    """Every finding of a bundle's files against this office's groups and profile."""
    groups = frozenset(row[0] for row in sql().execute("select key from candidate_group"))
    return list(inspect_bundle(files).findings)


def draft_from_files(key: str, files: Mapping[str, bytes], *, by: Identity, note: str = "") -> int:
    """Keep the files as a draft; the same files as the newest release give that release again.

    Returns the release id. Findings do not stop a draft; they stop publishing.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    with unit_of_work():
        return _draft(key, files, by, note)


def draft_from_upload(base_release_id: int, name: str, content: bytes, *, by: Identity, note: str = "") -> int:
    """A zip of the whole bundle, or one diagram that replaces its namesake in the base release.

    A diagram of another name replaces the one with the same process id. Raises ReleaseRefused.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    with unit_of_work():
        row = sql().execute("select bundle_key from release where id = %s", (base_release_id,)).fetchone()
        if row is None:
            raise NotFound()
        if name.lower().endswith(".zip"):
            files = unzip(content)
        else:
            files = release_files(base_release_id)
            files[_place_of(files, name, content)] = content
        return _draft(row[0], files, by, note)


def submit_release(release_id: int, *, by: Identity) -> None:
    """Ask for publishing. Raises ReleaseRefused while findings block."""
    ensure(by, Permission.RELEASE_DRAFT)
    with unit_of_work():
        key, state, _ = _lock(release_id)
        if state != DRAFT:
            raise ReleaseRefused(Words("只有草稿可以提交发布。", "Only a draft can be submitted."))
        _ensure_no_errors(key, release_id)
        sql().execute("update release set state = 'submitted', submitted_at = %s where id = %s", (clock.now(), release_id))
        _record(key, "submitted", by, release_id)


def publish_release(release_id: int, *, by: Identity) -> None:
    """Publish what someone else made; the former release retires, running cases keep theirs."""
    ensure(by, Permission.RELEASE_PUBLISH)
    with unit_of_work():
        key, state, author = _lock(release_id)
        if state != SUBMITTED:
            raise ReleaseRefused(Words("该版本尚未提交发布。", "This release has not been submitted."))
        if author == by.user_id:
            raise ReleaseRefused(
                Words("发布须由另一人确认，不能发布自己制作的版本。", "Publishing needs a second person: not one's own draft.")
            )
        _ensure_no_errors(key, release_id)
        now = clock.now()
        sql().execute(
            "update release set state = 'retired', retired_at = %s where bundle_key = %s and state = 'published'",
            (now, key),
        )
        sql().execute(
            "update release set state = 'published', published_by = %s, published_at = %s where id = %s",
            (by.user_id, now, release_id),
        )
        _record(key, "published", by, release_id)


def return_release(release_id: int, *, by: Identity) -> None:
    """The publisher sends a submitted release back to its author as a draft."""
    ensure(by, Permission.RELEASE_PUBLISH)
    with unit_of_work():
        key, state, _ = _lock(release_id)
        if state != SUBMITTED:
            raise ReleaseRefused(Words("该版本尚未提交发布。", "This release has not been submitted."))
        sql().execute("update release set state = 'draft', submitted_at = null where id = %s", (release_id,))
        _record(key, "returned", by, release_id)


def load_rules(files: Mapping[tuple[str, str], bytes]) -> int:
    """Load calendars and profiles whose content is new; returns how many were."""
    loaded = 0
    with unit_of_work():
        for (kind, key), content in files.items():
            (read_calendar if kind == "calendar" else read_profile)(content)
            kept = sql().execute(
                "insert into rule_table (kind, key, digest, loaded_at) values (%s, %s, %s, %s)"
                " on conflict (kind, key, digest) do nothing returning id",
                (kind, key, _keep_blob(content), clock.now()),
            ).fetchone()
            loaded += kept is not None
    return loaded


def unzip(content: bytes) -> dict[str, bytes]:
    """Path -> content of a bundle's zip. Refuses bombs, links, absolute and climbing paths."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as broken:
        raise ReleaseRefused(Words("压缩包无法打开。", "The zip file cannot be opened.")) from broken
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > LARGEST_BUNDLE:
        raise ReleaseRefused(Words("压缩包过大。", "The zip file holds too much."))
    files: dict[str, bytes] = {}
    for entry in entries:
        if entry.filename.startswith("/") or ".." in entry.filename.split("/") or "\\" in entry.filename:
            raise ReleaseRefused(Words("压缩包中有不允许的路径。", "The zip file holds a path that is not allowed."))
        if entry.file_size > LARGEST_FILE or entry.flag_bits & 1 or (entry.external_attr >> 28) == 0xA:
            raise ReleaseRefused(Words(f"不接受文件 {entry.filename}。", f"The file {entry.filename} is not accepted."))
        with archive.open(entry) as file:
            files[entry.filename] = file.read(LARGEST_FILE + 1)
    return files


def _place_of(files: Mapping[str, bytes], name: str, content: bytes) -> str:
    """Where an uploaded diagram belongs: its namesake's path, else that of the diagram with its process id."""
    plain = name.rsplit("/", 1)[-1]
    for path in files:
        if path.rsplit("/", 1)[-1] == plain:
            return path
    mine = _process_ids(content)
    for path, existing in files.items():
        if path.endswith(".bpmn") and mine & _process_ids(existing):
            return path
    return plain


def _process_ids(content: bytes) -> set[str]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return set()
    return {str(node.get("id")) for node in root.iter("{*}process") if node.get("id")}


def _draft(key: str, files: Mapping[str, bytes], by: Identity, note: str) -> int:
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in sorted(files.items())}
    manifest = hashlib.sha256(orjson.dumps(digests, option=orjson.OPT_SORT_KEYS)).hexdigest()
    sql().execute("select pg_advisory_xact_lock(hashtext(%s))", (f"bundle:{key}",))
    newest = sql().execute(
        "select id, number, digest from release where bundle_key = %s order by number desc limit 1", (key,)
    ).fetchone()
    if newest and newest[2] == manifest:
        return int(newest[0])
    row = sql().execute(
        "insert into release (bundle_key, number, state, digest, note, created_by, created_at)"
        " values (%s, %s, 'draft', %s, %s, %s, %s) returning id",
        (key, newest[1] + 1 if newest else 1, manifest, note, by.user_id, clock.now()),
    ).fetchone()
    assert row is not None
    for path, content in files.items():
        sql().execute(
            "insert into release_file (release_id, path, digest) values (%s, %s, %s)", (row[0], path, _keep_blob(content))
        )
    _record(key, "drafted", by, row[0], digest=manifest)
    return int(row[0])


def _keep_blob(content: bytes) -> str:
    digest = hashlib.sha256(content).hexdigest()
    sql().execute("insert into blob (digest, content) values (%s, %s) on conflict (digest) do nothing", (digest, content))
    return digest


def _lock(release_id: int) -> tuple[str, str, int]:
    row = sql().execute(
        "select bundle_key, state, created_by from release where id = %s for no key update", (release_id,)
    ).fetchone()
    if row is None:
        raise NotFound()
    return row[0], row[1], row[2]


def _ensure_no_errors(key: str, release_id: int) -> None:
    errors = errors_in(check_files(key, release_files(release_id)))
    if errors:
        raise ReleaseRefused(
            Words(f"还有 {len(errors)} 个错误，不能发布。", f"{len(errors)} errors stand in the way of publishing.")
        )


def _record(key: str, kind: str, by: Identity, release_id: int, **facts: Any) -> None:
    """Add a line to the chain of the bundle's releases; the chain's last row is its head, under an advisory lock."""
    sql().execute("select pg_advisory_xact_lock(hashtext(%s))", (f"bundle:{key}",))
    head = sql().execute(
        "select seq, hash from release_event where bundle_key = %s order by seq desc limit 1", (key,)
    ).fetchone()
    seq, previous = (head[0] + 1, bytes(head[1])) if head else (1, bytes(32))
    now: datetime = clock.now()
    body = orjson.dumps(
        {**facts, "bundle": key, "seq": seq, "kind": kind, "at": now.isoformat(), "actor": by.user_id, "release": release_id},
        option=orjson.OPT_SORT_KEYS,
    )
    sql().execute(
        "insert into release_event (bundle_key, seq, kind, at, actor_id, body, previous, hash)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s)",
        (key, seq, kind, now, by.user_id, body.decode(), previous, link(previous, body)),
    )
