"""Published bundles as the rest of the application reads them: compiled once per digest, kept per process."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from engine import Words
from engine.bpmn import ElementNames, Program, compile_program, placed_in_process
from engine.bundles import (
    Bundle,
    DocumentKind,
    KindUnknown,
    arrange,
    as_drawn,
    called_by_step,
    read_bundle,
    read_kinds,
    template_path,
)
from engine.dmn import Decisions, read_decisions
from engine.forms import Form, read_form
from engine.law import Calendar, Profile, SignalRules, read_calendar, read_profile, read_signal_rules
from engine.runtime import Context
from webapp import moments
from webapp.errors import NotFound
from webapp.form_values import shown_answers
from webapp.unit_of_work import sql


@lru_cache(maxsize=64)
def _names_in(release: Published, process: str) -> ElementNames:
    """What the elements of a process are called."""
    placed = placed_in_process(release.program.processes[process])
    return ElementNames(placed, lambda one: release.element_words(process, one.id, one.name))


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """A release ready to run: everything that is read from its files, once."""

    id: int
    digest: str
    number: int
    bundle: Bundle
    program: Program
    decisions: Decisions
    form: Form
    files: dict[str, bytes]
    kinds: Mapping[str, DocumentKind]

    def element_words(self, process: str, element: str, chinese: str) -> Words:
        """The name of a diagram's element in both languages."""
        return self.bundle.words(self.program.file_of(process), element, "name", chinese)

    def element_name(self, process: str, element: str) -> Words:
        """What the element is called in `process`: its name, of a task without one the words of its step, else where
        it stands. One that `process` does not have is called as where it is; the id of what is nowhere."""
        owner = self._owner(process, element)
        if owner is None:
            return Words(element, element)
        node = self.program.processes[owner].nodes[element]
        if node.name.strip():
            return self.element_words(owner, element, node.name)
        return called_by_step(node) or _names_in(self, owner).name(element)

    def _owner(self, process: str, element: str) -> str | None:
        """The process that has the element: `process` itself, else one in which it is called something, else any."""
        having = {key: one.nodes[element] for key, one in self.program.processes.items() if element in one.nodes}
        if process in having:
            return process
        called = (key for key, node in having.items() if node.name.strip() or called_by_step(node))
        return next(called, next(iter(having), None))

    def start_name(self, process: str, event: str) -> Words:
        """What begins there: the process by its name, else its start event by its own."""
        known = self.program.processes.get(process)
        return (
            self.element_words(process, process, known.name)
            if known and known.name
            else (self.element_name(process, event))
        )

    def shown_answers(self, answers: Mapping[str, Any], language: str) -> dict[str, str]:
        """Every field of the form as people read it: option labels instead of values, empty for no answer."""
        return shown_answers(self.form, answers, language)

    def template_path(self, key: str, language: str, place: str = "") -> str | None:
        """Where the template of this key stands, for the jurisdiction `place`."""
        return template_path(self.files, key, language, place)

    def document(self, key: str, language: str, place: str = "") -> str:
        """The template of this key; English falls back to Chinese. Raises NotFound."""
        path = self.template_path(key, language, place)
        if path is None:
            raise NotFound()
        return self.files[path].decode()

    def document_kind(self, key: str) -> DocumentKind:
        """The kind of document of this key. Raises KindUnknown."""
        if key not in self.kinds:
            raise KindUnknown(key)
        return self.kinds[key]


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """What the law and the place say at a moment: calendar and profile, with a digest over their versions."""

    calendar: Calendar
    profile: Profile
    digest: str
    signals: SignalRules | None = None  # of the profile's place; None where it has none


# A megabyte each at most; an area has some 130 bundles in force, and open cases on older releases.
@lru_cache(maxsize=256)
def _compiled(release_id: int) -> Published:
    row = sql().execute("select digest, number, bundle_key from release where id = %s", (release_id,)).fetchone()
    if row is None:
        raise NotFound()
    digest, number, key = row
    return compile_release(release_id, digest, number, key, release_files(release_id))


def compile_release(release_id: int, digest: str, number: int, key: str, files: dict[str, bytes]) -> Published:
    """Read and compile a release's files. Raises DefinitionInvalid."""
    bundle = read_bundle(files, key)
    diagrams = {path: content for path, content in files.items() if path.endswith((".bpmn", ".dmn"))}
    tables = {path: content for path, content in files.items() if path.endswith(".dmn")}
    decisions = decisions_of(tables)
    form_path = f"forms/{bundle.form_key}.form"
    return Published(
        release_id,
        digest,
        number,
        bundle,
        compile_program(diagrams, bundle.entry_process),
        decisions,
        read_form(files[form_path], form_path, bundle.words),
        files,
        read_kinds(files),
    )


