"""Trials: a designer runs a draft, a release or a diagram on the real engine. What is kept is what was put in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

import orjson

from engine import EngineError
from engine.bundles import Bundle, Inspected, inspect_bundle
from engine.runtime import encode_variables
from engine.trial import OURS, REFERENCE, Act, act_from_json
from engine.values import Variables
from webapp import clock
from webapp.answers import decode_all
from webapp.catalogue import RULES_IN_FORCE, release_files
from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services.release_uploads import place_of, read_diagram
from webapp.services.trial_refusals import (
    TooManyTrials,
    TrialMoved,
    TrialRefused,
    too_many_acts,
    too_many_values,
)
from webapp.services.trial_replay import Beginning, Files, Replayed, begin, do, keep, standing
from webapp.unit_of_work import sql, unit_of_work

#: Every act is done again on every reading; the reference core takes tens of milliseconds for each.
MOST_ACTS = {OURS: 500, REFERENCE: 100}
MOST_TRIALS = 50
#: Bytes of the acts of one trial.
LARGEST = 2_000_000
RUNS = (".bpmn", ".dmn")


@dataclass(frozen=True, slots=True)
class Source:
    """The bundle that a trial runs: a release's, or a working copy's as it stood when the trial began.

    `digests` are (path, SHA-256) of a copy's files; `release_id` is then the release that the copy began with.
    """

    release_id: int | None = None
    copy_id: int | None = None
    digests: tuple[tuple[str, str], ...] = ()

    def content(self) -> dict[str, bytes]:
        """Path -> content of every file. Raises NotFound where there is no such release."""
        if self.copy_id is not None:
            found: dict[str, bytes] = dict(
                sql().execute(CONTENTS, ([digest for _, digest in self.digests],)).fetchall()
            )
            return {path: bytes(found[digest]) for path, digest in self.digests}
        files = release_files(self.release_id) if self.release_id is not None else {}
        if self.release_id is not None and not files:
            raise NotFound()
        return files

    def as_kept(self) -> bytes | None:
        """How a copy stands in the trial's row; None for a release."""
        return None if self.copy_id is None else orjson.dumps({"copy": self.copy_id, "files": dict(self.digests)})


def source_of_copy(copy_id: int) -> Source:
    """A working copy's files as they stand now. Raises NotFound."""
    row = sql().execute("select base_release_id from working_copy where id = %s", (copy_id,)).fetchone()
    if row is None:
        raise NotFound()
    digests = sql().execute("select path, digest from working_file where copy_id = %s order by path", (copy_id,))
    return Source(row[0], copy_id, tuple((path, digest) for path, digest in digests))


@dataclass(frozen=True, slots=True)
class TrialRow:
    """A trial as it is stored. `file_path` "": the files of the release, or of the copy that `file_content` names."""

    id: int
    release_id: int | None
    file_path: str
    file_content: bytes | None
    beginning: Beginning
    acts: tuple[Act, ...]
    revision: int
    changed_at: datetime

    @property
    def source(self) -> Source:
        """The bundle that it runs; of a diagram alone, none."""
        if self.file_content is None or self.file_path:
            return Source(self.release_id)
        kept = orjson.loads(self.file_content)
        return Source(self.release_id, kept["copy"], tuple(kept["files"].items()))

    def files(self) -> Files:
        """The diagrams and decisions that it runs."""
        return files_of(self.source, self.file_path, self.file_content if self.file_path else None)

    @contextmanager
    def standing(self) -> Iterator[Replayed]:
        """The trial as it stands, to be looked at. Raises TrialRefused where it cannot begin any more."""
        files = self.files()
        replayed = _standing(files, self)
        yield replayed
        keep(files, self.beginning, self.acts, replayed)


def bundle_of(source: Source) -> Bundle | None:
    """The bundle as its catalogue tells it; None where it cannot be read or there is none."""
    return None if source == Source() else inspected(source).bundle


def inspected(source: Source) -> Inspected:
    """What the files hold, as far as they can be read: read once, since they never change."""
    row = None
    if source.copy_id is None and source.release_id is not None:
        row = sql().execute("select digest from release where id = %s", (source.release_id,)).fetchone()
    return _inspected(source, row[0] if row else "")


@lru_cache(maxsize=16)
def _inspected(source: Source, digest: str) -> Inspected:
    return inspect_bundle(source.content())


