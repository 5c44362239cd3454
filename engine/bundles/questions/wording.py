"""Conditions in words: what a FEEL condition over answers says, for whoever reads the law and not FEEL.

Words are had only for what they say exactly: they hold for the same answers as the condition is true for, a question
that was not asked among them. `not` of what is null for such a question, an option of a question that takes several,
and the like say something else than they seem to, so that there are no words for them (FEEL: DMN 1.5, 10.3.2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from engine.bundles.questions.choosing import listed
from engine.bundles.questions.conditions import parts_of
from engine.bundles.questions.labelled import ANY, MANY, YES_NO, YES_OR_NO, Labelled
from engine.errors import ExpressionInvalid
from engine.expressions.feel import nodes as n
from engine.expressions.feel.parser import parse_expression, parse_unary_tests
from engine.values import Value
from engine.words import Words

_COMPARED = {
    "=": Words("为", "is"),
    "!=": Words("不为", "is not"),
    "<": Words("小于", "is less than"),
    "<=": Words("不超过", "is at most"),
    ">": Words("大于", "is more than"),
    ">=": Words("不少于", "is at least"),
}
#: What is asked is answered.
_ANSWERED = {"=": Words("答", "is answered"), "!=": Words("没有答", "is not answered")}
#: The same, read from the right.
_TURNED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_JOINED = {"and": Words("，并且", ", and "), "or": Words("，或者", ", or ")}


def condition_words(source: str, known: Mapping[str, Labelled]) -> Words | None:
    """What a condition over `known` answers (by their names) says; None where there are no words for it."""
    try:
        tree = parse_expression(source)
    except ExpressionInvalid:
        return None
    return _condition(tree, known)


def cell_words(source: str, column: Labelled) -> Words | None:
    """What a cell of a decision table asks of its column, whose text is not said; None where there are no words."""
    try:
        cell = parse_unary_tests(source)
    except ExpressionInvalid:
        return None
    asked = Labelled(Words("", ""), column.options, column.kind)
    if cell.negated:
        return _not_in_cell(cell.tests, asked)
    told = [_test(one, asked) for one in cell.tests]
    said = [one for one in told if one is not None]
    if not said or len(said) < len(told):
        return None
    if len(said) > 1:
        said = [
            _bracketed(one) if isinstance(test.operand, n.Logic) else one
            for test, one in zip(cell.tests, said, strict=True)
        ]
    return _joined("or", said)


def _not_in_cell(tests: Sequence[n.UnaryTest], asked: Labelled) -> Words | None:
    """`not(value, value)`, which holds for nothing, too; there are no words for `not` of any other test."""
    values = [one.operand for one in tests if not one.operator]
    given = [one.value for one in values if isinstance(one, n.Literal)]
    if not given or len(given) < len(tests):
        return None
    if given == [None]:
        return Words("有值", "any value")
    said = [_test(one, asked) for one in tests]
    told = [one for one in said if one is not None]
    if None in given or len(told) < len(said):
        return None
    either = _joined("or", told)
    return Words(f"不是（{either.zh}）", f"not ({either.en})")


def _test(test: n.UnaryTest, asked: Labelled) -> Words | None:
    if test.uses_input:
        return None if test.operator else _condition(test.operand, {"?": asked})
    if not isinstance(test.operand, n.Literal):
        return None
    value, how = test.operand.value, _COMPARED.get(test.operator)
    if value is None:
        return None if test.operator else Words("没有", "none")
    if not asked.takes(value, test.operator or "="):
        return None
    if how is not None:
        words = asked.valued(value)
        return Words(f"{how.zh}{words.zh}", f"{how.en} {words.en}")
    return YES_OR_NO[value] if isinstance(value, bool) else asked.called(str(value))


def _condition(tree: n.Node, known: Mapping[str, Labelled]) -> Words | None:
    made: dict[int, Words | None] = {}
    waiting: list[tuple[n.Node, bool]] = [(tree, False)]
    while waiting:
        node, parts_are_made = waiting.pop()
        inside = _parts(node)
        if not inside:
            made[id(node)] = _atom(node, known)
        elif not parts_are_made:
            waiting += [(node, True), *((part, False) for part in inside)]
        elif isinstance(node, n.Logic):
            made[id(node)] = _together(node, [made[id(part)] for part in inside])
        else:
            made[id(node)] = _not(inside[0], made[id(inside[0])], known)
    return made[id(tree)]


def _parts(node: n.Node) -> tuple[n.Node, ...]:
    return parts_of(node) or ()


def _given(node: n.Node, function: str, arguments: int) -> tuple[n.Node, ...]:
    """What a call of this function is given, where it is so many; else nothing."""
    if not isinstance(node, n.Call) or node.named or len(node.positional) != arguments:
        return ()
    return node.positional if isinstance(node.function, n.Name) and node.function.name == function else ()


def _together(node: n.Logic, said: Sequence[Words | None]) -> Words | None:
    """`and` and `or` of what their parts say, what is joined otherwise in brackets."""
    told = [one for one in said if one is not None]
    if len(told) < len(said):
        return None
    return _joined(
        node.operator,
        [
            _bracketed(words) if isinstance(part, n.Logic) else words
            for part, words in zip(node.operands, told, strict=True)
        ],
    )


def _joined(operator: str, said: Sequence[Words]) -> Words:
    joint = _JOINED[operator]
    return Words(joint.zh.join(one.zh for one in said), joint.en.join(one.en for one in said))


def _bracketed(words: Words) -> Words:
    return Words(f"（{words.zh}）", f"({words.en})")


def _not(inside: n.Node, said: Words | None, known: Mapping[str, Labelled]) -> Words | None:
    """`not(question)`, `not(list contains(question, option))`, and `not` of what is true or false, never null."""
    asked = _named(inside, known)
    if asked is not None:
        return _is(asked, "=", False) if said is not None else None
    found = _option(inside, known)
    if found is not None:
        text, option = found
        where = f"the answer to “{text.en}” does not include" if text.zh else "does not include"
        return Words(f"{f'“{text.zh}”的回答里' if text.zh else ''}没有“{option.zh}”", f"{where} “{option.en}”")
    return Words(f"并非（{said.zh}）", f"not ({said.en})") if said is not None and _is_settled(inside) else None


def _is_settled(tree: n.Node) -> bool:
    """Made of `=` and `!=` alone, which are true or false of an answer that is not there as well."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        inside = _parts(node)
        if not inside and not (isinstance(node, n.Comparison) and node.operator in _ANSWERED):
            return False
        waiting += inside
    return True


