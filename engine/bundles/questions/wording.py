"""Conditions in words: what a FEEL condition over answers says, for whoever reads the law and not FEEL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.bundles.model import Bundle
from engine.bundles.questions.choosing import listed
from engine.errors import ExpressionInvalid
from engine.expressions.feel import nodes as n
from engine.expressions.feel.parser import parse_expression, parse_unary_tests
from engine.forms import Form
from engine.values import Value
from engine.words import Words

_YES_NO = {True: Words("是", "yes"), False: Words("否", "no")}
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


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question or a field as people see it: its text, and what its options are called, by their value."""

    text: Words
    options: Mapping[str, Words]

    def quoted(self) -> Words:
        return Words(f"“{self.text.zh}”", f"“{self.text.en}”") if self.text.zh else self.text

    def called(self, option: str) -> Words:
        return self.options.get(option, Words(option, option))

    def how(self, operator: str) -> Words:
        """A question is answered with its value, a field is it."""
        return (self.text.zh.endswith("？") and _ANSWERED.get(operator)) or _COMPARED[operator]


def labels_of(bundle: Bundle, form: Form | None) -> dict[str, Labelled]:
    """What conditions of a bundle's catalogue read, by name: the guided answers, those of its form, and what
    the decision on commitments is asked of: the item and the material (`requirement`)."""
    fields = () if form is None else form.inputs
    labels = {one.key: Labelled(one.label, {each.value: each.label for each in one.options}) for one in fields}
    asked = {one.key: Labelled(one.text, {each.value: each.label for each in one.options}) for one in bundle.questions}
    named = {
        "item": Labelled(Words("事项", "Item"), {one.key: _with_key(one.key, one.name) for one in bundle.items}),
        "requirement": Labelled(Words("材料", "Material"), {one.key: one.name for one in bundle.materials}),
    }
    return {**named, **labels, **asked}


def _with_key(key: str, name: Words) -> Words:
    return Words(f"{key} {name.zh}", f"{key} {name.in_language('en')}")


def condition_words(source: str, known: Mapping[str, Labelled]) -> Words | None:
    """What a condition over `known` answers (by their names) says; None where it says more than words are had for."""
    try:
        tree = parse_expression(source)
    except ExpressionInvalid:
        return None
    return _condition(tree, known)


def cell_words(source: str, options: Mapping[str, Words]) -> Words | None:
    """What a cell of a decision table asks of its column, whose values are called `options`; None without words."""
    try:
        cell = parse_unary_tests(source)
    except ExpressionInvalid:
        return None
    asked = Labelled(Words("", ""), options)
    told = [_test(one, asked) for one in cell.tests]
    said = [one for one in told if one is not None]
    if not said or len(said) < len(told):
        return None
    joint = _JOINED["or"]
    either = Words(joint.zh.join(one.zh for one in said), joint.en.join(one.en for one in said))
    return Words(f"不是（{either.zh}）", f"not ({either.en})") if cell.negated else either


def _test(test: n.UnaryTest, asked: Labelled) -> Words | None:
    if test.uses_input:
        words = _condition(test.operand, {"?": asked})
        return words and Words(words.zh.strip(), words.en.strip())
    if not isinstance(test.operand, n.Literal):
        return None
    value, how = test.operand.value, _COMPARED.get(test.operator)
    if how is not None:
        words = _valued(asked, value)
        return None if value is None else Words(f"{how.zh}{words.zh}", f"{how.en} {words.en}")
    if isinstance(value, bool):
        return _YES_NO[value]
    text = str(value)
    return Words("没有", "none") if value is None else asked.called(text)


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
        else:
            made[id(node)] = _left_out(node, known) or _together(node, inside, [made[id(part)] for part in inside])
    return made[id(tree)]


def _parts(node: n.Node) -> tuple[n.Node, ...]:
    if isinstance(node, n.Logic):
        return node.operands
    return _given(node, "not", 1)


def _given(node: n.Node, function: str, arguments: int) -> tuple[n.Node, ...]:
    """What a call of this function is given, where it is so many; else nothing."""
    if not isinstance(node, n.Call) or node.named or len(node.positional) != arguments:
        return ()
    return node.positional if isinstance(node.function, n.Name) and node.function.name == function else ()