def files_of(source: Source, file_path: str = "", file_content: bytes | None = None) -> Files:
    """A bundle's diagrams and decisions, with a diagram of the trial's own in its place, and its catalogue.

    Raises NotFound.
    """
    files = source.content()
    if file_content is not None:
        files[file_path] = file_content
    runs = {path: content for path, content in sorted(files.items()) if path.endswith(RUNS)}
    digests = [(path, hashlib.sha256(content).hexdigest()) for path, content in sorted(files.items())]
    return Files(hashlib.sha256(orjson.dumps(digests)).hexdigest(), runs, bundle_of(source))


def beginning_now(process: str = "") -> Beginning:
    """A beginning at this moment."""
    return Beginning(process, clock.now().replace(second=0, microsecond=0))


def try_release(release_id: int, beginning: Beginning, *, by: Identity) -> int:
    """Begin a trial of a release. Raises TrialRefused, TooManyTrials, NotFound."""
    ensure(by, Permission.TRIAL_RUN)
    return _keep(Source(release_id), "", None, beginning, by)


def try_copy(copy_id: int, beginning: Beginning, *, by: Identity) -> int:
    """Begin a trial of a working copy as it stands; what is changed later is not in it.

    Raises TrialRefused, TooManyTrials, NotFound.
    """
    ensure(by, Permission.TRIAL_RUN)
    return _keep(source_of_copy(copy_id), "", None, beginning, by)


def try_diagram(name: str, content: bytes, *, within: int | None, by: Identity) -> int:
    """A trial of a diagram that is part of no release, alone or in its place in the release `within`.

    It is kept with the trial; nothing is started yet. Raises FileRefused, TrialRefused, TooManyTrials, NotFound.
    """
    ensure(by, Permission.TRIAL_RUN)
    plain = read_diagram(name, content)
    path = place_of(release_files(within), plain, content) if within is not None else plain
    return _keep(Source(within), path, content, beginning_now(), by)


def begin_anew(trial_id: int, beginning: Beginning, *, by: Identity) -> None:
    """Give the trial another beginning; its acts are gone, and of a working copy it has the files as they stand now.

    Raises TrialRefused, NotFound.
    """
    with _changing(trial_id, by) as trial:
        beginning = replace(beginning, rules=_rules_in_force())
        if trial.source.copy_id is not None:
            trial = replace(trial, file_content=source_of_copy(trial.source.copy_id).as_kept())
            sql().execute("update trial set file_content = %s where id = %s", (trial.file_content, trial.id))
        _ensure_begins(trial.files(), beginning)
        _store(trial, beginning, ())


def act(trial_id: int, one: Act, *, seen: int, by: Identity) -> None:
    """Do one act more. `seen`: the revision that the page showed.

    Raises TrialMoved, TrialRefused (nothing of the act is kept), TrialTooLong, NotFound.
    """
    with _changing(trial_id, by, seen) as trial:
        most = MOST_ACTS[trial.beginning.core]
        if len(trial.acts) >= most:
            raise too_many_acts(most)
        files = trial.files()
        so_far = _standing(files, trial)
        if so_far.stopped is not None:
            raise TrialRefused(so_far.stopped.why)
        try:
            one.as_json()
            item = do(so_far.trial, one, trial.beginning)
        except EngineError as why:
            raise TrialRefused(why) from why
        acts = (*trial.acts, one)
        _store(trial, trial.beginning, acts)
        keep(files, trial.beginning, acts, so_far.after(item))


def take_back(trial_id: int, *, seen: int, by: Identity) -> Act | None:
    """Drop the last act; None where there is none. Raises TrialMoved, NotFound."""
    with _changing(trial_id, by, seen) as trial:
        if not trial.acts:
            return None
        _store(trial, trial.beginning, trial.acts[:-1])
        return trial.acts[-1]


def start_over(trial_id: int, *, seen: int, by: Identity) -> None:
    """Drop every act. Raises TrialMoved, NotFound."""
    with _changing(trial_id, by, seen) as trial:
        _store(trial, trial.beginning, ())


def change_core(trial_id: int, core: str, *, by: Identity) -> None:
    """The same acts on the other core. Raises TrialTooLong where that one does not play so many, TrialRefused where it
    cannot even begin there, NotFound."""
    with _changing(trial_id, by) as trial:
        if len(trial.acts) > MOST_ACTS[core]:
            raise too_many_acts(MOST_ACTS[core])
        beginning = replace(trial.beginning, core=core)
        _ensure_begins(trial.files(), beginning)
        _store(trial, beginning, trial.acts)


