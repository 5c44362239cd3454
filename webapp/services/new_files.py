"""New files of a working copy: sound and small, from the office's patterns, for the editors to go on with.

The patterns are data (`processes/_shared/new-file/`): files with the places `{{ name }}` and `{{ title }}`. A bundle's
own version of a shared letter begins as that letter; a shared process comes from the office's folder with its forms.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

from engine import Words
from engine.bundles import bundle_files
from engine.catalogue import BUNDLE_FILE, Catalogue, Edit, NotEditable, apply_edits
from webapp.errors import FileRefused, Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services import working_copies
from webapp.services.bundle_folders import read_tree
from webapp.settings import current_settings
from webapp.unit_of_work import sql

PATTERN = "processes/_shared/new-file/"
#: Kind of file -> its pattern, and where it stands.
KINDS: Mapping[str, tuple[str, str]] = {
    "diagram": ("diagram.bpmn", "{name}.bpmn"),
    "decisions": ("decisions.dmn", "{name}.dmn"),
    "form": ("form.form", "forms/{name}.form"),
    "result": ("result.md", "documents/{name}.md"),
}
SHARED, SHARED_LETTERS, LETTERS = "_shared/", "_shared/documents/", "documents/"
LONGEST = 60
_NAME = re.compile(r"[a-z][a-z0-9-]{0,59}")
_PLACE = re.compile(r"\{\{ (name|title) \}\}")
_XML = (".bpmn", ".dmn")


def add_file(copy_id: int, kind: str, name: str, title: str, *, by: Identity) -> str:
    """A new file of this kind and name; returns its path. `title`: what people call it, the name where it is empty.

    Raises Incomplete (of `kind`, `name` or `title`), NotFound, CopyEnded, FileRefused.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    if kind not in KINDS:
        raise Incomplete("kind", Words("请选择文件的种类。", "Choose the kind of file."))
    if not _NAME.fullmatch(name):
        raise Incomplete(
            "name",
            Words(
                "文件名用小写英文字母、数字和连字符，字母开头，不带扩展名。",
                "The name has small letters, digits and hyphens, begins with a letter, and has no ending.",
            ),
        )
    if len(title) > LONGEST or not title.isprintable() or "{{" in title:
        raise Incomplete("title", Words(f"名称不超过 {LONGEST} 个字。", f"The title has {LONGEST} characters at most."))
    pattern, place = KINDS[kind]
    path = place.format(name=name)
    _ensure_new(path, working_copies.files_of(copy_id))
    content = read_tree(current_settings())[PATTERN + pattern].decode("utf-8")
    working_copies.save(copy_id, path, _filled(path, content, name, title or name), None, by=by)
    return path


def add_letter(copy_id: int, key: str, *, by: Identity) -> str:
    """The bundle's own version of a shared letter, in each language that it has; returns the path of the Chinese one.

    Raises Incomplete (of `letter`), NotFound, CopyEnded, FileRefused.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    files = working_copies.files_of(copy_id)
    if key not in letters_offered(files):
        raise Incomplete("letter", Words("请选择文书。", "Choose the letter."))
    own = {
        f"{LETTERS}{key}{ending}": files[f"{SHARED_LETTERS}{key}{ending}"]
        for ending in (".md", ".en.md")
        if f"{SHARED_LETTERS}{key}{ending}" in files and f"{LETTERS}{key}{ending}" not in files
    }
    working_copies.save_together(copy_id, own, {}, by=by)
    return f"{LETTERS}{key}.md"


def add_shared(copy_id: int, name: str, *, by: Identity) -> str:
    """A shared process with the forms of its steps, named in `bundle.toml`; returns its path.

    Raises Incomplete (of `shared`), NotFound, CopyEnded, ChangedMeanwhile, FileRefused.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    files, tree = working_copies.files_of(copy_id), read_tree(current_settings())
    if name not in shared_offered(files, tree):
        raise Incomplete("shared", Words("请选择共用流程。", "Choose the shared process."))
    named = _named_shared(files)
    if BUNDLE_FILE not in files:
        raise FileRefused(BUNDLE_FILE, Words("工作稿里没有这个文件。", "the working copy does not have it."))
    try:
        edit = Edit(BUNDLE_FILE, ("process", "shared"), list(dict.fromkeys([*named, name])))
        changed = apply_edits(files, [edit])
    except NotEditable as refused:
        raise FileRefused(BUNDLE_FILE, refused.words) from refused
    added = _brought(tree, {**files, **changed}, _key_of(copy_id))
    bases = {BUNDLE_FILE: hashlib.sha256(files[BUNDLE_FILE]).hexdigest()}
    working_copies.save_together(copy_id, {**changed, **added}, bases, by=by)
    return f"{SHARED}{name}.bpmn"


