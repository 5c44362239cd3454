"""新建一件事: a bundle from nothing. A small whole one, of one item, is made from the office's pattern; what follows is
drawn and written in its working copy.

The pattern is data (`processes/_shared/new-bundle/`): files with places `{{ name }}`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from xml.sax.saxutils import escape

from engine import Words
from engine.bundles import bundle_files
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services import working_copies
from webapp.services.bundle_folders import read_tree
from webapp.services.release_rows import keep_draft, lock_bundle
from webapp.settings import current_settings
from webapp.unit_of_work import sql, unit_of_work

PATTERN = "processes/_shared/new-bundle/"
DIAGRAM = "process.bpmn"
#: Kind of item -> the process that it runs, and what its result is called after its name, in both languages.
RESULTS = {
    "licence": ("item-licence", "证书", "licence"),
    "filing": ("item-filing", "凭证", "receipt"),
    "registration": ("item-filing", "证明", "certificate"),
    "confirmation": ("item-filing", "证明", "certificate"),
    "public-service": ("item-filing", "证明", "certificate"),
}
KINDS = tuple(RESULTS)
#: Whoever begins may leave these empty: publishing warns of English that is missing.
OPTIONAL = ("name_en", "summary_en", "item_name_en", "basis_en")
#: What is chosen from a list: what is not on it is told as such.
CHOSEN = ("kind", "review", "decide")
#: The places of a template that are filled now; its others are those of the printed document.
OF_TEMPLATES = ("result_name", "result_name_en")
LONGEST, LONGEST_TEXT, MOST_DAYS = 60, 300, 400
_KEY = re.compile(r"[a-z][a-z0-9-]{1,59}")
_PREFIX = re.compile(r"[A-Z]{2,4}")
_PLACE = re.compile(r"\{\{ (\w+) \}\}")
#: Begins a place of the pattern; in a name it would be read as one.
OPENS_PLACE = "{{"
EMPTY = Words("请填写。", "Fill this in.")
HOLDS_PLACE = Words(
    f"不能含有“{OPENS_PLACE}”，样板用它标记要填的位置。", f"It cannot hold “{OPENS_PLACE}”: it marks a place to fill."
)
NOT_ONE_LINE = Words(
    "只能写一行，不能有换行、制表符等控制字符。",
    "It is one line, without line breaks, tabs or other control characters.",
)
NO_KEY = Words(
    "编号用 2 到 60 个小写英文字母、数字和连字符，字母开头。",
    "The key has 2 to 60 small letters, digits and hyphens, and begins with a letter.",
)
TAKEN = Words("已有一件事用这个编号。", "Another bundle has this key.")
NO_DECIDER = Words("请选择决定的岗位。", "Choose the post that decides.")
GROUP = """
select d.key, d.name_zh, d.name_en from candidate_group g join department d on d.id = g.department_id
where g.key = %s and g.role = %s
"""


@dataclass(frozen=True, slots=True)
class Begun:
    """What a designer says of the new bundle, in the order of the form. `review`, `decide`: keys of posts; `days`:
    working days. What is English may be empty.
    """

    name: str
    name_en: str
    key: str
    prefix: str
    summary: str
    summary_en: str
    item_name: str
    item_name_en: str
    item_code: str
    kind: str
    review: str
    decide: str
    days: str
    basis: str
    basis_en: str


def begin_bundle(said: Begun, *, by: Identity, title: str = "") -> int:
    """A working copy of a new bundle, on a first draft that is nothing but the pattern; returns its id.

    `title`: what the copy is called, in the designer's language.

    Raises NotYours, Incomplete (of the field that is missing, or that another bundle has).
    """
    ensure(by, Permission.RELEASE_DRAFT)
    _ensure_said(said)
    files = files_of_pattern(said)
    with unit_of_work():
        lock_bundle(said.key)
        _ensure_free(said.key)  # somebody may have begun it since
        release_id = keep_draft(said.key, files, by, "新建")
        return working_copies.begin_on(release_id, (title or f"新建：{said.name}")[: working_copies.LONGEST_TITLE], by)


def files_of_pattern(said: Begun) -> dict[str, bytes]:
    """The files of the new bundle, with what it calls of the shared ones."""
    tree = read_tree(current_settings())
    places = {**asdict(said), "days": str(int(said.days)), **_department(said), **_result(said)}
    made = dict(tree)
    for path, content in tree.items():
        name = path.removeprefix(PATTERN)
        filled = _filled(name, content.decode("utf-8"), places) if path.startswith(PATTERN) else None
        if filled is not None:
            name = f"{said.key}.bpmn" if name == DIAGRAM else name
            folder = f"forms/{said.key}/" if name.startswith("forms/") else f"processes/{said.key}/"
            made[folder + name.removeprefix("forms/")] = filled
    return bundle_files(made, said.key)


def _result(said: Begun) -> dict[str, str]:
    """The item's process, and what its result is called."""
    process, word, word_en = RESULTS[said.kind]
    english = f"{said.item_name_en}: {word_en}" if said.item_name_en else ""
    return {"item_process": process, "result_name": said.item_name + word, "result_name_en": english}


