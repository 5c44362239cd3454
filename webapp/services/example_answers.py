"""The answers of a worked example that no longer fit its bundle are amended in a working copy."""

from __future__ import annotations

from engine import EngineError, Words
from engine.bundles import Example, example_files, read_example
from engine.trial import Amended, amended
from webapp.errors import Incomplete, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services import working_copies
from webapp.services.trial_refusals import TrialRefused


def example_with_answers(copy_id: int, path: str) -> Example:
    """An example of the copy that begins with answers. Raises NotFound where it has none of this path."""
    files = working_copies.files_of(copy_id)
    if path not in example_files(files):
        raise NotFound()
    try:
        example = read_example(files[path], path)
    except EngineError as unreadable:  # its finding says why
        raise NotFound() from unreadable
    if example.start is not None:
        raise NotFound()
    return example


def amend_answers(copy_id: int, path: str, given: Amended, base: str, *, by: Identity) -> Example:
    """Save an example of the copy with other answers, over its content of digest `base`; acts and results stay.

    Raises NotYours, NotFound, Incomplete (nothing to change), TrialRefused (a number that cannot be kept exactly),
    CopyEnded, ChangedMeanwhile, FileRefused.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    example = example_with_answers(copy_id, path)
    if given == Amended():
        raise Incomplete("answers", Words("没有要改的答案。", "There is no answer to be changed."))
    try:
        content = amended(working_copies.files_of(copy_id)[path], given)
        read_example(content, path)
    except EngineError as why:
        raise TrialRefused(why) from why
    working_copies.save(copy_id, path, content, base, by=by, note=example.name.zh)
    return example
