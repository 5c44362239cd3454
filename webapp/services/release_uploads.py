"""What comes into the studio, and what goes out: diagrams, zips of bundles; nothing is unpacked to disk."""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from lxml import etree

from engine import Words
from engine.bpmn import check
from webapp.errors import FileRefused
from webapp.services.zip_names import ensure_apart, entries_of

LARGEST_FILE = 2 * 1024 * 1024
LARGEST_BUNDLE = 20 * 1024 * 1024
MOST_FILES = 1000
LONGEST_PATH = 200
#: How much of a path that is too long is told.
SHOWN_OF_PATH = 120
DIAGRAM_ENDINGS = (".bpmn", ".bpmn20.xml", ".bpmn.xml")
#: What a diagram may come together with.
OTHER_PARTS = (".dmn", ".form")
MOST_TOGETHER = 20
#: What a bundle is made of (docs/designing-a-bundle.md).
BUNDLE_ENDINGS = (".bpmn", ".dmn", ".form", ".toml", ".md", ".json")
#: Findings after which nothing of a diagram can be shown: the file is refused, not kept as a draft.
UNREADABLE = frozenset(
    {
        "malformed-xml", "doctype-refused", "nested-too-deep", "file-too-large", "not-bpmn",
        "too-many-elements", "too-many-flow-elements", "too-many-attributes", "too-many-namespaces",
    }
)  # fmt: skip
#: Left behind by the file managers of people's machines; no part of a bundle.
LITTER = re.compile(r"(?:__MACOSX/.*|(?:.*/)?(?:\.DS_Store|Thumbs\.db|desktop\.ini))")
#: What reading a zip raises where it is none, or a damaged one.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    EOFError,
    OSError,
    UnicodeDecodeError,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can name


def is_diagram(name: str) -> bool:
    """Whether the name is that of a BPMN diagram."""
    return name.lower().endswith(DIAGRAM_ENDINGS)


def read_diagram(name: str, content: bytes) -> str:
    """The plain file name (ending .bpmn) of an uploaded diagram. Raises FileRefused by name and reason."""
    plain = plain_name(name)
    _ensure_size(plain, content)
    if not is_diagram(plain):
        raise FileRefused(plain, Words("只接收 .bpmn 流程图。", "only .bpmn diagrams are taken."))
    unreadable = next((one for one in check({plain: content}) if one.code in UNREADABLE), None)
    if unreadable is not None:
        message, remedy = unreadable.message, unreadable.remedy
        raise FileRefused(
            plain, Words(f"{message.zh}。{remedy.zh}。", f"{message.en}. {remedy.en}.".replace("..", "."))
        )
    ending = next(one for one in sorted(DIAGRAM_ENDINGS, key=len, reverse=True) if plain.lower().endswith(one))
    return plain[: -len(ending)] + ".bpmn"


NOT_CHECKED = Words(
    "只检查 .bpmn 流程图、.dmn 决策表、.form 表单和 .toml 目录。",
    "Only .bpmn diagrams, .dmn decisions, .form forms and .toml catalogues are.",
)


def is_part(name: str) -> bool:
    """Whether a file of this name is a diagram, a decision file or a form."""
    plain = plain_name(name)
    return is_diagram(plain) or plain.lower().endswith(OTHER_PARTS)


def is_catalogue(name: str) -> bool:
    """Whether a file of this name is one of the catalogue: of the bundle, or of an item."""
    return plain_name(name).lower().endswith(".toml")


def read_catalogue_file(name: str, content: bytes) -> str:
    """Where in its bundle an uploaded file of the catalogue stands. Raises FileRefused by name and reason."""
    plain = plain_name(name)
    _ensure_size(plain, content)
    return plain if plain == "bundle.toml" else f"items/{plain}"


def read_part(name: str, content: bytes) -> str:
    """The plain file name of an uploaded diagram, decision file or form. Raises FileRefused by name and reason.

    What is wrong inside a decision file or a form is for its findings to say.
    """
    plain = plain_name(name)
    if is_diagram(plain):
        return read_diagram(name, content)
    _ensure_size(plain, content)
    if not plain.lower().endswith(OTHER_PARTS):
        raise FileRefused(
            plain,
            Words(
                "只接收 .bpmn 流程图、.dmn 决策表和 .form 表单。",
                "only .bpmn diagrams, .dmn decisions and .form forms are taken.",
            ),
        )
    return plain


def read_parts(uploads: Sequence[tuple[str, bytes]]) -> dict[str, bytes]:
    """Plain name -> content of files that come together. Raises FileRefused."""
    if len(uploads) > MOST_TOGETHER:
        name = plain_name(uploads[MOST_TOGETHER][0])
        raise FileRefused(
            name,
            Words(f"一次最多 {MOST_TOGETHER} 个文件。", f"at most {MOST_TOGETHER} files are taken at once."),
        )
    parts: dict[str, bytes] = {}
    for name, content in uploads:
        plain = read_part(name, content)
        if plain in parts:
            raise FileRefused(plain, Words("有两个文件叫这个名称。", "two files have this name."))
        parts[plain] = content
    return parts