def discard(trial_id: int, *, by: Identity) -> None:
    """The trial goes. Raises NotFound."""
    with _changing(trial_id, by):
        sql().execute("delete from trial where id = %s", (trial_id,))


def own_trial(trial_id: int, *, by: Identity, lock: bool = False) -> TrialRow:
    """The person's own trial. Raises NotFound for everybody else's too."""
    row = sql().execute(LOAD + (" for update" if lock else ""), (trial_id, by.user_id)).fetchone()
    if row is None:
        raise NotFound()
    id_, release, path, content, process, core, jobs, variables, at, versions, acts, revision, changed = row
    beginning = Beginning(process, at, core, jobs, decode_all(variables), tuple(versions))
    done = tuple(act_from_json(one) for one in orjson.loads(acts))
    return TrialRow(id_, release, path, None if content is None else bytes(content), beginning, done, revision, changed)


CONTENTS = "select digest, content from blob where digest = any(%s)"
LOAD = """
select id, release_id, file_path, file_content, process, core, jobs, variables, begins_at, rule_versions, acts,
    revision, changed_at
from trial where id = %s and by_id = %s
"""
STORE = """
update trial set process = %s, core = %s, jobs = %s, variables = %s, begins_at = %s, rule_versions = %s::jsonb,
    acts = %s, revision = revision + 1, changed_at = %s where id = %s
"""
KEEP = """
insert into trial (by_id, release_id, file_path, file_content, process, core, jobs, variables, begins_at,
    rule_versions, acts, created_at, changed_at)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s) returning id
"""


@contextmanager
def _changing(trial_id: int, by: Identity, seen: int | None = None) -> Iterator[TrialRow]:
    ensure(by, Permission.TRIAL_RUN)
    with unit_of_work():
        trial = own_trial(trial_id, by=by, lock=True)
        if seen is not None and seen != trial.revision:
            raise TrialMoved()
        yield trial


def _keep(source: Source, path: str, content: bytes | None, beginning: Beginning, by: Identity) -> int:
    with unit_of_work():
        # One person's trials are counted under a lock on the person.
        sql().execute("select from app_user where id = %s for no key update", (by.user_id,))
        row = sql().execute("select count(*) from trial where by_id = %s", (by.user_id,)).fetchone()
        if row is not None and row[0] >= MOST_TRIALS:
            raise TooManyTrials(MOST_TRIALS)
        beginning, now = replace(beginning, rules=_rules_in_force()), clock.now()
        _ensure_begins(files_of(source, path, content), beginning)
        kept_content = content if path else source.as_kept()
        values = (by.user_id, source.release_id, path, kept_content, *_facts(beginning), b"[]", now, now)
        kept = sql().execute(KEEP, values).fetchone()
        assert kept is not None
        return int(kept[0])


def _store(trial: TrialRow, beginning: Beginning, acts: Sequence[Act]) -> None:
    """Raises TrialTooLong."""
    stored = orjson.dumps([one.as_json() for one in acts])
    if len(stored) > LARGEST:
        raise too_many_values()
    sql().execute(STORE, (*_facts(beginning), stored, clock.now(), trial.id))


def _facts(beginning: Beginning) -> tuple[object, ...]:
    """What is stored of a beginning, in the order of the columns."""
    variables, rules = _encoded(beginning.variables), orjson.dumps(beginning.rules).decode()
    return beginning.process, beginning.core, beginning.jobs, variables, beginning.at, rules


def _standing(files: Files, trial: TrialRow) -> Replayed:
    try:
        return standing(files, trial.beginning, trial.acts)
    except EngineError as why:
        raise TrialRefused(why) from why


def _ensure_begins(files: Files, beginning: Beginning) -> None:
    try:
        _encoded(beginning.variables)
        begin(files, beginning)
    except EngineError as why:
        raise TrialRefused(why) from why


def _encoded(variables: Variables) -> bytes:
    """In the order in which they were typed."""
    return orjson.dumps(encode_variables(variables))


def _rules_in_force() -> tuple[str, ...]:
    row = sql().execute("select " + RULES_IN_FORCE).fetchone()
    return tuple(row[0] or ()) if row else ()