def _atom(node: n.Node, known: Mapping[str, Labelled]) -> Words | None:
    return next((words for read in _ATOMS if (words := read(node, known)) is not None), None)


def _named(node: n.Node, known: Mapping[str, Labelled]) -> Labelled | None:
    """The answer that a name means, or a path to a field inside a context ("owner.name")."""
    names: list[str] = []
    while isinstance(node, n.Path):
        names.insert(0, node.name)
        node = node.value
    return known.get(".".join([node.name, *names])) if isinstance(node, n.Name) else None


def _yes(node: n.Node, known: Mapping[str, Labelled]) -> Words | None:
    """`question` alone: it was answered with yes."""
    asked = _named(node, known)
    return _is(asked, "=", True) if asked is not None and asked.kind == YES_NO else None


def _compared(node: n.Node, known: Mapping[str, Labelled]) -> Words | None:
    """`question = value`, the other way round, and `count(question) = number`."""
    if not isinstance(node, n.Comparison):
        return None
    operator, left, right = node.operator, node.left, node.right
    if isinstance(left, n.Literal):
        operator, left, right = _TURNED[operator], right, left
    if not isinstance(right, n.Literal):
        return None
    asked = _named(left, known)
    if asked is not None:
        return _is(asked, operator, right.value)
    counted = next((_named(one, known) for one in _given(left, "count", 1)), None)
    return None if counted is None else _so_many(counted, operator, right.value)


def _so_many(asked: Labelled, operator: str, value: Value) -> Words | None:
    """So many options were chosen; fewer than some is only what was answered."""
    if isinstance(value, bool | str) or value is None or operator == "!=" or asked.kind not in (MANY, ANY):
        return None
    chosen_in = f" in “{asked.text.en}”" if asked.text.zh else ""
    text, how = asked.subject(), _COMPARED[operator]
    if operator == "=" and value != 0:
        return Words(f"{text.zh}选了 {value} 项", f"{value} chosen{chosen_in}")
    return Words(
        f"{text.zh}已经回答，选的项数{how.zh} {value}", f"answered, and the number chosen{chosen_in} {how.en} {value}"
    )


def _how(asked: Labelled, operator: str) -> Words:
    """A question is answered with its value, a field is it."""
    return (asked.text.zh.endswith("？") and _ANSWERED.get(operator)) or _COMPARED[operator]


def _is(asked: Labelled, operator: str, value: Value) -> Words | None:
    text, how = asked.subject(), _how(asked, operator)
    if value is None:
        empty = Words(f"{text.zh}没有回答", f"{text.en}is not answered")
        given = Words(f"{text.zh}已经回答", f"{text.en}is answered")
        return {"=": empty, "!=": given}.get(operator)
    if not asked.takes(value, operator):
        return None
    words = asked.valued(value)
    return Words(f"{text.zh}{how.zh}{words.zh}", f"{text.en}{how.en} {words.en}")


def _chosen(node: n.Node, known: Mapping[str, Labelled]) -> Words | None:
    """`list contains(question, option)`."""
    found = _option(node, known)
    if found is None:
        return None
    text, option = found
    subject = Words(f"“{text.zh}”", f"“{text.en}” ") if text.zh else text
    return Words(f"{subject.zh}选了“{option.zh}”", f"{subject.en}includes “{option.en}”")


def _option(node: n.Node, known: Mapping[str, Labelled]) -> tuple[Words, Words] | None:
    """(text of the question, option) of `list contains(question, option)`."""
    given = _given(node, "list contains", 2)
    if not given:
        return None
    asked, option = _named(given[0], known), given[1]
    if asked is None or asked.kind not in (MANY, ANY):
        return None
    if not isinstance(option, n.Literal) or not isinstance(option.value, str):
        return None
    return asked.text, asked.called(option.value)


def _one_of(node: n.Node, known: Mapping[str, Labelled]) -> Words | None:
    """`question in (value, value)`."""
    if not isinstance(node, n.Membership):
        return None
    asked = _named(node.value, known)
    values = [one.operand.value for one in node.tests if not one.operator and isinstance(one.operand, n.Literal)]
    texts = [one for one in values if isinstance(one, str) and one]
    if asked is None or not texts or len(texts) < len(node.tests) or not all(asked.takes(one, "=") for one in texts):
        return None
    if len(texts) == 1:
        return _is(asked, "=", texts[0])
    called, text = listed(asked.called(one) for one in texts), asked.subject()
    return Words(f"{text.zh}为{called.zh}之一", f"{text.en}is one of {called.en}")


_ATOMS: tuple[Callable[[n.Node, Mapping[str, Labelled]], Words | None], ...] = (_yes, _compared, _chosen, _one_of)
