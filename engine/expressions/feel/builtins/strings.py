"""String functions (DMN 1.5, 10.3.4.3). Positions count characters from 1, from the end where negative."""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.expressions.feel.builtins.registry import Registry
from engine.expressions.feel.numbers import whole
from engine.expressions.feel.objects import Brief
from engine.expressions.feel.regex import KEPT_LENGTH, Machine, compile_pattern, is_plain
from engine.expressions.feel.regex_backtracking import Found
from engine.expressions.feel.regex_simple import WORK_LIMIT, WORK_OF_A_STEP, SimplePattern, simple_pattern
from engine.expressions.feel.run import Run, Writing
from engine.values import Value

FUNCTIONS = Registry()
#: What has a meaning of its own in a replacement.
_MARKS = frozenset("\\$")
#: A piece of a replacement: an escaped mark, the digits after `$`, or plain text.
_PIECE = re.compile(r"\\([\\$])|\$([0-9]+)|([^\\$]+|[\\$])")


@FUNCTIONS("substring", "string: string, start position: number, length?: number")
def substring(run: Run, string: str, start: Value, length: Value = None) -> Value:
    first, count = whole(start), None if length is None else whole(length)
    if not first or abs(first) > len(string) or (length is not None and (count is None or count < 1)):
        return None
    begin = first - 1 if first > 0 else len(string) + first
    end = len(string) if count is None else min(begin + count, len(string))
    run.reads(end - begin)
    return string[begin:end]


@FUNCTIONS("string length", "string: string", brief=Brief(str, len))
def string_length(run: Run, string: str) -> Value:
    return len(string)


@FUNCTIONS("upper case", "string: string", brief=Brief(str, str.upper))
def upper_case(run: Run, string: str) -> Value:
    run.reads(len(string))
    return run.text(string.upper())


@FUNCTIONS("lower case", "string: string", brief=Brief(str, str.lower))
def lower_case(run: Run, string: str) -> Value:
    run.reads(len(string))
    return run.text(string.lower())


@FUNCTIONS("trim", "string: string", brief=Brief(str, str.strip))
def trim(run: Run, string: str) -> Value:
    run.reads(len(string))
    return string.strip()


@FUNCTIONS("is blank", "string: string")
def is_blank(run: Run, string: str) -> Value:
    run.reads(len(string))
    return not string.strip()


@FUNCTIONS("substring before", "string: string, match: string")
def substring_before(run: Run, string: str, match: str) -> Value:
    run.reads(len(string))
    position = string.find(match)
    return string[:position] if position >= 0 else ""


@FUNCTIONS("substring after", "string: string, match: string")
def substring_after(run: Run, string: str, match: str) -> Value:
    run.reads(len(string))
    position = string.find(match)
    return string[position + len(match) :] if position >= 0 else ""


@FUNCTIONS("contains", "string: string, match: string")
def contains(run: Run, string: str, match: str) -> Value:
    run.reads(len(string))
    return match in string


@FUNCTIONS("starts with", "string: string, match: string")
def starts_with(run: Run, string: str, match: str) -> Value:
    run.reads(len(match))
    return string.startswith(match)


@FUNCTIONS("ends with", "string: string, match: string")
def ends_with(run: Run, string: str, match: str) -> Value:
    run.reads(len(match))
    return string.endswith(match)


def _compiled(run: Run, pattern: str, flags: Value = None) -> Machine | None:
    """The pattern, paid for; None where it or the flags are invalid. No flags may be written as null."""
    if flags is not None and type(flags) is not str:
        return None
    if len(pattern) > 255:
        run.reads(len(pattern))
    compiled = compile_pattern(pattern, flags or "")
    run.spend(compiled.work >> 2)
    return compiled.machine


def _simple(pattern: str, flags: Value = None) -> SimplePattern | None:
    return simple_pattern(pattern) if flags is None and len(pattern) <= KEPT_LENGTH else None


def _all_work(simple: SimplePattern, string: str) -> int:
    """Most comparisons of the searches for all that matches: no more than one from each place."""
    return (len(string) + 1) * simple.work(len(string))


def _matching(pattern: str, flags: Value = None) -> Callable[[Run, str], Value] | None:
    """`matches` with a simple pattern that is written out: it is compiled once, with the expression."""
    simple = _simple(pattern, flags)
    if simple is None:
        return None
    search, width, ways = simple.compiled.search, simple.width, simple.ways

    def matches_pattern(run: Run, string: str) -> Value:
        work = width * (len(string) + 1) ** ways if ways else width
        if work > WORK_LIMIT:
            return matches(run, string, pattern)
        run.left -= 1 + work // WORK_OF_A_STEP
        if run.left < 0:
            run.spend(0)
        return search(string) is not None

    return matches_pattern


@FUNCTIONS("matches", "input: string, pattern: string, flags?: any", prepared=_matching)
def matches(run: Run, string: str, pattern: str, flags: Value = None) -> Value:
    """Whether the pattern occurs in the text."""
    compiled = _compiled(run, pattern, flags)
    return None if compiled is None else compiled.search(string, 0, run.spend) is not None


