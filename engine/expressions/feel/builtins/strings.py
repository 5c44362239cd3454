"""String functions (DMN 1.5, 10.3.4.3). Positions count characters from 1, from the end where negative."""

from __future__ import annotations

from engine.expressions.feel.builtins.registry import Registry
from engine.expressions.feel.numbers import whole
from engine.expressions.feel.regex import Found, Pattern, PlainText, compile_pattern
from engine.expressions.feel.run import Run
from engine.values import Value

FUNCTIONS = Registry()


@FUNCTIONS("substring", "string: string, start position: number, length?: number")
def substring(run: Run, string: str, start: Value, length: Value = None) -> Value:
    first, count = whole(start), whole(length)
    if not first or abs(first) > len(string) or (length is not None and (count is None or count < 1)):
        return None
    begin = first - 1 if first > 0 else len(string) + first
    return string[begin:] if count is None else string[begin : begin + count]


@FUNCTIONS("string length", "string: string")
def string_length(run: Run, string: str) -> Value:
    return len(string)


@FUNCTIONS("upper case", "string: string")
def upper_case(run: Run, string: str) -> Value:
    return run.text(string.upper())


@FUNCTIONS("lower case", "string: string")
def lower_case(run: Run, string: str) -> Value:
    return run.text(string.lower())


@FUNCTIONS("trim", "string: string")
def trim(run: Run, string: str) -> Value:
    return string.strip()


@FUNCTIONS("is blank", "string: string")
def is_blank(run: Run, string: str) -> Value:
    return not string.strip()


@FUNCTIONS("substring before", "string: string, match: string")
def substring_before(run: Run, string: str, match: str) -> Value:
    position = string.find(match)
    return string[:position] if position >= 0 else ""


@FUNCTIONS("substring after", "string: string, match: string")
def substring_after(run: Run, string: str, match: str) -> Value:
    position = string.find(match)
    return string[position + len(match) :] if position >= 0 else ""


@FUNCTIONS("contains", "string: string, match: string")
def contains(run: Run, string: str, match: str) -> Value:
    return match in string


@FUNCTIONS("starts with", "string: string, match: string")
def starts_with(run: Run, string: str, match: str) -> Value:
    return string.startswith(match)


@FUNCTIONS("ends with", "string: string, match: string")
def ends_with(run: Run, string: str, match: str) -> Value:
    return string.endswith(match)


def _compiled(pattern: str, flags: Value = None) -> Pattern | PlainText | None:
    """The pattern; None where it or the flags are invalid. No flags may be written as null."""
    if flags is not None and type(flags) is not str:
        return None
    return compile_pattern(pattern, flags or "")


@FUNCTIONS("matches", "input: string, pattern: string, flags?: any")
def matches(run: Run, string: str, pattern: str, flags: Value = None) -> Value:
    """Whether the pattern occurs in the text."""
    compiled = _compiled(pattern, flags)
    return None if compiled is None else compiled.search(string, 0, run.spend) is not None


@FUNCTIONS("replace", "input: string, pattern: string, replacement: string, flags?: any")
def replace(run: Run, string: str, pattern: str, replacement: str, flags: Value = None) -> Value:
    """Every occurrence replaced; `$1` stands for the first group. Null where "" matches the pattern."""
    compiled = _compiled(pattern, flags)
    if compiled is None or compiled.search("", 0, run.spend) is not None:
        return None
    parts: list[str] = []
    position, length = 0, 0
    while (found := compiled.search(string, position, run.spend)) is not None:
        start, end = found[0] or 0, found[1] or 0
        parts += (string[position:start], _filled(compiled.groups, replacement, string, found))
        length += len(parts[-1]) + len(parts[-2])
        run.text("")
        run.spend(length >> 14)
        position = end
    return run.text("".join((*parts, string[position:])))


def _filled(groups: int, replacement: str, string: str, found: Found) -> str:
    """The replacement with `$n` and `\\$` resolved."""
    if "$" not in replacement and "\\" not in replacement:
        return replacement
    text, i = "", 0
    while i < len(replacement):
        character, following = replacement[i], replacement[i + 1 : i + 2]
        if character == "\\" and following in ("\\", "$"):
            text += following
            i += 2
        elif character == "$" and following.isascii() and following.isdigit():
            group = int(following)
            i += 2
            while i < len(replacement) and replacement[i].isdecimal() and group * 10 + int(replacement[i]) <= groups:
                group = group * 10 + int(replacement[i])
                i += 1
            if group <= groups:
                start, end = found[2 * group], found[2 * group + 1]
                text += "" if start is None or end is None else string[start:end]
        else:
            text += character
            i += 1
    return text


@FUNCTIONS("split", "string: string, delimiter: string")
def split(run: Run, string: str, delimiter: str) -> Value:
    """The parts between the occurrences of the pattern `delimiter`."""
    compiled = _compiled(delimiter)
    if compiled is None or compiled.search("", 0, run.spend) is not None:
        return None
    parts: list[Value] = []
    position = 0
    while (found := compiled.search(string, position, run.spend)) is not None:
        parts.append(string[position : found[0]])
        position = found[1] or 0
    parts.append(string[position:])
    run.grown(len(parts))
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
    run.spend((sum(map(len, texts)) + len(separator) * len(texts)) >> 8)
    return run.text(separator.join(texts))