def letters_offered(files: Mapping[str, bytes]) -> list[str]:
    """Keys of the shared letters of which the bundle has no version of its own."""
    keys = (path.removeprefix(SHARED_LETTERS).removesuffix(".md") for path in files if _is_shared_letter(path))
    return sorted(key for key in keys if f"{LETTERS}{key}.md" not in files)


def shared_offered(files: Mapping[str, bytes], tree: Mapping[str, bytes]) -> dict[str, bytes]:
    """Name -> diagram of the office's shared processes that the bundle does not have yet."""
    folder = f"processes/{SHARED}"
    names = {
        path.removeprefix(folder).removesuffix(".bpmn"): content
        for path, content in tree.items()
        if path.startswith(folder) and path.endswith(".bpmn") and path.count("/") == folder.count("/")
    }
    return {name: content for name, content in sorted(names.items()) if f"{SHARED}{name}.bpmn" not in files}


def _is_shared_letter(path: str) -> bool:
    inner = path.removeprefix(SHARED_LETTERS)
    return inner != path and "/" not in inner and inner.endswith(".md") and not inner.endswith(".en.md")


def _brought(tree: Mapping[str, bytes], files: Mapping[str, bytes], key: str) -> dict[str, bytes]:
    """Processes and forms of the office's folder that the bundle calls by now and does not have."""
    own = {path: content for path, content in files.items() if not path.startswith(SHARED)}
    placed = {_in_repository(path, key): content for path, content in own.items()}
    whole = bundle_files({**tree, **placed}, key)
    return {
        path: content
        for path, content in whole.items()
        if path not in files and (path.startswith("forms/_shared/") or path.endswith(".bpmn"))
    }


def _in_repository(path: str, key: str) -> str:
    folder, _, rest = path.partition("/")
    return f"forms/{key}/{rest}" if folder == "forms" else f"processes/{key}/{path}"


def _named_shared(files: Mapping[str, bytes]) -> list[str]:
    process = Catalogue(files).tables(BUNDLE_FILE).get("process")
    named = process.get("shared") if isinstance(process, dict) else None
    return [one for one in named if isinstance(one, str)] if isinstance(named, list) else []


def _key_of(copy_id: int) -> str:
    row = sql().execute("select bundle_key from working_copy where id = %s", (copy_id,)).fetchone()
    return str(row[0]) if row else ""


def _ensure_new(path: str, files: Mapping[str, bytes]) -> None:
    if path in files:
        raise Incomplete(
            "name", Words(f"已经有文件 {path}，请换一个名字。", f"{path} is there already; choose another.")
        )


def _filled(path: str, text: str, name: str, title: str) -> bytes:
    """The places filled as the kind of file writes a text."""

    def written(found: re.Match[str]) -> str:
        value = {"name": name, "title": title}[found[1]]
        if path.endswith(_XML):
            return escape(value, {'"': "&quot;"})
        return json.dumps(value, ensure_ascii=False)[1:-1] if path.endswith(".form") else value

    return _PLACE.sub(written, text).encode("utf-8")