def plain_name(name: str) -> str:
    """A file's name without folders and control characters, short enough to be kept."""
    bare = _CONTROL.sub("", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")
    return bare[-LONGEST_PATH:] or "diagram"


def read_zip(name: str, content: bytes) -> dict[str, bytes]:
    """Path -> content of a bundle's zip. Raises FileRefused: bombs, links, climbing paths, foreign or double files.

    A zip of the bundle's folder is as good as one of its content.
    """
    shown = plain_name(name)
    if not content:
        raise FileRefused(shown, Words("文件是空的。", "the file is empty."))
    if len(content) > LARGEST_BUNDLE:
        raise FileRefused(shown, _larger_than(LARGEST_BUNDLE))
    with damaged(shown):
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = entries_of(archive)
        return _without_folder(_read_entries(shown, archive, entries))


@contextmanager
def damaged(name: str) -> Iterator[None]:
    """What is read inside the block is no zip, or a damaged one: FileRefused."""
    try:
        yield
    except BROKEN as broken:
        raise FileRefused(name, Words("不是压缩包，或者已经损坏。", "it is no zip file, or a damaged one.")) from broken


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """The files as a zip with the same bytes for the same files: in order, without times, not compressed.

    Compressed bytes would depend on the machine's zlib.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(path, _EARLIEST)
            entry.create_system = 3  # on every system the same
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content)
    return target.getvalue()


def place_of(files: Mapping[str, bytes], name: str, content: bytes) -> str:
    """Where an uploaded file belongs: its namesake's path; a diagram's else that of the one with its process id."""
    for path in files:
        if path.rsplit("/", 1)[-1] == name:
            return path
    mine = _process_ids(content) if is_diagram(name) else set()
    for path, existing in files.items():
        if is_diagram(path) and mine & _process_ids(existing):
            return path
    return f"forms/{name}" if name.lower().endswith(".form") else name


def _process_ids(content: bytes) -> set[str]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return set()
    return {str(node.get("id")) for node in root.iter("{*}process") if node.get("id")}


def _ensure_size(name: str, content: bytes) -> None:
    if not content:
        raise FileRefused(name, Words("文件是空的。", "the file is empty."))
    if len(content) > LARGEST_FILE:
        raise FileRefused(name, _larger_than(LARGEST_FILE))


def _larger_than(limit: int) -> Words:
    size = limit // (1024 * 1024)
    return Words(f"超过 {size} MB。", f"it is larger than {size} MB.")


def _read_entries(name: str, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    entries = [entry for entry in entries if not LITTER.fullmatch(entry.filename)]
    if not entries:
        raise FileRefused(name, Words("压缩包里没有文件。", "the zip holds no file."))
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > LARGEST_BUNDLE:
        raise FileRefused(
            name,
            Words(
                f"解压后超过 {LARGEST_BUNDLE // 1024 // 1024} MB 或 {MOST_FILES} 个文件。",
                f"unpacked it is more than {LARGEST_BUNDLE // 1024 // 1024} MB or {MOST_FILES} files.",
            ),
        )
    ensure_apart(name, (entry.filename for entry in entries))
    files: dict[str, bytes] = {}
    for entry in entries:
        _ensure_acceptable(name, entry)
        with archive.open(entry) as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:  # the directory of the zip may lie
            raise FileRefused(entry.filename, _larger_than(LARGEST_FILE))
        files[entry.filename] = content
    return files


def ensure_inside(name: str, entry: zipfile.ZipInfo) -> None:
    """Raises FileRefused for an entry that no honest zip has: a climbing path, a link, something encrypted."""
    path = entry.filename
    parts = path.split("/")
    shown = _CONTROL.sub("�", path)
    if len(path) > LONGEST_PATH:
        shown = shown[:SHOWN_OF_PATH]
        raise FileRefused(
            name,
            Words(
                f"其中有文件的路径超过 {LONGEST_PATH} 个字：{shown}…",
                f"the path of a file in it is longer than {LONGEST_PATH} characters: {shown}…",
            ),
        )
    if _CONTROL.search(path) or "\\" in path or {"", ".", ".."} & set(parts):
        raise FileRefused(
            name,
            Words(
                f"其中有不允许的文件路径：{shown}",
                f"it holds a file under a path that is not allowed: {shown}",
            ),
        )
    inside = Words(f"其中的 {path} ", f"the file {path} in it ")
    if entry.flag_bits & 1:
        raise FileRefused(name, Words(inside.zh + "加了密。", inside.en + "is encrypted."))
    if (entry.external_attr >> 28) == 0xA:
        raise FileRefused(name, Words(inside.zh + "是链接。", inside.en + "is a link."))


def _ensure_acceptable(name: str, entry: zipfile.ZipInfo) -> None:
    ensure_inside(name, entry)
    path = entry.filename
    inside = Words(f"其中的 {path} ", f"the file {path} in it ")
    if not path.lower().endswith(BUNDLE_ENDINGS):
        raise FileRefused(name, Words(inside.zh + "不是一件事的文件。", inside.en + "is no file of a bundle."))
    if entry.file_size > LARGEST_FILE:
        size = _larger_than(LARGEST_FILE)
        raise FileRefused(name, Words(inside.zh + size.zh, f"of the file {path} in it: {size.en}"))


def _without_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    """Take the one folder off that people zip along with its content."""
    first = next(iter(files)).partition("/")[0] + "/"
    if "bundle.toml" in files or not all(path.startswith(first) for path in files):
        return files
    inner = {path.removeprefix(first): content for path, content in files.items()}
    return inner if "bundle.toml" in inner else files
