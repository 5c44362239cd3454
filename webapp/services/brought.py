"""Materials that an applicant brings along with what they ask for, where the commitment that replaced them goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine import Words
from webapp.errors import FileRefused, Incomplete
from webapp.identity import Identity
from webapp.services.files import Checked, Upload, check_upload, keep_file
from webapp.services.locked_case import LockedCase
from webapp.services.materials import link_file, submitted_row


@dataclass(frozen=True, slots=True)
class Brought:
    """Files of one material, in one of the forms in which it may come ("": a copy, or the first that it has)."""

    material_key: str
    files: tuple[Upload, ...]
    form: str = ""


@dataclass(frozen=True, slots=True)
class BroughtChecked:
    """The same after every file was looked into."""

    material_key: str
    files: tuple[Checked, ...]
    form: str


def field_of(material_key: str) -> str:
    """The control with the files of a material."""
    return f"files-{material_key}"


def looked_into(brought: Sequence[Brought]) -> list[BroughtChecked]:
    """Before the case is locked. Raises Incomplete at the material of the first file that is none."""
    found = []
    for one in brought:
        try:
            found.append(BroughtChecked(one.material_key, tuple(map(check_upload, one.files)), one.form))
        except FileRefused as refusal:
            raise Incomplete(field_of(one.material_key), refusal.words) from refusal
    return found


def hand_in(
    case: LockedCase, brought: Sequence[BroughtChecked], due: Sequence[str], provided_by: str, by: Identity | None
) -> frozenset[str]:
    """Keep what came of the materials that are due; returns their keys. Raises Incomplete for one that is not due."""
    came = set()
    for one in brought:
        if not one.files:
            continue
        if one.material_key not in due:
            words = Words("这份材料不在需要提交之列。", "This material is not among those that are due.")
            raise Incomplete(field_of(one.material_key), words)
        material = case.release.bundle.material(one.material_key)
        form = one.form or ("copy" if "copy" in material.forms else material.forms[0])
        submitted = submitted_row(case, material.key, form, material.copies, provided_by, by)
        for file in one.files:
            link_file(case, submitted, keep_file(file, by), material.key, by)
        came.add(material.key)
    return frozenset(came)
