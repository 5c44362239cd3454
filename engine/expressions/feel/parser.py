"""A Pratt parser of FEEL (DMN 1.5, 10.3.1.2): source text to the tree of nodes.py."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, DecimalException

from engine.expressions.feel import nodes as n
from engine.expressions.feel.lexer import Token, refuse, string_value
from engine.expressions.feel.numbers import Number, negative, number_literal
from engine.expressions.feel.reading import NESTING_LIMIT, Reading, refuse_depth
from engine.expressions.feel.temporal import temporal_literal

OR, AND, COMPARE, ADD, MULTIPLY, POWER, NEGATE, INSTANCE, POSTFIX = range(1, 10)
_INFIX = {"or": OR, "and": AND, "between": COMPARE, "in": COMPARE, "instance": INSTANCE}
_INFIX |= dict.fromkeys(("=", "!=", "<", "<=", ">", ">="), COMPARE)
_INFIX |= {
    "+": ADD,
    "-": ADD,
    "*": MULTIPLY,
    "/": MULTIPLY,
    "**": POWER,
    ".": POSTFIX,
    "[": POSTFIX,
    "(": POSTFIX,
}
_COMPARISONS = frozenset(("=", "!=", "<", "<=", ">", ">="))
_CONSTANTS = {"true": True, "false": False, "null": None}
#: Tokens that end an expression: after `[` they show that the bracket closes a range.
_ENDS = frozenset((")", "]", "}", ",", "..", "=", "!=", "<", "<=", ">", ">=", "*", "/", "**", "+"))
#: Deepest tree: nested parts and chains (a.b.c…) together. Compiling takes three frames of Python for a level.
TREE_LIMIT = 250
_AFTER_TESTS = frozenset((")", "]", "}", ",", "=", "!="))
_ENDING_WORDS = frozenset(("and", "or", "then", "else", "return", "satisfies", "in", "between"))


def parse_expression(source: str, names: Iterable[str] = ()) -> n.Node:
    """The tree of a whole expression; `names` are known names of several words. Raises ExpressionInvalid."""
    parser = Parser(source, names)
    try:
        tree = parser.expression()
        parser.expect_end()
        return _checked(source, tree)
    except RecursionError:
        parser.refuse_depth()


def parse_unary_tests(source: str, names: Iterable[str] = ()) -> n.Tests:
    """The tree of a decision table's input cell. Raises ExpressionInvalid."""
    parser = Parser(source, names)
    try:
        tests = parser.unary_tests()
        parser.expect_end()
        _checked(source, tests)
        return tests
    except RecursionError:
        parser.refuse_depth()


def _checked(source: str, tree: n.Node) -> n.Node:
    """`tree`, unless a chain (a.b.c…) made it deeper than the limit. Iterative, for such chains."""
    level, depth = [tree], 0
    while level:
        depth += 1
        if depth > TREE_LIMIT:
            refuse_depth(source, 0, TREE_LIMIT)
        level = [child for node in level for child in node.children()]
    return tree


