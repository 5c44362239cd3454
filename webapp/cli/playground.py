"""Commands that try an expression or a decision, without an installation and without a database."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine import BudgetExceeded, DefinitionInvalid, Severity, Words, errors_in
from engine.dmn import DecisionStep, MatchedRule, TableTrace
from engine.law import Calendar, read_calendar
from engine.playground import (
    DecisionTried,
    Fault,
    InputInvalid,
    decision_chosen,
    noting,
    read_input,
    read_model,
    try_decision,
    try_expression,
)
from engine.runtime import Context
from engine.values import Value
from webapp import feel_text, moments
from webapp.cli.bundles import line

#: Exit codes: a value came out (null too); none came out; the question itself cannot be read.
VALUE, NO_VALUE, NOT_READ = 0, 1, 2
_NO_STEPS = Words(
    "各步所读取的值过多，未列出各步", "The values that the steps read are too many: the steps are left out"
)


class NotRead(Exception):
    """What was asked cannot be read; the reason goes to stderr."""


def add_commands(commands: Any) -> None:
    """`feel`, `decide`."""
    part = commands.add_parser("feel", help="计算一个 FEEL 表达式 / evaluate a FEEL expression")
    part.add_argument(
        "expression", metavar="EXPRESSION", help="表达式；- 表示从标准输入读取 / the expression; - reads it from stdin"
    )
    part.add_argument("--context", default="", metavar="INPUT", help=_INPUT)
    _add_shared(part)
    part.set_defaults(run=feel)
    part = commands.add_parser(
        "decide",
        help=(
            "按 DMN 文件决策，并说明哪些规则适用、为什么 / decide by a DMN file, and tell which rules matched and why"
        ),
    )
    part.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="DMN 文件；同目录的可被导入 / a DMN file; those beside it can be imported",
    )
    part.add_argument(
        "--decision",
        default="",
        metavar="NAME",
        help="决策的名称或编号（默认最后一个不被其他决策需要的） / name or id (default: the last that none needs)",
    )
    part.add_argument("--input", default="", metavar="INPUT", help=_INPUT)
    _add_shared(part)
    part.set_defaults(run=decide)


_INPUT = (
    "变量：花括号里的 JSON 或 FEEL 上下文，或存放它的文件"
    " / variables: JSON or a FEEL context in braces, or the file that holds it"
)


def _add_shared(part: argparse.ArgumentParser) -> None:
    part.add_argument("--json", action="store_true", help="以 JSON 回答 / answer in JSON")
    part.add_argument(
        "--now",
        default="",
        metavar="MOMENT",
        help="now() 的值，ISO 8601（默认此刻） / what now() is, ISO 8601 (default: now)",
    )
    part.add_argument(
        "--calendar",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="一年的工作日表（可重复） / working days of a year (repeatable)",
    )


def feel(chosen: argparse.Namespace) -> int:
    """Evaluate and print. 0 with a value, 1 without one, 2 where expression or input cannot be read."""
    try:
        context = _context(chosen)
        source = sys.stdin.read() if chosen.expression == "-" else chosen.expression
        tried = try_expression(source, _given(chosen.context, context), context)
    except NotRead as refused:
        return _refused(str(refused))
    _tell_hints(tried.hints)
    if tried.fault is not None:
        return _failed(tried.fault, source, chosen.json)
    if chosen.json:
        _print_json({"value": _plain(tried.text or tried.value), "type": tried.kind, "hints": _both(tried.hints)})
    else:
        print(tried.text or feel_text.written(tried.value))
    return VALUE


def decide(chosen: argparse.Namespace) -> int:
    """Decide and print the result with its trace. 0 with a result, 1 without one, 2 where something is not read."""
    try:
        context = _context(chosen)
        given = _given(chosen.input, context)
        others = {path.name: path.read_bytes() for path in chosen.file.parent.glob("*.dmn") if path != chosen.file}
        decisions, findings = read_model(_bytes(chosen.file), chosen.file.name, others)
        if errors_in(findings):
            raise NotRead("\n".join(line(finding) for finding in errors_in(findings)))
        key = decision_chosen(decisions, chosen.decision)
        if not key:
            names = ", ".join(decisions.decision(each).name for each in decisions.ids)
            raise NotRead(
                f"没有决策“{chosen.decision}”，可选：{names} / no decision {chosen.decision!r}; known: {names}"
            )
    except NotRead as refused:
        return _refused(str(refused))
    for finding in findings:  # a table with gaps still decides, and says so
        if finding.severity is Severity.WARNING:
            print(line(finding), file=sys.stderr)
    tried = try_decision(decisions, key, given, context)
    _tell_hints(tried.hints)
    if tried.fault is not None or tried.outcome is None:
        return _failed(tried.fault or Fault(Words("没有结果", "no result")), "", chosen.json)
    if chosen.json:
        _print_json(_told(tried, context))
    else:
        print(feel_text.written(tried.outcome.value))
        for step in tried.outcome.steps:
            print("\n".join(_step_lines(step)))
    return VALUE


# --- what is given


def _context(chosen: argparse.Namespace) -> Context:
    try:
        now = datetime.fromisoformat(chosen.now) if chosen.now else datetime.now(UTC)
    except ValueError:
        raise NotRead(f"--now：不是日期时间“{chosen.now}” / no ISO 8601 moment: {chosen.now!r}") from None
    if now.tzinfo is None:
        now = now.replace(tzinfo=moments.OFFICE_ZONE)
    try:
        tables = [read_calendar(_bytes(path), str(path)) for path in chosen.calendar]
    except DefinitionInvalid as unreadable:
        raise NotRead("\n".join(line(finding) for finding in unreadable.findings)) from None
    calendar = Calendar.from_tables(tables) if tables else None
    return noting(Context(now=now, zone=moments.OFFICE_ZONE, calendar=calendar))


def _given(text: str, context: Context) -> dict[str, Value]:
    """The input as typed, or from its file."""
    if text.strip() and not text.lstrip().startswith("{"):
        content = sys.stdin.read() if text == "-" else _text(Path(text))
    else:
        content = text
    try:
        return read_input(content, context)
    except InputInvalid as invalid:
        raise NotRead(f"输入：{invalid.fault.words.zh} / input: {invalid.fault.words.en}") from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as unreadable:
        raise NotRead(f"{path}：无法读取 / cannot be read: {unreadable.strerror}") from None


def _text(path: Path) -> str:
    try:
        return _bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotRead(f"{path}：不是 UTF-8 文本 / no UTF-8 text") from None


# --- what is told


def _refused(reason: str) -> int:
    print(f"onewindow: {reason}", file=sys.stderr)
    return NOT_READ


def _failed(fault: Fault, source: str, as_json: bool) -> int:
    """Why nothing came out; the source with a mark below the place."""
    print(f"onewindow: {fault.words.zh} / {fault.words.en}", file=sys.stderr)
    lines = source.splitlines()
    if fault.line is not None and fault.column is not None and fault.line <= len(lines):
        at = fault.column - 1
        print(f"  {lines[fault.line - 1]}\n  {_blank(lines[fault.line - 1][:at])}^", file=sys.stderr)
    if as_json:
        place = {"line": fault.line, "column": fault.column}
        _print_json({"error": {"zh": fault.words.zh, "en": fault.words.en, **place}})
    return NO_VALUE if fault.readable else NOT_READ


def _blank(text: str) -> str:
    """As many columns of blanks: a Chinese sign takes two, and has a blank of its own."""
    return "".join("\t" if each == "\t" else "　" if ord(each) > 0x2E7F else " " for each in text)


def _tell_hints(hints: Sequence[Words]) -> None:
    for hint in hints:
        print(f"onewindow: {hint.zh} / {hint.en}", file=sys.stderr)


def _both(words: Sequence[Words]) -> list[dict[str, str]]:
    return [{"zh": each.zh, "en": each.en} for each in words]


def _step_lines(step: DecisionStep) -> list[str]:
    lines = ["", f"{step.name} ({step.id}) = {feel_text.written(step.value, 1)}"]
    lines += [f"  {each.name} = {feel_text.written(each.value, 1)}" for each in step.reads]
    for trace in step.tables:
        lines += _table_lines(trace)
    return lines


def _table_lines(trace: TableTrace) -> list[str]:
    table = trace.table
    lines = [f"  [{table.policy}{' ' + table.aggregation if table.aggregation else ''}]"]
    for column, value in zip(table.inputs, trace.inputs, strict=True):
        lines.append(f"    {column.label}: {feel_text.written(value, 2)}")
    matched = {rule.index for rule in trace.matched}
    for rule, stopped in zip(table.rules, trace.stopped, strict=False):
        lines.append(f"    {_rule_line(rule, stopped, rule.index in matched, trace)}")
    if not matched:
        lines.append("    没有适用的规则 / no rule matches")
    return lines


def _rule_line(rule: MatchedRule, stopped: int, decides: bool, trace: TableTrace) -> str:
    named = f"{rule.index} {rule.id}".rstrip()
    if stopped:
        column = trace.table.inputs[stopped - 1]
        return f"{named}: {column.label} {rule.conditions[stopped - 1]} ✗"
    conditions = ", ".join(rule.conditions)
    notes = f"  # {'; '.join(filter(None, rule.annotations))}" if any(rule.annotations) else ""
    return f"{named}: {conditions} → {', '.join(rule.results)} {'✓' if decides else '(✓)'}{notes}"


def _told(tried: DecisionTried, context: Context) -> dict[str, Value]:
    assert tried.outcome is not None
    matched = [{"index": rule.index, "id": rule.id} for rule in tried.outcome.matched]
    steps, hints = [], tried.hints
    try:
        steps = tried.outcome.record(context)
    except BudgetExceeded:
        hints = (*hints, _NO_STEPS)
    return {"value": _plain(tried.outcome.value), "matched": matched, "steps": _plain(steps), "hints": _both(hints)}


def _plain(value: Value) -> Value:
    """A value as JSON has it: what is no number, text or boolean as its FEEL text."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, (str, bool, int, Decimal)):
        return value
    written = feel_text.written(value)
    return written[2:-1] if written.startswith("@") else written


def _print_json(value: Value) -> None:
    """JSON with numbers as they are, to the last digit."""
    print(feel_text.written(value))
