"""The order of the questions: whole tables moved as they are written, with the comments above them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

from engine.catalogue.sheets import BUNDLE_FILE
from engine.catalogue.toml_edit import NotEditable
from engine.words import Words

_HEADER = re.compile(r"\s*\[(?!\[).*\]\s*(?:#.*)?")


def move_question(files: Mapping[str, bytes], key: str, by: int) -> dict[str, bytes]:
    """bundle.toml with the question so many places later (by < 0: earlier); nothing where it stands there already.

    Raises NotEditable where the file's questions do not stand one after the other.
    """
    content = files.get(BUNDLE_FILE, b"")
    try:
        text = content.decode("utf-8")
        before = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise _not_editable() from fault
    questions = before.get("questions")
    order = list(questions) if isinstance(questions, dict) else []
    if key not in order:
        return {}
    place = max(0, min(len(order) - 1, order.index(key) + by))
    wanted = [one for one in order if one != key]
    wanted.insert(place, key)
    if wanted == order:
        return {}
    made = _moved(text, wanted)
    try:
        after = tomllib.loads(made)
    except tomllib.TOMLDecodeError as fault:
        raise _not_editable() from fault
    if after != before or list(after["questions"]) != wanted:
        raise _not_editable()
    return {BUNDLE_FILE: made.encode("utf-8")}


def _moved(text: str, order: list[str]) -> str:
    """The text with the blocks of the questions in this order, where the first of them stood."""
    before: list[str] = []
    behind: list[str] = []
    blocks: dict[str, list[str]] = {key: [] for key in order}
    here, met = before, False
    held: list[str] = []  # blank lines and comments: they lead to what follows
    for line in text.splitlines(keepends=True):
        if not line.strip() or line.lstrip().startswith("#"):
            held.append(line)
            continue
        if _HEADER.fullmatch(line.rstrip("\r\n")):
            path = _path(line)
            question = path[1] if len(path) > 1 and path[0] == "questions" and path[1] in blocks else ""
            previous = here
            here = blocks[question] if question else behind if met else before
            if question and not met:  # what stands above the first of them is said of all
                met = True
                before += held
                held = []
            if not question or here is not previous:
                blank = next((at for at, one in enumerate(held) if one.strip()), len(held))
                previous += held[:blank]
                held = held[blank:]
        here += held
        held = []
        here.append(line)
    here += held
    return "".join([*before, *(line for key in order for line in blocks[key]), *behind])


def _path(header: str) -> list[str]:
    """The keys of a table's header; nothing of what is none."""
    try:
        here = tomllib.loads(header)
    except tomllib.TOMLDecodeError:
        return []
    path = []
    while here:
        key = next(iter(here))
        path.append(key)
        here = here[key]
    return path


def _not_editable() -> NotEditable:
    return NotEditable(
        BUNDLE_FILE,
        Words(
            "问题在文件里的写法不能这样移动，请按文本修改。", "The questions cannot be moved as written; edit the text."
        ),
    )
