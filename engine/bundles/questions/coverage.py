"""Whether every way through the questions ends in exactly one situation of each item that applies.

Each fault has one example: the answers that lead to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from engine.bundles.model import Bundle, Item
from engine.bundles.questions.choosing import listed
from engine.bundles.questions.conditions import TRUE
from engine.bundles.questions.tree import Tree, tree_of
from engine.bundles.questions.walk import Answers, Walk, way_to
from engine.dmn.analysis import Effort, GaveUp
from engine.values import Value
from engine.words import Words

#: Steps for one walk, and for all walks of a bundle; a step is a part of a condition looked at once.
MOST_STEPS, MOST_TOGETHER = 150_000, 300_000


class Budget:
    """What the walks of one check have left together, so that no file makes it long."""

    def __init__(self) -> None:
        self.left = MOST_TOGETHER

    @contextmanager
    def walk(self) -> Iterator[Effort]:
        """What one walk may take. GaveUp is for whoever walks."""
        effort = Effort(min(MOST_STEPS, self.left))
        given = effort.left
        try:
            yield effort
        finally:
            self.left -= given - max(effort.left, 0)


@dataclass(frozen=True, slots=True)
class Overlap:
    """These situations hold together, for example with these answers."""

    situations: tuple[str, ...]
    example: Answers


@dataclass(frozen=True, slots=True)
class ItemCoverage:
    """What the questions lead to for one item.

    `missing`: answers with which the item applies, as its own `applies` says, and no situation holds; `outside`:
    answers with which it does not apply and one holds. `tree` is None where the conditions are too many to be gone
    through.
    """

    item: str
    overlaps: tuple[Overlap, ...] = ()
    unreached: tuple[str, ...] = ()
    missing: Answers | None = None
    outside: Overlap | None = None
    tree: Tree | None = None


def item_coverage(bundle: Bundle, item: Item, budget: Budget | None = None) -> ItemCoverage:
    """All ways through the questions that matter to one item."""
    goals = [situation.when for situation in item.situations]
    try:
        with (budget or Budget()).walk() as effort:
            root, ends = Walk(bundle, [*goals, item.applies] if item.applies else goals, effort).go()
    except GaveUp:
        return ItemCoverage(item.key)
    overlaps: dict[tuple[str, ...], Answers] = {}
    reached: set[str] = set()
    missing: Answers | None = None
    outside: Overlap | None = None
    for end in ends:
        holding = tuple(one.key for one, left in zip(item.situations, end.left, strict=False) if left == TRUE)
        reached.update(holding)
        if len(holding) > 1:
            overlaps.setdefault(holding, way_to(end))
        if item.applies is None:
            continue
        applies = end.left[-1] == TRUE
        if applies and not holding and missing is None:
            missing = way_to(end)
        if holding and not applies and outside is None:
            outside = Overlap(holding, way_to(end))
    return ItemCoverage(
        item.key,
        tuple(Overlap(holding, example) for holding, example in overlaps.items()),
        tuple(one.key for one in item.situations if one.key not in reached),
        missing,
        outside,
        tree_of(root, len(item.situations)),
    )


def nothing_applies(bundle: Bundle, budget: Budget | None = None) -> Answers | None:
    """Answers with which no item applies; None where there are none (or the conditions are too many)."""
    goals = [situation.when for item in bundle.items for situation in item.situations]
    try:
        with (budget or Budget()).walk() as effort:
            walk = Walk(bundle, goals, effort)
            walk.any_of_the_goals()
            _, ends = walk.go()
    except GaveUp:
        return None
    return next((way_to(end) for end in ends if end.left != (TRUE,)), None)


def questions_never_asked(bundle: Bundle, budget: Budget | None = None) -> tuple[str, ...]:
    """The questions that no answers lead to."""
    budget, found = budget or Budget(), []
    for question in bundle.questions:
        if question.when is None:
            continue
        try:
            with budget.walk() as effort:
                _, ends = Walk(bundle, [question.when], effort).go()
        except GaveUp:
            continue
        if all(end.left != (TRUE,) for end in ends):
            found.append(question.key)
    return tuple(found)


def way_words(bundle: Bundle, answers: Mapping[str, Value]) -> Words:
    """Answers as people read them: each question with what was chosen."""
    said = []
    for question in bundle.questions:
        if question.key not in answers:
            continue
        answer = answers[question.key]
        if isinstance(answer, bool):
            words = Words("是", "yes") if answer else Words("否", "no")
        else:
            chosen = answer if isinstance(answer, list) else [answer]
            words = listed(one.label for one in question.options if one.value in chosen)
        said.append(Words(f"{question.text.zh}——{words.zh}", f"{question.text.en or question.text.zh} – {words.en}"))
    if not said:
        return Words("任何回答", "whatever is answered")
    return Words("；".join(one.zh for one in said), "; ".join(one.en for one in said))
