"""A trial is recorded as a worked example of a working copy, in the bundle's own format."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace

from engine import EngineError, Words
from engine.bundles import Beginning, Bundle, Example, read_bundle, read_example
from engine.trial import AT_ONCE, OPEN, OURS, begins_alike, readable_examples, recorded, recorded_anew
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services import working_copies
from webapp.services.trial_refusals import TrialRefused
from webapp.services.trial_replay import begin
from webapp.services.trials import TrialRow, own_trial

LONGEST_NAME = 80
FOLDER, ENDING = "examples/", ".json"
_KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")


def record_example(trial_id: int, copy_id: int, key: str, name: Words, *, by: Identity) -> str:
    """Save what the person's trial did as `examples/<key>.json` of a working copy; returns the file's path.

    The acts are done again on our engine, and what came of them is what the example expects from then on. Raises
    Incomplete (names, key), TrialRefused (an act cannot be done any more), NotFound, CopyEnded, FileRefused.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    trial = own_trial(trial_id, by=by)
    _ensure_told(key, name)
    files = working_copies.files_of(copy_id)
    path = f"{FOLDER}{key}{ENDING}"
    if path in files:
        raise Incomplete(
            "file", Words("工作稿里已有这个文件，请换一个文件名。", "The copy has a file of this name; choose another.")
        )
    content = _recorded(trial, files, name, path)
    working_copies.save(copy_id, path, content, None, by=by, note=name.zh)
    return path


def record_example_anew(trial_id: int, copy_id: int, path: str, *, by: Identity) -> str:
    """Let an example of the copy tell what the person's trial did, which began as the example does; returns its path.

    Its names stay, and how it begins. Raises Incomplete (no example that begins so), TrialRefused, NotFound, CopyEnded,
    ChangedMeanwhile, FileRefused.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    trial = own_trial(trial_id, by=by)
    files = working_copies.files_of(copy_id)
    try:
        bundle = read_bundle(files)
    except EngineError as why:
        raise TrialRefused(why) from why
    example = next((one for one in begun_alike(trial, files, bundle) if one.file == path), None)
    if example is None:
        raise Incomplete(
            "over",
            Words("请选择一个起点与这次模拟相同的示例。", "Choose an example that begins as this trial does."),
        )
    before = files[path]
    content = _recorded(trial, files, example.name, path, None if example.start is not None else before)
    digest = hashlib.sha256(before).hexdigest()
    working_copies.save(copy_id, path, content, digest, by=by, note=example.name.zh)
    return path


def begun_alike(trial: TrialRow, files: Mapping[str, bytes], bundle: Bundle) -> list[Example]:
    """The examples among these files that begin as the trial does."""
    begun = trial.beginning
    return [one for one in readable_examples(files) if begins_alike(one, begun.process, begun.variables, bundle)]


def _recorded(trial: TrialRow, files: Mapping[str, bytes], name: Words, path: str, over: bytes | None = None) -> bytes:
    """The example's file; `over`: that of one that begins with answers, which keeps them. Raises TrialRefused."""
    jobs = OPEN if trial.beginning.waits_for_jobs and over is None else AT_ONCE
    begun = replace(trial.beginning, core=OURS, jobs=jobs)
    try:
        bundle = read_bundle(files)
        if over is None:
            beginning = Beginning(begun.process, begun.at, begun.jobs, begun.variables)
            content = recorded(begin(trial.files(), begun), beginning, trial.acts, bundle, name)
        else:
            content = recorded_anew(over, begin(trial.files(), begun), trial.acts, bundle)
        read_example(content, path)
    except EngineError as why:
        raise TrialRefused(why) from why
    return content


def _ensure_told(key: str, name: Words) -> None:
    """Raises Incomplete, naming the field."""
    for field, text in (("name", name.zh), ("name_en", name.en)):
        if not text.strip() or len(text) > LONGEST_NAME:
            raise Incomplete(
                field,
                Words(
                    f"请用两种语言各写一个名称（{LONGEST_NAME} 字以内）。",
                    f"Give the example a name in both languages ({LONGEST_NAME} characters at most).",
                ),
            )
    if not _KEY.fullmatch(key):
        raise Incomplete(
            "file",
            Words("文件名用小写字母、数字和连字符。", "The file's name has lower-case letters, digits and hyphens."),
        )
