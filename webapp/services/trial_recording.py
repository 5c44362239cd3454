"""A trial is recorded as a worked example of a working copy, in the bundle's own format."""

from __future__ import annotations

import re
from dataclasses import replace

from engine import EngineError, Words
from engine.bundles import Beginning, read_bundle, read_example
from engine.trial import AT_ONCE, OPEN, OURS, recorded
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services import working_copies
from webapp.services.trial_refusals import TrialRefused
from webapp.services.trial_replay import begin
from webapp.services.trials import own_trial

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
    begun = replace(trial.beginning, core=OURS, jobs=OPEN if trial.beginning.waits_for_jobs else AT_ONCE)
    beginning = Beginning(begun.process, begun.at, begun.jobs, begun.variables)
    try:
        content = recorded(begin(trial.files(), begun), beginning, trial.acts, read_bundle(files), name)
        read_example(content, path)
    except EngineError as why:
        raise TrialRefused(why) from why
    working_copies.save(copy_id, path, content, None, by=by, note=name.zh)
    return path


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
