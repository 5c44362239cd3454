"""The question tree of one item, as lines: questions, answers, and the situation at each leaf.

What makes no difference is not asked in it, and answers that lead to the same place stand together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.bundles.model import Question
from engine.bundles.questions.choosing import MOST_OPTIONS, Choice, choice_words, listed, shortest
from engine.bundles.questions.conditions import TRUE
from engine.bundles.questions.walk import YES, Node, all_nodes
from engine.words import Words

#: Lines of a tree that are drawn.
MOST_LINES = 300
#: Levels of a tree, and ways of choosing options to one place, that are drawn.
DEEPEST, MOST_WAYS = 24, 12

_ANSWERS = {"yes": Words("是", "Yes"), "no": Words("否", "No")}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: by which `answer` it is reached (None at the root), and the question asked there, or (None) the end.

    `situations`: the places of the goals that hold at the end, usually one; none: the item does not apply.
    """

    depth: int
    answer: Words | None
    question: Question | None
    situations: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """`whole`: every line is there."""

    lines: tuple[Line, ...]
    whole: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """A place of the tree without what makes no difference: where it goes on by which answer, or what holds there."""

    step: tuple[Question, str] | None
    next: tuple[tuple[str, _Place], ...] = ()
    holds: tuple[int, ...] = ()


def tree_of(root: Node, goals: int) -> Tree:
    """The tree behind the root of a walk that came to its end; its first `goals` goals are the situations."""
    top = _reduced(root, goals)
    lines: list[Line] = []
    whole = True
    waiting: list[tuple[int, Words | None, _Place]] = [(0, None, top)]
    while waiting:
        depth, answer, place = waiting.pop()
        if len(lines) == MOST_LINES or depth > DEEPEST:
            whole = False
            continue
        lines.append(Line(depth, answer, place.step[0] if place.step else None, place.holds))
        if place.step is not None:
            waiting += [(depth + 1, words, behind) for words, behind in reversed(list(_branches(place)))]
    return Tree(tuple(lines), whole)


def _reduced(root: Node, goals: int) -> _Place:
    places: dict[int, _Place] = {}
    known: dict[tuple[object, ...], _Place] = {}
    for node in reversed(list(all_nodes(root))):
        behind = tuple((answer, places[id(each)]) for answer, each in node.next)
        if not behind:
            holds = tuple(number for number, left in enumerate(node.left[:goals]) if left == TRUE)
            place = known.setdefault((holds,), _Place(None, holds=holds))
        elif len({id(each) for _, each in behind}) == 1:
            place = behind[0][1]  # whatever is answered here, it goes on in the same way
        else:
            assert node.step is not None
            key = (node.step[0].key, node.step[1], *((answer, id(each)) for answer, each in behind))
            place = known.setdefault(key, _Place(node.step, behind))
        places[id(node)] = place
    return places[id(root)]


def _branches(place: _Place) -> Iterator[tuple[Words, _Place]]:
    """(by which answers, where) of one question."""
    assert place.step is not None
    question, option = place.step
    if option:
        yield from _chosen_branches(question, place)
        return
    targets: dict[int, tuple[_Place, list[Words]]] = {}
    labels = {one.value: one.label for one in question.options}
    for answer, behind in place.next:
        targets.setdefault(id(behind), (behind, []))[1].append(
            _ANSWERS[answer] if question.kind == "yes-no" else labels[answer]
        )
    for behind, answers in targets.values():
        yield listed(answers), behind


def _chosen_branches(question: Question, place: _Place) -> Iterator[tuple[Words, _Place]]:
    """Of a question with several answers: which options lead where."""
    options = question.options
    bits = {option.value: 1 << place for place, option in enumerate(options)}
    targets: dict[int, tuple[_Place, list[Choice]]] = {}
    waiting = [(place, Choice(0, 0))]
    while waiting:
        here, choice = waiting.pop()
        if here.step is None or here.step[0].key != question.key:
            targets.setdefault(id(here), (here, []))[1].append(choice)
            continue
        bit = bits[here.step[1]]
        for answer, behind in reversed(here.next):
            taken = choice.taken | bit if answer == YES else choice.taken
            left_out = choice.left_out if answer == YES else choice.left_out | bit
            waiting.append((behind, Choice(taken, left_out)))
    for behind, choices in targets.values():
        ways = shortest(choices, len(options)) if len(options) <= MOST_OPTIONS else choices
        words = [choice_words(options, one) for one in ways[:MOST_WAYS]]
        if len(ways) > MOST_WAYS:
            words.append(Words("……", "…"))
        yield Words("；或者".join(one.zh for one in words), "; or ".join(one.en for one in words)), behind