def _replacing(pattern: str, replacement: str, flags: Value = None) -> Callable[[Run, str], Value] | None:
    """`replace` of a simple pattern by a text without groups, both written out."""
    simple = _simple(pattern, flags)
    if simple is None or simple.compiled.search("") or not _MARKS.isdisjoint(replacement):
        return None
    replaced = simple.compiled.sub

    def replace_pattern(run: Run, string: str) -> Value:
        work = _all_work(simple, string) + len(replacement) * len(string)
        if work > WORK_LIMIT:
            return replace(run, string, pattern, replacement)
        run.spend(1 + work // WORK_OF_A_STEP)
        return replaced(replacement, string)

    return replace_pattern


@FUNCTIONS("replace", "input: string, pattern: string, replacement: string, flags?: any", prepared=_replacing)
def replace(run: Run, string: str, pattern: str, replacement: str, flags: Value = None) -> Value:
    """Every occurrence replaced; `$1` stands for the first group. Null where "" matches the pattern."""
    if flags is None and is_plain(pattern) and _MARKS.isdisjoint(replacement):
        return _replace_plain(run, string, pattern, replacement)
    compiled = _compiled(run, pattern, flags)
    if compiled is None or compiled.search("", 0, run.spend) is not None:
        return None
    run.spend(len(replacement) >> 3)
    parts = _replacement(replacement, compiled.groups)
    writing = Writing(run)
    position = 0
    while (found := compiled.search(string, position, run.spend)) is not None:
        start, end = found[0] or 0, found[1] or 0
        run.spend(len(parts) >> 2)
        writing.add(string[position:start])
        for part in parts:
            writing.add(part if isinstance(part, str) else _group(string, found, part))
        position = end
    writing.add(string[position:])
    return writing.text()


def _replace_plain(run: Run, string: str, text: str, replacement: str) -> str:
    """Every occurrence of a text by another."""
    run.reads(len(string))
    count = string.count(text)
    run.spend(1 + count)
    run.writes(len(string) + count * (len(replacement) - len(text)))
    return string.replace(text, replacement)


def _replacement(text: str, groups: int) -> list[str | int]:
    """Pieces of text, and the numbers of the groups between them; a group that the pattern has not is nothing."""
    parts: list[str | int] = []
    for escaped, digits, plain in _PIECE.findall(text):
        if not digits:
            parts.append(escaped or plain)
            continue
        group, taken = int(digits[0]), 1
        while taken < len(digits) and group * 10 + int(digits[taken]) <= groups:
            group, taken = group * 10 + int(digits[taken]), taken + 1
        parts += (group, digits[taken:]) if group <= groups else (digits[taken:],)
    return parts


def _group(string: str, found: Found, group: int) -> str:
    start, end = found[2 * group], found[2 * group + 1]
    return "" if start is None or end is None else string[start:end]


def _splitting(delimiter: str) -> Callable[[Run, str], Value] | None:
    """`split` at a text or a simple pattern that is written out."""
    if not is_plain(delimiter):
        return _splitting_at_pattern(delimiter)

    def split_at_text(run: Run, string: str) -> Value:
        if len(string) < 256:  # so few parts may be made before they are counted
            parts = string.split(delimiter)
            run.left -= len(parts)
            if run.left < 0:
                run.spend(0)
            return parts
        run.reads(len(string))
        run.grown(string.count(delimiter) + 1)
        return string.split(delimiter)

    return split_at_text


def _splitting_at_pattern(delimiter: str) -> Callable[[Run, str], Value] | None:
    simple = _simple(delimiter)
    if simple is None or simple.compiled.search(""):
        return None
    parts = simple.compiled.split

    def split_at_pattern(run: Run, string: str) -> Value:
        work = _all_work(simple, string)
        if work > WORK_LIMIT:
            return split(run, string, delimiter)
        run.spend(1 + len(string) + work // WORK_OF_A_STEP)
        return parts(string)

    return split_at_pattern


@FUNCTIONS("split", "string: string, delimiter: string", prepared=_splitting)
def split(run: Run, string: str, delimiter: str) -> Value:
    """The parts between the occurrences of the pattern `delimiter`."""
    compiled = _compiled(run, delimiter)
    if compiled is None or compiled.search("", 0, run.spend) is not None:
        return None
    run.reads(len(string))
    parts: list[Value] = []
    position = 0
    while (found := compiled.search(string, position, run.spend)) is not None:
        parts.append(string[position : found[0]])
        run.grown(1)
        position = found[1] or 0
    parts.append(string[position:])
    run.fits(len(parts))
    return parts


@FUNCTIONS("string join", "list: list, delimiter?: any")
def string_join(run: Run, strings: list[Value], delimiter: Value = None) -> Value:
    """The texts one behind the other; nulls are left out."""
    if delimiter is not None and type(delimiter) is not str:
        return None
    run.spend(len(strings))
    texts = [text for text in strings if text is not None]
    if not all(type(text) is str for text in texts):
        return None
    separator = delimiter or ""
    run.writes(sum(map(len, texts)) + len(separator) * max(len(texts) - 1, 0))
    return separator.join(texts)