def decisions_of(tables: Mapping[str, bytes]) -> Decisions:
    """The decisions of all of the bundle's DMN files; ids are unique in a bundle."""
    nodes: dict[str, Any] = {}
    for path, content in tables.items():
        nodes.update(read_decisions(content, path, tables)[0].nodes)
    return Decisions(", ".join(tables), nodes)


def published(release_id: int) -> Published:
    """The compiled release. A release never changes, so it is kept for the life of the process."""
    return _compiled(release_id)


def arranged(release_id: int, profile: Profile) -> Published:
    """The compiled release with the departments and posts of this place (`[arrangement]` of its rules)."""
    if profile.arrangement is None:
        return published(release_id)
    known = _ARRANGED.get((release_id, profile.version))
    if known is None:
        release = published(release_id)
        known = replace(release, bundle=as_drawn(arrange(release.bundle, profile), release.program))
        _ARRANGED[release_id, profile.version] = known
    return known


#: (release, version of the profile) -> the release as that place handles it; as many as `published` keeps.
_ARRANGED: dict[tuple[int, str], Published] = {}


def release_files(release_id: int) -> dict[str, bytes]:
    """Path -> content of a release."""
    rows = sql().execute(
        "select f.path, b.content from release_file f join blob b on b.digest = f.digest where f.release_id = %s",
        (release_id,),
    )
    return {path: bytes(content) for path, content in rows}


def current_releases() -> dict[str, int]:
    """Bundle key -> id of its published release."""
    rows = sql().execute("select bundle_key, id from release where state = 'published' order by bundle_key")
    return dict(rows.fetchall())


#: The office's own place: that of the profile that was loaded first.
OWN_PLACE = "(select key from rule_table where kind = 'profile' order by id limit 1)"


def rules_in_force_at(place: str) -> str:
    """The versions in force as one text array: for each table of a place and each year the one loaded last.

    `place` is SQL for the key of its profile, empty for the office's own. Calendars hold everywhere.
    """
    return f"""(select array_agg(kind || ':' || digest order by kind, key) from (
    select distinct on (kind, key) kind, key, digest from rule_table
    where kind = 'calendar' or split_part(key, '/', 1) = coalesce(nullif({place}, ''), {OWN_PLACE})
    order by kind, key, id desc) r)"""


RULES_IN_FORCE = rules_in_force_at("''")
#: Those of the place of a case `k`.
RULES_OF_CASE = rules_in_force_at("k.profile_key")


def rules_in_force(place: str = "") -> Rules:
    """Calendar and profile as loaded last. Raises NotFound for a place without local rules."""
    row = sql().execute(f"select {rules_in_force_at('%(place)s')}", {"place": place}).fetchone()
    assert row is not None
    return rules_of(tuple(row[0] or ()))


PLACES = f"""
select p.key, {rules_in_force_at("p.key")}
from (select key, min(id) as first from rule_table where kind = 'profile' group by key) p order by p.first
"""


def places() -> list[tuple[str, Words]]:
    """The places whose rules are loaded, by key, with their names; the office's own first."""
    rows = sql().execute(PLACES).fetchall()
    return [(key, rules_of(tuple(versions or ())).profile.jurisdiction) for key, versions in rows]


@lru_cache(maxsize=64)
def rules_of(versions: tuple[str, ...]) -> Rules:
    """The rules made of these versions ("calendar:<digest>", "profile:<digest>"). Raises NotFound without a profile."""
    digests = [version.partition(":") for version in versions]
    tables = [read_calendar(_blob(digest)) for kind, _, digest in digests if kind in ("calendar", "closures")]
    profiles = [digest for kind, _, digest in digests if kind == "profile"]
    if not profiles:
        raise NotFound()
    together = hashlib.sha256(" ".join(v for v in versions if not v.startswith("supervision:")).encode()).hexdigest()
    profile = read_profile(_blob(profiles[-1]))
    return Rules(Calendar.from_tables(tables), profile, together, _signals_of(profile.key, digests))


@lru_cache(maxsize=32)
def kept_profile(version: str) -> Profile:
    """A version of a profile that was in force once. Raises NotFound."""
    return read_profile(_blob(version))


def _signals_of(place: str, digests: Iterable[tuple[str, str, str]]) -> SignalRules | None:
    """The rules of supervision of this profile."""
    tables = [read_signal_rules(_blob(digest)) for kind, _, digest in digests if kind == "supervision"]
    return next((rules for rules in tables if rules.key == place), None)


def _blob(digest: str) -> bytes:
    row = sql().execute("select content from blob where digest = %s", (digest,)).fetchone()
    if row is None:
        raise NotFound()
    return bytes(row[0])


def engine_context(now: datetime, rules: Rules) -> Context:
    """What the engine may know of the outside at `now`."""
    return Context(now=now, zone=moments.OFFICE_ZONE, calendar=rules.calendar)


def forget() -> None:
    """Drop what is kept in this process (tests change databases)."""
    _compiled.cache_clear()
    _ARRANGED.clear()
    rules_of.cache_clear()
    kept_profile.cache_clear()