def _filled(name: str, text: str, places: Mapping[str, str]) -> bytes | None:
    """The places filled as the kind of file writes a text; a number stands without its quotes.

    English that nobody gave is left out: its lines of `texts/`, and a paper or guide as a whole (None).
    """

    def written(found: re.Match[str]) -> str:
        if name.startswith("documents/") and found[1] not in OF_TEMPLATES:
            return found[0]
        value = places[found[1]]
        if name.endswith(".bpmn"):
            return escape(value, {'"': "&quot;"})
        return value if name.endswith(".md") else json.dumps(value, ensure_ascii=False)[1:-1]

    def is_given(part: str) -> bool:
        return all(places.get(one, one) for one in _PLACE.findall(part))

    if name.startswith("texts/"):
        text = "".join(line for line in text.splitlines(keepends=True) if is_given(line))
    elif not is_given(text):
        return None
    return _PLACE.sub(written, text.replace('"{{ days }}"', "{{ days }}")).encode("utf-8")


def _department(said: Begun) -> dict[str, str]:
    """Key and names of the department whose post decides."""
    row = sql().execute(GROUP, (said.decide, "decider")).fetchone()
    if row is None:
        raise Incomplete("decide", NO_DECIDER)
    return dict(zip(("department", "department_name", "department_name_en"), row, strict=True))


def _ensure_free(key: str) -> None:
    """Raises Incomplete where another bundle has the key."""
    if _is_taken(key):
        raise Incomplete("key", TAKEN)


def _is_taken(key: str) -> bool:
    return sql().execute("select from release where bundle_key = %s limit 1", (key,)).fetchone() is not None


def _ensure_said(said: Begun) -> None:
    """Raises Incomplete with every field that has to be mended, in the order of `Begun`."""
    faults = _faults(said)
    told = [(name, faults[name]) for name in asdict(said) if name in faults]
    if told:
        (field, words), *more = told
        raise Incomplete(field, words, *more)


def _faults(said: Begun) -> dict[str, Words]:
    """Field -> what is wrong with it: what it holds that it cannot, before what its kind wants of it."""
    faults = {name: words for name, value in asdict(said).items() if (words := _fault_of_text(name, value)) is not None}
    return _faults_of_kinds(said) | _faults_of_posts(said) | faults


def _fault_of_text(name: str, value: str) -> Words | None:
    """What no field may be: empty where it has to be given, too long, or with signs that a file would read."""
    longest = LONGEST_TEXT if name.startswith(("summary", "basis")) else LONGEST
    if name in CHOSEN or (name in OPTIONAL and not value.strip()):
        return None
    if not value.strip():
        return EMPTY
    if len(value) > longest:
        return Words(
            f"最多 {longest} 个字，现有 {len(value)} 个。", f"At most {longest} characters; it has {len(value)}."
        )
    if OPENS_PLACE in value:
        return HOLDS_PLACE
    if any(not sign.isprintable() and unicodedata.category(sign) != "Zs" for sign in value):
        return NOT_ONE_LINE
    return None


def _faults_of_kinds(said: Begun) -> dict[str, Words]:
    faults: dict[str, Words] = {}
    if not _KEY.fullmatch(said.key):
        faults["key"] = NO_KEY
    elif _is_taken(said.key):
        faults["key"] = TAKEN
    if not _PREFIX.fullmatch(said.prefix):
        faults["prefix"] = Words("办件编号的字头是 2 到 4 个大写字母。", "The prefix has 2 to 4 capital letters.")
    if said.kind not in KINDS:
        faults["kind"] = Words("请选择事项类型。", "Choose the kind of item.")
    if not said.days.isdecimal() or len(said.days) > LONGEST or not 1 <= int(said.days) <= MOST_DAYS:
        faults["days"] = Words(f"工作日为 1 到 {MOST_DAYS}。", f"Working days are 1 to {MOST_DAYS}.")
    return faults


def _faults_of_posts(said: Begun) -> dict[str, Words]:
    """Both are there, and of one department: an item belongs to one with its own ruling."""
    reviews = sql().execute(GROUP, (said.review, "reviewer")).fetchone()
    decides = sql().execute(GROUP, (said.decide, "decider")).fetchone()
    faults: dict[str, Words] = {}
    if reviews is None:
        faults["review"] = Words("请选择审查的岗位。", "Choose the post that reviews.")
    if decides is None:
        faults["decide"] = NO_DECIDER
    if reviews is not None and decides is not None and reviews[0] != decides[0]:
        faults["review"] = Words(
            f"一个事项由一个部门办理：审查的岗位属于{reviews[1]}，决定的岗位属于{decides[1]}。请选择同一部门的岗位。",
            f"An item belongs to one department: the post that reviews is of {reviews[2]}, the one that decides of"
            f" {decides[2]}. Choose posts of one department.",
        )
    return faults