class Parser(Reading):
    """Reads expressions and unary tests."""

    def __init__(self, source: str, names: Iterable[str] = ()) -> None:
        super().__init__(source, names)
        # What stood in the parentheses after `in`, by place and power: where they turn out to hold no tests,
        # the same is read again, and without this, nested ones would be read twice as often for each level.
        self._read: dict[tuple[int, int], tuple[n.Node, int, int]] = {}

    # --- expressions

    def expression(self, power: int = 0) -> n.Node:
        """An expression whose operators all bind tighter than `power`."""
        known = self._read.get((self.position, power))
        if known is not None:
            node, self.position, mentions = known
            self.input_mentions += mentions
            return node
        self.depth += 1
        if self.depth > NESTING_LIMIT:
            self.refuse_depth()
        left = self.prefix()
        while True:
            token = self.tokens[self.position]
            strength = (
                _INFIX.get(token.text, 0) if token.kind in ("mark", "keyword") else INSTANCE * self.sees_instance_of()
            )
            if strength <= power or (token.text == "[" and self._bracket_closes_range()):
                break
            left = self.infix(left, token, strength)
        self.depth -= 1
        return left

    def _bracket_closes_range(self) -> bool:
        following = self.tokens[self.position + 1]
        if following.kind == "mark":
            return following.text in _ENDS
        return following.kind == "end" or (following.kind == "keyword" and following.text in _ENDING_WORDS)

    def infix(self, left: n.Node, token: Token, strength: int) -> n.Node:
        operator, line, column = token.text, left.line, left.column
        if strength in (OR, AND):
            operands = [left]
            while self.take(operator):
                operands.append(self.expression(strength))
            return n.Logic(line, column, operator, tuple(operands))
        if strength in (ADD, MULTIPLY, POWER):
            rest = []
            while (mark := self.token).kind == "mark" and _INFIX.get(mark.text) == strength:
                self.position += 1
                rest.append((mark.text, self.expression(strength)))
            return n.Arithmetic(line, column, left, tuple(rest))
        self.position += 1
        if operator in _COMPARISONS:
            return n.Comparison(line, column, operator, left, self.expression(COMPARE))
        if operator == "between":
            low = self.expression(COMPARE)
            self.expect("and")
            return n.Between(line, column, left, low, self.expression(COMPARE))
        if operator == "in":
            return n.Membership(line, column, left, self.membership_tests())
        if operator == "instance":
            self.expect("of")
            return n.InstanceOf(line, column, left, self.type_name())
        return self.postfix(left, operator)

    def postfix(self, left: n.Node, operator: str) -> n.Node:
        if operator == ".":
            return n.Path(left.line, left.column, left, self.name())
        if operator == "[":
            condition = self.expression()
            self.expect("]")
            return n.Filter(left.line, left.column, left, condition)
        return self.call(left)

    def call(self, function: n.Node) -> n.Node:
        positional: list[n.Node] = []
        named: list[tuple[str, n.Node]] = []
        while not self.sees(")"):
            key = self.argument_name()
            if key is not None:
                named.append((key, self.expression()))
            else:
                positional.append(self.expression())
            if not self.another(")"):
                break
        self.expect(")")
        if named and positional:
            self.refuse("参数要么全部命名，要么全部不命名", "all arguments named, or none")
        return n.Call(function.line, function.column, function, tuple(positional), tuple(named))

    def argument_name(self) -> str | None:
        """`from:` of a named argument, consumed; None where no name and colon come next."""
        known = self.names.longest(self.tokens, self.position)
        if known is not None and self.tokens[self.position + known[1]].text == ":":
            self.position += known[1] + 1
            return known[0]
        end = self.position
        while self.tokens[end].kind in ("name", "keyword"):
            end += 1
        if end == self.position or self.tokens[end].text != ":" or self.tokens[end].kind == "string":
            return None
        key = " ".join(token.text for token in self.tokens[self.position : end])
        self.position = end + 1
        return key

    # --- what an expression starts with

    def prefix(self) -> n.Node:
        token = self.token
        line, column = self.where(token)
        if token.kind == "name":
            return n.Name(line, column, self.name())
        if token.kind == "number":
            self.position += 1
            return n.Literal(line, column, self.number_in(token))
        if token.kind == "string":
            self.position += 1
            return n.Literal(line, column, string_value(self.source, token))
        if token.kind == "keyword":
            return self.keyword(token, line, column)
        if token.kind == "mark":
            return self.marked(token, line, column)
        return self.refuse("此处缺少表达式", "an expression here")

    def number_in(self, token: Token) -> Number:
        try:
            return number_literal(token.text)
        except DecimalException:
            refuse(
                self.source, token.start, "数字超出范围（约 10 的 6144 次方）", "a number of at most about 10 ** 6144"
            )

    def keyword(self, token: Token, line: int, column: int) -> n.Node:
        self.position += 1
        if token.text in _CONSTANTS:
            return n.Literal(line, column, _CONSTANTS[token.text])
        if token.text == "if":
            return self.conditional(line, column)
        if token.text == "for":
            bindings, mark = self.bindings(partial=True)
            self.expect("return")
            body = self.expression()
            self.names.forget(mark)
            return n.For(line, column, bindings, body)
        if token.text in ("some", "every"):
            bindings, mark = self.bindings()
            self.expect("satisfies")
            condition = self.expression()
            self.names.forget(mark)
            return n.Quantified(line, column, token.text, bindings, condition)
        if token.text == "function":
            return self.function(line, column)
        self.position -= 1
        return self.refuse(f"“{token.text}”不能用在此处", f"an expression instead of the keyword {token.text!r}")

    def marked(self, token: Token, line: int, column: int) -> n.Node:
        self.position += 1
        if token.text == "-":
            if self.token.kind == "number":  # the sign is a part of the literal (rule 37)
                self.position += 1
                return n.Literal(line, column, negative(self.number_in(self.tokens[self.position - 1])))
            operand = self.expression(NEGATE - 1)
            if isinstance(operand, n.Literal) and type(operand.value) in (int, Decimal):
                return n.Literal(line, column, negative(operand.value))
            return n.Negation(line, column, operand)
        if token.text == "(":
            return self.parenthesised(line, column)
        if token.text in ("[", "]"):
            return self.bracketed(token.text, line, column)
        if token.text == "{":
            return self.context(line, column)
        if token.text == "?":
            self.input_mentions += 1
            return n.Name(line, column, "?")
        if token.text == "@" and self.token.kind == "string":
            value = temporal_literal(string_value(self.source, self.token))
            if value is None:
                self.refuse("不是日期、时间或期间", "a date, time, date and time or duration")
            self.position += 1
            return n.Literal(line, column, value)
        self.position -= 1
        return self.refuse(f"“{token.text}”不能用在此处", f"an expression instead of {token.text!r}")

    def parenthesised(self, line: int, column: int) -> n.Node:
        if self.token.kind == "mark" and self.token.text in ("<", "<=", ">", ">=", "=", "!="):
            inner = self.operator_range(line, column)
        else:
            inner = self.expression()
            if self.take(".."):
                return self.range_end(inner, False, line, column)
        self.expect(")")
        return inner

    def operator_range(self, line: int, column: int) -> n.Node:
        """`(< 5)`, `(>= 5)`, `(= 5)`: a range as a value."""
        operator = self.token.text
        self.position += 1
        end = self.expression(COMPARE)
        if operator in ("<", "<="):
            return n.RangeOf(line, column, None, end, False, operator == "<=")
        if operator in (">", ">="):
            return n.RangeOf(line, column, end, None, operator == ">=", False)
        return n.RangeOf(line, column, end, end, operator == "=", operator == "=", operator)

    def bracketed(self, opening: str, line: int, column: int) -> n.Node:
        """A list, or a range that starts with `[` or `]`."""
        if opening == "[" and self.take("]"):
            return n.ListOf(line, column, ())
        first = self.element()
        if self.take(".."):
            return self.range_end(first, opening == "[", line, column)
        if opening == "]":
            self.expect("..")
        items = [first]
        while self.take(","):
            items.append(self.element())
        self.expect("]")
        return n.ListOf(line, column, tuple(items))

    def element(self) -> n.Node:
        return self.expression()

    def range_end(self, start: n.Node, start_included: bool, line: int, column: int) -> n.Node:
        end = self.expression()
        if self.take("]"):
            return n.RangeOf(line, column, start, end, start_included, True)
        if not self.take(")"):
            self.expect("[")
        return n.RangeOf(line, column, start, end, start_included, False)

    def conditional(self, line: int, column: int) -> n.Node:
        condition = self.expression()
        self.expect("then")
        then = self.expression()
        self.expect("else")
        return n.Conditional(line, column, condition, then, self.expression())

    def bindings(self, *, partial: bool = False) -> tuple[tuple[n.Binding, ...], int]:
        """`x in list, y in 1..3`, and the mark that forgets their names again."""
        mark = self.names.mark()
        found: list[n.Binding] = []
        while True:
            line, column = self.where(self.token)
            name = self.new_name("in")
            self.expect("in")
            source = self.expression()
            end = self.expression() if self.take("..") else None
            found.append(n.Binding(line, column, name, source, end))
            self.names.learn(name)
            if not self.take(","):
                return tuple(found), mark

    def function(self, line: int, column: int) -> n.Node:
        mark = self.names.mark()
        parameters: list[str] = []
        types: list[n.TypeName | None] = []
        self.expect("(")
        while not self.sees(")"):
            parameters.append(self.new_name(":", ",", ")"))
            types.append(self.type_name() if self.take(":") else None)
            self.names.learn(parameters[-1])
            if not self.another(")"):
                break
        self.expect(")")
        if self.sees("external"):
            self.refuse("不支持 external 函数", "no external function: only FEEL is run")
        body = self.expression()
        self.names.forget(mark)
        return n.FunctionOf(line, column, tuple(parameters), tuple(types), body)

    def context(self, line: int, column: int) -> n.Node:
        mark = self.names.mark()
        entries: list[tuple[str, n.Node]] = []
        keys: set[str] = set()
        while not self.sees("}"):
            first = self.position
            if self.token.kind == "string":
                key = string_value(self.source, self.token)
                self.position += 1
            else:
                key = self.new_name(":")
            self.expect(":")
            if key in keys:
                self.position = first
                self.refuse(f"“{key}”出现了两次", f"the key {key!r} only once")
            keys.add(key)
            entries.append((key, self.expression()))
            self.names.learn(key)
            if not self.another("}"):
                break
        self.expect("}")
        self.names.forget(mark)
        return n.ContextOf(line, column, tuple(entries))

    # --- unary tests

    def unary_tests(self) -> n.Tests:
        """A whole input cell: `-`, tests, or not(tests)."""
        line, column = self.where(self.token)
        if self.token.kind == "end" or (self.sees("-") and self.tokens[self.position + 1].kind == "end"):
            self.position = len(self.tokens) - 1
            return n.Tests(line, column, (), False)
        start = self.position
        if self.take("not") and self.take("("):
            tests = self.test_list()
            if self.take(")") and self.token.kind == "end":
                return n.Tests(line, column, tests, True)
            self.position, self.input_mentions = start, 0
        self.position = start
        return n.Tests(line, column, self.test_list(), False)

    def test_list(self) -> tuple[n.UnaryTest, ...]:
        tests = [self.test(0)]
        while self.take(","):
            tests.append(self.test(0))
        return tuple(tests)

    def test(self, power: int) -> n.UnaryTest:
        line, column = self.where(self.token)
        mentions = self.input_mentions
        operator = ""
        if self.token.kind == "mark" and self.token.text in _COMPARISONS:
            operator = self.token.text
            self.position += 1
        start, power = self.position, COMPARE if operator else power
        operand = self.expression(power)
        self._read[start, power] = (operand, self.position, self.input_mentions - mentions)
        return n.UnaryTest(line, column, operator, operand, self.input_mentions > mentions)

    def membership_tests(self) -> tuple[n.UnaryTest, ...]:
        """What follows `in`: one test, or several in parentheses."""
        start = self.position
        if self.take("("):
            tests = self.test_list()
            if self.take(")") and (self.token.kind != "mark" or self.token.text in _AFTER_TESTS):
                return tests
        # A range `(1..3)`, or an expression that only starts with a parenthesis.
        self.position = start
        return (self.test(COMPARE),)
