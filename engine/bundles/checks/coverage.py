"""Question coverage: every way through the questions leads to at most one situation per item.

Only the questions that an item's situations read (and those that decide whether these are asked) are
walked through, so the number of ways stays small; past a limit the walk is bounded and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice

from engine.bundles.checks.checking import Checking
from engine.bundles.guide import situations_of
from engine.bundles.model import Bundle, Item, Question
from engine.values import Value
from engine.words import Words

#: Ways through the questions that are tried per item.
MOST_WAYS = 5_000
#: Above this number of options only single choices, pairs and the whole set are tried.
ALL_SUBSETS = 6

Answers = dict[str, Value]


def check_coverage(checking: Checking) -> None:
    for item in checking.bundle.items:
        _check_item(checking, item)
    _check_nothing_applies(checking)


def ways_through(bundle: Bundle, keys: frozenset[str]) -> Iterator[Answers]:
    """Every way to answer these questions, in the order in which they are asked."""
    questions = [question for question in bundle.questions if question.key in keys]
    pending: list[tuple[int, Answers]] = [(0, {})]
    while pending:
        place, answers = pending.pop()
        if place == len(questions):
            yield answers
            continue
        question = questions[place]
        if question.when is not None and question.when.evaluate(answers) is not True:
            pending.append((place + 1, answers))
            continue
        for answer in reversed(list(_answers_to(question))):
            pending.append((place + 1, {**answers, question.key: answer}))


def questions_behind(bundle: Bundle, names: frozenset[str]) -> frozenset[str]:
    """The questions of these names and all that decide whether they are asked."""
    questions = {question.key: question for question in bundle.questions}
    found: set[str] = set()
    pending = [name for name in names if name in questions]
    while pending:
        key = pending.pop()
        if key in found:
            continue
        found.add(key)
        when = questions[key].when
        pending += [name for name in (when.names if when else ()) if name in questions]
    return frozenset(found)


def _answers_to(question: Question) -> Iterator[Value]:
    if question.kind == "yes-no":
        yield from (True, False)
        return
    values = [option.value for option in question.options]
    if question.kind == "one":
        yield from values
        return
    sizes = range(1, len(values) + 1) if len(values) <= ALL_SUBSETS else (1, 2, len(values))
    for size in sizes:
        yield from (list(chosen) for chosen in combinations(values, size))


def _check_item(checking: Checking, item: Item) -> None:
    names = frozenset(name for situation in item.situations for name in situation.when.names)
    keys = questions_behind(checking.bundle, names)
    reached: set[str] = set()
    overlaps: dict[tuple[str, ...], Answers] = {}
    for answers in _bounded(checking, item.key, keys):
        holding = tuple(situation.key for situation in situations_of(item, answers))
        reached.update(holding)
        if len(holding) > 1:
            overlaps.setdefault(holding, answers)
    for holding, answers in overlaps.items():
        listed, told = "、".join(holding), _told(answers)
        checking.error(
            "situations-overlap",
            f"items/{item.key}.toml",
            f"situations.{holding[0]}",
            Words(
                f"情形{listed}可能同时成立，例如：{told}",
                f"Situations {listed} can hold at once, for example: {told}",
            ),
            Words("改写条件，使任何回答只对应一种情形。", "Write the conditions so that only one can hold."),
        )
    for situation in item.situations:
        if situation.key not in reached:
            checking.warning(
                "situation-never-reached",
                f"items/{item.key}.toml",
                f"situations.{situation.key}",
                Words("没有任何回答导向这一情形。", "No answers lead to this situation."),
                Words("改正条件，或者删去这一情形。", "Correct the condition, or remove the situation."),
            )


def _check_nothing_applies(checking: Checking) -> None:
    """Someone who answers everything and needs no item at all should hear that at the end, not here."""
    names = frozenset(name for item in checking.bundle.items for one in item.situations for name in one.when.names)
    keys = questions_behind(checking.bundle, names)
    for answers in islice(ways_through(checking.bundle, keys), MOST_WAYS):
        if not any(situations_of(item, answers) for item in checking.bundle.items):
            told = _told(answers)
            checking.warning(
                "no-item-applies",
                "bundle.toml",
                "questions",
                Words(
                    f"有的回答不涉及任何事项，例如：{told}",
                    f"Some answers lead to no item, for example: {told}",
                ),
                Words("确认这是否符合实际。", "See whether that is meant."),
            )
            return


def _bounded(checking: Checking, element: str, keys: frozenset[str]) -> Iterator[Answers]:
    ways = ways_through(checking.bundle, keys)
    yield from islice(ways, MOST_WAYS)
    if next(ways, None) is not None:
        checking.note(
            "coverage-bounded",
            f"items/{element}.toml",
            "situations",
            Words(f"只检查了前{MOST_WAYS}种回答组合。", f"Only the first {MOST_WAYS} ways through were tried."),
            Words("减少情形条件用到的问题。", "Let the situations read fewer questions."),
        )


def _told(answers: Answers) -> str:
    return ", ".join(f"{key} = {_value(value)}" for key, value in answers.items())


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "[" + ", ".join(value) + "]" if isinstance(value, list) else str(value)
