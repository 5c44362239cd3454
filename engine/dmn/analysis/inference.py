"""Static types of FEEL: what an expression can give, and where it can only give null.

Nothing is said of what is not known: a variable without a declared type may be anything. So every mistake told here
is one for all values of the declared types. Depth is bounded by the parser (250 levels).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from engine.dmn.analysis.nearest import Comparing, like_words, nearest
from engine.dmn.analysis.signatures import SIGNATURES
from engine.dmn.analysis.types import UNKNOWN_TYPE, Type, common, named_type
from engine.expressions.feel import nodes as n
from engine.expressions.feel.builtins import BUILTINS
from engine.expressions.feel.operations import ORDERED, kind
from engine.values import Value
from engine.words import Words

KIND_WORDS: dict[str, Words] = {
    "number": Words("数字", "a number"),
    "string": Words("文本", "a text"),
    "boolean": Words("布尔值", "a boolean"),
    "date": Words("日期", "a date"),
    "time": Words("时间", "a time"),
    "date and time": Words("日期时间", "a date and time"),
    "days and time duration": Words("天时期间", "a days and time duration"),
    "years and months duration": Words("年月期间", "a years and months duration"),
    "list": Words("列表", "a list"),
    "context": Words("上下文", "a context"),
    "range": Words("区间", "a range"),
    "function": Words("函数", "a function"),
    "null": Words("空值", "null"),
}
_DURATIONS = ("days and time duration", "years and months duration")
_MOMENTS = ("date", "time", "date and time")
_BOOLEAN = Type("boolean")


@dataclass(frozen=True, slots=True)
class Mistake:
    """`code` is one of DOUBTS; `said` fills its words; (line, column) is 1-based within the expression."""

    code: str
    line: int
    column: int
    said: Mapping[str, object]


@dataclass(slots=True)
class Inference:
    """Reads expressions of one place. `names`: the types of the variables; `functions`: those that the file makes.

    `free` gathers the names that are none of these, each with the first node that reads it.
    """

    names: Mapping[str, Type]
    functions: frozenset[str] = frozenset()
    mistakes: list[Mistake] = field(default_factory=list)
    free: dict[str, n.Name] = field(default_factory=dict)
    comparing: Comparing = field(default_factory=Comparing)

    def of(self, node: n.Node) -> Type:
        """The type of what the expression gives. Fills `mistakes`."""
        return _INFER.get(type(node), _parts)(self, node)

    def read(self, tree: n.Node) -> Type:
        """`of` a whole expression; nothing is known where the caller stands too deep already for its nesting."""
        try:
            return self.of(tree)
        except RecursionError:
            return UNKNOWN_TYPE

    def within(self, bound: Mapping[str, Type]) -> Inference:
        """The same place with more names."""
        return Inference({**self.names, **bound}, self.functions, self.mistakes, self.free, self.comparing)

    def mistake(self, code: str, node: n.Node, **said: object) -> None:
        self.mistakes.append(Mistake(code, node.line, node.column, said))

    def mismatch(self, node: n.Node, sign: str, left: Type, right: Type) -> None:
        a, b = KIND_WORDS[left.kind], KIND_WORDS[right.kind]
        reason = Words(f"“{sign}”两边是{a.zh}和{b.zh}", f"“{sign}” stands between {a.en} and {b.en}")
        self.mistake("type-mismatch", node, reason=reason)

    def need_boolean(self, node: n.Node) -> None:
        """The node is a condition."""
        found = self.of(node)
        if found.scalar and found.kind != "boolean":
            self.mistake("condition-type", node, given=KIND_WORDS[found.kind])

    def wrong_result(self, node: n.Node, given: str, wanted: str) -> None:
        self.mistake("result-type", node, given=KIND_WORDS[given], wanted=KIND_WORDS[wanted])


BY_ZERO = Words("除数是零", "it divides by zero")


def _parts(here: Inference, node: n.Node) -> Type:
    for child in node.children():
        here.of(child)
    return UNKNOWN_TYPE


def _literal(here: Inference, node: n.Literal) -> Type:
    name = kind(node.value)
    return Type(name) if name in KIND_WORDS and name != "null" else UNKNOWN_TYPE


def _name(here: Inference, node: n.Name) -> Type:
    if node.name not in here.names and node.name not in here.functions and node.name not in BUILTINS:
        here.free.setdefault(node.name, node)
    return here.names.get(node.name, UNKNOWN_TYPE)


def _arithmetic(here: Inference, node: n.Arithmetic) -> Type:
    left = here.of(node.first)
    for operator, operand in node.rest:
        right = here.of(operand)
        result = _computed(operator, left.kind, right.kind) if left.scalar and right.scalar else ""
        if result is None:
            here.mismatch(operand, operator, left, right)
            return UNKNOWN_TYPE
        if operator == "/" and isinstance(operand, n.Literal) and is_zero(operand.value):
            here.mistake("type-mismatch", operand, reason=BY_ZERO)
        left = Type(result)
    return left


def is_zero(value: Value) -> bool:
    return not isinstance(value, bool) and isinstance(value, (int, Decimal)) and value == 0


def _computed(operator: str, left: str, right: str) -> str | None:
    """The kind of the result of two scalars, "" where it depends, None where it is null."""
    if left == right == "number":
        return "number"
    if operator == "+":
        if left == right and left in ("string", *_DURATIONS):
            return left
        moment, duration = (left, right) if left in _MOMENTS else (right, left)
        return _shifted(moment, duration)
    if operator == "-":
        if left == right and left in _DURATIONS:
            return left
        if left in _MOMENTS and right in _MOMENTS:
            return "" if (left == "time") == (right == "time") else None
        return _shifted(left, right)
    if operator in ("*", "/") and left in _DURATIONS:
        return left if right == "number" else "number" if operator == "/" and right == left else None
    return right if operator == "*" and left == "number" and right in _DURATIONS else None


def _shifted(moment: str, duration: str) -> str | None:
    """A moment moved by a duration; a time of day by no months."""
    if moment not in _MOMENTS or duration not in _DURATIONS:
        return None
    return None if moment == "time" and duration == "years and months duration" else moment


def _negation(here: Inference, node: n.Negation) -> Type:
    found = here.of(node.operand)
    return found if found.kind in ("number", *_DURATIONS) else UNKNOWN_TYPE


def _logic(here: Inference, node: n.Logic) -> Type:
    for operand in node.operands:
        here.need_boolean(operand)
    return _BOOLEAN


def _comparison(here: Inference, node: n.Comparison) -> Type:
    compare(here, node, node.operator, here.of(node.left), here.of(node.right))
    return _BOOLEAN


def compare(here: Inference, node: n.Node, sign: str, left: Type, right: Type) -> None:
    """Two values are compared; a mistake where they are of different kinds, or have no order."""
    if not left.scalar or not right.scalar:
        return
    if left.kind != right.kind or (sign not in ("=", "!=") and left.kind not in ORDERED):
        here.mismatch(node, sign, left, right)


def _between(here: Inference, node: n.Between) -> Type:
    value = here.of(node.value)
    for end in (node.low, node.high):
        compare(here, end, "between", value, here.of(end))
    return _BOOLEAN


def _membership(here: Inference, node: n.Membership) -> Type:
    value = here.of(node.value)
    for test in node.tests:
        compare_test(here, test, value)
    return _BOOLEAN


def test_type(here: Inference, test: n.UnaryTest, value: Type) -> None:
    """`compare_test` of a cell, whose nesting the caller may stand too deep for."""
    try:
        compare_test(here, test, value)
    except RecursionError:
        return


def compare_test(here: Inference, test: n.UnaryTest, value: Type) -> None:
    """A value is asked by one test."""
    inner = here.within({"?": value})
    operand = inner.of(test.operand)
    if test.uses_input:
        return
    if test.operator:
        compare(here, test, test.operator, value, operand)
    elif isinstance(test.operand, n.RangeOf):
        for end in (test.operand.start, test.operand.end):
            if end is not None:
                compare(here, end, "<", value, inner.of(end))
    elif operand.kind != "boolean" or isinstance(test.operand, n.Literal):  # else a condition of its own
        compare(here, test, "=", value, operand)


def _conditional(here: Inference, node: n.Conditional) -> Type:
    here.need_boolean(node.condition)
    return common((here.of(node.then), here.of(node.otherwise)))


def _list(here: Inference, node: n.ListOf) -> Type:
    items = [here.of(item) for item in node.items]
    return Type("list", item=common(items) if items else None)


def _context(here: Inference, node: n.ContextOf) -> Type:
    made: dict[str, Type] = {}
    for key, value in node.entries:
        made[key] = here.within(made).of(value)
    return Type("context", made)


def _range(here: Inference, node: n.RangeOf) -> Type:
    ends = [here.of(end) for end in (node.start, node.end) if end is not None]
    if len(ends) == 2:
        compare(here, node, "..", *ends)
    return Type("range")


def _path(here: Inference, node: n.Path) -> Type:
    owner = here.of(node.value)
    if owner.kind != "context" or not owner.parts:
        return UNKNOWN_TYPE
    if node.name not in owner.parts:
        like = like_words(nearest(node.name, owner.parts, here.comparing))
        reason = Words(f"没有“{node.name}”这一项{like.zh}", f"there is no entry “{node.name}”{like.en}")
        here.mistake("type-mismatch", node, reason=reason)
    return owner.parts.get(node.name, UNKNOWN_TYPE)


def _filter(here: Inference, node: n.Filter) -> Type:
    value = here.of(node.value)
    # The condition sees the keys of the items: any name may be one of them.
    Inference({}, here.functions, here.mistakes, comparing=here.comparing).of(node.condition)
    return value.item or UNKNOWN_TYPE if isinstance(node.condition, n.Literal) else UNKNOWN_TYPE


def _call(here: Inference, node: n.Call) -> Type:
    given = [here.of(argument) for argument in node.positional]
    for _, argument in node.named:
        here.of(argument)
    if not isinstance(node.function, n.Name):
        here.of(node.function)
        return UNKNOWN_TYPE
    name = node.function.name
    if name in here.names:
        return here.names[name].gives or UNKNOWN_TYPE
    if name in here.functions or name not in BUILTINS:
        if name not in here.functions and "." not in name:
            like = like_words(nearest(name, [*BUILTINS, *here.functions], here.comparing))
            here.mistake("unknown-function", node, name=name, like=like)
        return UNKNOWN_TYPE
    signature = SIGNATURES.get(name)
    if signature is None:
        return UNKNOWN_TYPE
    if not signature.any_number and not node.named:
        _arguments(here, node, name, given)
    return signature.gives


def _arguments(here: Inference, node: n.Call, name: str, given: list[Type]) -> None:
    signature = SIGNATURES[name]
    least, most = signature.least, len(signature.accepts)
    if not least <= len(given) <= most:
        wanted = str(least) if least == most else f"{least}–{most}"
        reason = Words(
            f"“{name}”应有 {wanted} 个参数，实有 {len(given)} 个",
            f"“{name}” takes {wanted} arguments, not {len(given)}",
        )
        here.mistake("type-mismatch", node, reason=reason)
        return
    for number, (argument, accepted) in enumerate(zip(given, signature.accepts, strict=False), 1):
        # A list of one item is taken as the item, and an item as a list of one.
        if argument.scalar and accepted and argument.kind not in accepted and "list" not in accepted:
            words = KIND_WORDS[argument.kind]
            reason = Words(
                f"“{name}”的第 {number} 个参数不能是{words.zh}",
                f"argument {number} of “{name}” cannot be {words.en}",
            )
            here.mistake("type-mismatch", node.positional[number - 1], reason=reason)


def _for(here: Inference, node: n.For) -> Type:
    inner = _bound(here, node.bindings)
    return Type("list", item=inner.within({"partial": Type("list")}).of(node.body))


def _quantified(here: Inference, node: n.Quantified) -> Type:
    _bound(here, node.bindings).need_boolean(node.condition)
    return _BOOLEAN


def _bound(here: Inference, bindings: Iterable[n.Binding]) -> Inference:
    for binding in bindings:
        source = here.of(binding.source)
        if binding.end is not None:
            here.of(binding.end)
        item = source.item if source.kind == "list" else None
        here = here.within({binding.name: item or UNKNOWN_TYPE})
    return here


def _function(here: Inference, node: n.FunctionOf) -> Type:
    types = [UNKNOWN_TYPE if each is None else named_type(each.name) for each in node.types]
    body = here.within(dict(zip(node.parameters, types, strict=True))).of(node.body)
    return Type("function", gives=body)


def _instance(here: Inference, node: n.InstanceOf) -> Type:
    here.of(node.value)
    return _BOOLEAN


_INFER: dict[type, Callable[..., Type]] = {
    n.Literal: _literal,
    n.Name: _name,
    n.Arithmetic: _arithmetic,
    n.Negation: _negation,
    n.Logic: _logic,
    n.Comparison: _comparison,
    n.Between: _between,
    n.Membership: _membership,
    n.Conditional: _conditional,
    n.ListOf: _list,
    n.ContextOf: _context,
    n.RangeOf: _range,
    n.Path: _path,
    n.Filter: _filter,
    n.Call: _call,
    n.For: _for,
    n.Quantified: _quantified,
    n.FunctionOf: _function,
    n.InstanceOf: _instance,
}
