"""What goes along to a system that decides elsewhere: the item's fields, its files and a list of both, as one zip.

The same case gives the same bytes: entries stand in the order of the bundle, without the time of packing.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from webapp import file_store
from webapp.queries.submission import FileLine, MaterialLine, answer_sections, case_file
from webapp.queries.workspace import Workspace

FIELDS, CONTENTS = "录入内容.txt", "清单.txt"
#: A zip knows no time before this; the package does not tell when it was made.
BEGINNING = (1980, 1, 1, 0, 0, 0)
UNSAFE = str.maketrans(dict.fromkeys('\\/:*?"<>|\r\n\t', "_"))


@dataclass(frozen=True, slots=True)
class Package:
    """The zip, and what it is called."""

    name: str
    content: bytes


def export_package(task: Workspace) -> Package:
    """The package of the task's item; of a task that is the case's, everything that was handed in."""
    about = task.item.item.name if task.item else task.release.bundle.name
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:  # what is in it is compressed already
        listed = [f"{task.number} {about.zh}", ""]
        for place, line, file in _files(task):
            stored = case_file(task.case_id, file.id)
            content = file_store.get(stored.digest)
            archive.writestr(zipfile.ZipInfo(place, BEGINNING), content)
            digest = hashlib.sha256(content).hexdigest()
            listed.append(f"{place}\t{line.name.zh}\t{line.form.zh}\t{line.copies}份\tSHA-256 {digest}")
        archive.writestr(zipfile.ZipInfo(FIELDS, BEGINNING), _fields(task))
        archive.writestr(zipfile.ZipInfo(CONTENTS, BEGINNING), "\r\n".join(listed) + "\r\n")
    return Package(f"{task.number}-{task.item.key if task.item else 'all'}.zip", target.getvalue())


def _files(task: Workspace) -> Iterator[tuple[str, MaterialLine, FileLine]]:
    """Each file with its place in the zip: number, material, and the ending that it came with."""
    for number, line in enumerate(task.own_materials if task.item else task.materials, 1):
        for position, file in enumerate(line.files, 1):
            ending = file.name.rpartition(".")[2].lower() if "." in file.name else "bin"
            again = f"-{position}" if len(line.files) > 1 else ""
            yield f"{number:02}-{line.name.zh}{again}.{ending}".translate(UNSAFE), line, file


def _fields(task: Workspace) -> str:
    """The answers that the item reads, as they are copied into the other system: one per line."""
    key = task.item.key if task.item else None
    sections = answer_sections(task.release, task.guided, task.answers, key, "zh")
    lines = [f"{line.label.zh}\t{line.text}" for section in sections for line in section.own if line.text]
    return "\r\n".join(lines) + "\r\n"