def _together(node: n.Node, parts: Sequence[n.Node], said: Sequence[Words | None]) -> Words | None:
    """`and` and `or` of what their parts say, what is joined otherwise in brackets; `not`."""
    told = [one for one in said if one is not None]
    if len(told) < len(said):
        return None
    if not isinstance(node, n.Logic):
        return Words(f"并非（{told[0].zh}）", f"not ({told[0].en})")
    told = [_bracketed(words) if isinstance(part, n.Logic) else words for part, words in zip(parts, told, strict=True)]
    joint = _JOINED[node.operator]
    return Words(joint.zh.join(one.zh for one in told), joint.en.join(one.en for one in told))


def _bracketed(words: Words) -> Words:
    return Words(f"（{words.zh}）", f"({words.en})")


def _atom(node: n.Node, known: Mapping[str, Labelled]) -> Words | None:
    for read in _ATOMS:
        words = read(node, known)
        if words is not None:
            return words
    return None


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
    return None if asked is None else _is(asked, "=", True)


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
    if counted is None:
        return None
    how, text = _COMPARED[operator], counted.quoted()
    if operator == "=":
        return Words(f"{text.zh}选了 {right.value} 项", f"{right.value} chosen in {text.en}")
    return Words(f"{text.zh}选的项数{how.zh} {right.value}", f"the number chosen in {text.en} {how.en} {right.value}")


def _is(asked: Labelled, operator: str, value: Value) -> Words | None:
    text, how = asked.quoted(), asked.how(operator)
    if value is None:
        empty = Words(f"{text.zh}没有回答", f"{text.en} is not answered")
        given = Words(f"{text.zh}已经回答", f"{text.en} is answered")
        return {"=": empty, "!=": given}.get(operator)
    words = _valued(asked, value)
    return Words(f"{text.zh}{how.zh}{words.zh}", f"{text.en} {how.en} {words.en}")


def _valued(asked: Labelled, value: Value) -> Words:
    """A value as it stands behind a Chinese word, and in English."""
    if isinstance(value, bool):
        return Words(f"“{_YES_NO[value].zh}”", f"“{_YES_NO[value].en}”")
    if isinstance(value, str):
        return Words(f"“{asked.called(value).zh}”", f"“{asked.called(value).en}”")
    return Words(f" {value}", str(value))


def _chosen(node: n.Node, known: Mapping[str, Labelled]) -> Words | None:
    """`list contains(question, option)`."""
    found = _option(node, known)
    return found and Words(f"{found[0].zh}选了“{found[1].zh}”", f"{found[0].en} includes “{found[1].en}”")


def _left_out(node: n.Node, known: Mapping[str, Labelled]) -> Words | None:
    """`not(list contains(question, option))`."""
    found = next((_option(one, known) for one in _given(node, "not", 1)), None)
    return found and Words(f"{found[0].zh}没有选“{found[1].zh}”", f"{found[0].en} does not include “{found[1].en}”")


def _option(node: n.Node, known: Mapping[str, Labelled]) -> tuple[Words, Words] | None:
    """(question, option) of `list contains(question, option)`."""
    given = _given(node, "list contains", 2)
    if not given:
        return None
    asked, option = _named(given[0], known), given[1]
    if asked is None or not isinstance(option, n.Literal) or not isinstance(option.value, str):
        return None
    return asked.quoted(), asked.called(option.value)


def _one_of(node: n.Node, known: Mapping[str, Labelled]) -> Words | None:
    """`question in (value, value)`."""
    if not isinstance(node, n.Membership):
        return None
    asked = _named(node.value, known)
    values = [one.operand.value for one in node.tests if not one.operator and isinstance(one.operand, n.Literal)]
    texts = [one for one in values if isinstance(one, str)]
    if asked is None or not texts or len(texts) < len(node.tests):
        return None
    called, text = listed(asked.called(one) for one in texts), asked.quoted()
    return Words(f"{text.zh}为{called.zh}之一", f"{text.en} is one of {called.en}")


_ATOMS: tuple[Callable[[n.Node, Mapping[str, Labelled]], Words | None], ...] = (_yes, _compared, _chosen, _one_of)
