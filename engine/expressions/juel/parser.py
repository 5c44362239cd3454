"""A parser of Unified EL (Expression Language 2.2, 1.19) that compiles as it reads.

No assignment, no lambda and no collection literals (they came with EL 3, which the engines that write
these files do not use), no functions, and of methods only those of methods.py.
"""

from __future__ import annotations

from typing import NoReturn

from engine.expressions.failure import Failure
from engine.expressions.feel.lexer import refuse
from engine.expressions.feel.run import Closure
from engine.expressions.juel import closures as c
from engine.expressions.juel.coercions import number_in
from engine.expressions.juel.lexer import CONSTANTS, Token, tokens_of
from engine.expressions.juel.methods import ARGUMENTS
from engine.expressions.juel.operations import BINARY

#: Deepest nesting of brackets and operators that is read.
NESTING_LIMIT = 100
_STRENGTH = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip
#: What reads the variables of the scope: `execution.getVariable("x")`, `execution.variables.x`.
_EXECUTION = "execution"
_INSTEAD = {
    "=": ("比较请用“==”；不支持赋值", "== to compare: there is no assignment"),
    "+=": ("不支持“+=”（EL 3），请写成相邻的 ${…}", "no += (EL 3): write ${…} side by side"),
    "->": ("不支持 lambda 表达式", "no lambda expression"),
    ";": ("只能有一个表达式", "one expression only"),
    "{": ("不支持集合字面量", "no collection literal"),
    "[": ("不支持集合字面量", "no collection literal"),
    "instanceof": ("不支持 instanceof", "no instanceof"),
}


def parse(source: str) -> tuple[Closure, frozenset[str], int]:
    """The evaluation, the variables it reads, and its size in nodes. Raises ExpressionInvalid."""
    parser = _Parser(source)
    try:
        return parser.template(), frozenset(parser.names), parser.size
    except RecursionError:
        parser.refuse_depth()


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = tokens_of(source)
        self.position = 0
        self.depth = 0
        self.size = 1
        self.names: set[str] = set()

    # --- tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def sees(self, text: str) -> bool:
        return self.token.text == text and self.token.kind in ("mark", "close")

    def take(self, text: str) -> bool:
        if self.sees(text):
            self.position += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.take(text):
            self.refuse_token(f"此处应为“{text}”", f"{text!r} here")

    def refuse(self, zh: str, en: str) -> NoReturn:
        refuse(self.source, self.token.start, zh, en)

    def refuse_token(self, zh: str, en: str) -> NoReturn:
        """Refuse the next token: in the words for what is known not to be read, else in these."""
        self.refuse(*_INSTEAD.get(self.token.text if self.token.kind == "mark" else "", (zh, en)))

    def refuse_depth(self) -> NoReturn:
        self.refuse(f"嵌套最多 {NESTING_LIMIT} 层", f"at most {NESTING_LIMIT} levels of nesting")

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > NESTING_LIMIT:
            self.refuse_depth()

    # --- the whole

    def template(self) -> Closure:
        """Text with expressions in it; one expression alone keeps its value, everything else is a text."""
        parts: list[Closure] = []
        opening = ""
        while self.token.kind != "end":
            token = self.token
            self.position += 1
            if token.kind == "text":
                parts.append(c.constant(token.text))
                continue
            if opening not in ("", token.text):
                refuse(self.source, token.start, "${…} 与 #{…} 不能混用", "only ${…} or only #{…} in one text")
            opening = token.text
            parts.append(self.expression())
            self.expect("}")
        if not parts:
            return c.constant("")
        return parts[0] if len(parts) == 1 else c.joined(parts)

    def expression(self) -> Closure:
        """`condition ? then : otherwise`, or what is below it."""
        self.deeper()
        made = self.binary(0)
        if self.take("?"):
            then = self.expression()
            self.expect(":")
            made = c.choice(made, then, self.expression())
        self.depth -= 1
        return made

    def binary(self, power: int) -> Closure:
        """Operators that bind tighter than `power`, each strength as one chain from left to right."""
        left = self.unary()
        while self.token.kind == "mark":
            strength = _STRENGTH.get(self.token.text, 0)
            if strength <= power:
                break
            rest: list[tuple[str, Closure]] = []
            while self.token.kind == "mark" and _STRENGTH.get(self.token.text) == strength:
                operator = self.token.text
                self.position += 1
                rest.append((operator, self.binary(strength)))
            self.size += len(rest)
            left = self._chained(left, rest)
        return left

    def _chained(self, left: Closure, rest: list[tuple[str, Closure]]) -> Closure:
        if rest[0][0] in ("&&", "||"):
            return c.logic(rest[0][0] == "||", [left, *(operand for _, operand in rest)])
        return c.chain(left, [(BINARY[operator], operand) for operator, operand in rest])

    def unary(self) -> Closure:
        if self.token.kind != "mark" or self.token.text not in ("!", "-", "empty"):
            return self.value()
        operator = self.token.text
        self.position += 1
        self.size += 1
        self.deeper()
        follows_value = self.token.kind != "mark" or self.sees("(")
        operand = self.value(lenient=True) if operator == "empty" and follows_value else self.unary()
        self.depth -= 1
        return c.PREFIX[operator](operand)

    # --- values

    def value(self, *, lenient: bool = False) -> Closure:
        """A value with its properties, indexes and calls. `lenient`: a missing variable is null (`empty x`)."""
        first = self.primary(lenient)
        steps: list[c.Step] = []
        while True:
            if self.take("."):
                steps.append(self.member())
            elif self.take("["):
                steps.append(c.index(self.expression()))
                self.expect("]")
                if self.sees("("):
                    self.refuse("方法名不能是算出来的", "a method's name written out")
            else:
                break
        self.size += len(steps)
        return c.walked(first, steps) if steps else first

    def primary(self, lenient: bool) -> Closure:
        token = self.token
        self.size += 1
        self.position += 1
        if token.kind == "name":
            return self.named(token, lenient)
        if token.kind == "string":
            return c.constant(token.text)
        if token.kind == "constant":
            return c.constant(CONSTANTS[token.text])
        if token.kind == "number":
            return self.number(token)
        if token.kind == "mark" and token.text == "(":
            inner = self.parenthesised(lenient)
            self.expect(")")
            return inner
        self.position -= 1
        return self.refuse_token("此处缺少表达式", "an expression here")

    def parenthesised(self, lenient: bool) -> Closure:
        """`(x)` after `empty` is as lenient as `x`."""
        alone = self.token.kind == "name" and self.tokens[self.position + 1].text == ")"
        return self.value(lenient=lenient) if alone else self.expression()

    def number(self, token: Token) -> Closure:
        try:
            return c.constant(number_in(token.text))
        except Failure:
            refuse(self.source, token.start, "数字超出范围", "a number within the range of decimals")

    def named(self, token: Token, lenient: bool) -> Closure:
        """A variable, or the execution; functions are not called."""
        following = [each.text for each in self.tokens[self.position : self.position + 3]]
        if self.sees("(") or (
            self.sees(":") and following[2:] == ["("] and self.tokens[self.position + 1].kind == "name"
        ):
            refuse(self.source, token.start, f"不支持函数 {token.text}", f"no function: {token.text} is not available")
        if token.text == _EXECUTION:
            return self.execution(token)
        self.names.add(token.text)
        return c.variable(token.text, lenient)

    def execution(self, token: Token) -> Closure:
        """`execution.getVariable(name)`, `.hasVariable(name)`, `.variables` and `.getVariables()`."""
        name = self.tokens[self.position + 1].text if self.sees(".") else ""
        if name not in ("getVariable", "hasVariable", "getVariables", "variables"):
            refuse(
                self.source,
                token.start,
                "execution 只支持 getVariable、hasVariable、getVariables() 和 variables",
                "of execution only getVariable, hasVariable, getVariables() and variables",
            )
        self.position += 2
        if name == "variables":
            self.note_name_behind()
            return c.all_variables
        self.expect("(")
        if name == "getVariables":
            self.expect(")")
            self.note_name_behind()
            return c.all_variables
        if self.token.kind == "string":
            self.names.add(self.token.text)
        argument = self.expression()
        self.expect(")")
        return c.get_variable(argument) if name == "getVariable" else c.has_variable(argument)

    def note_name_behind(self) -> None:
        """The variable that `execution.variables.x` or `execution.variables["x"]` reads."""
        following = self.tokens[self.position + 1] if self.token.kind != "end" else self.token
        if (self.sees(".") and following.kind == "name") or (self.sees("[") and following.kind == "string"):
            self.names.add(following.text)

    def member(self) -> c.Step:
        token = self.token
        if token.kind != "name":
            self.refuse_token("此处应为名称", "a name here")
        self.position += 1
        if not self.take("("):
            return c.property_step(token.text)
        allowed = ARGUMENTS.get(token.text)
        if allowed is None:
            known = ", ".join(ARGUMENTS)
            refuse(
                self.source,
                token.start,
                f"不支持方法 {token.text}，可用：{known}",
                f"one of the methods {known}, not {token.text}",
            )
        arguments = self.arguments()
        if not allowed[0] <= len(arguments) <= allowed[1]:
            count = allowed[0] if allowed[0] == allowed[1] else f"{allowed[0]}–{allowed[1]}"
            refuse(self.source, token.start, f"{token.text} 需要 {count} 个参数", f"{count} arguments of {token.text}")
        return c.method_step(token.text, arguments)

    def arguments(self) -> list[Closure]:
        """The arguments of a call, with its closing parenthesis."""
        found: list[Closure] = []
        while not self.sees(")"):
            found.append(self.expression())
            if not self.take(","):
                break
            if self.sees(")"):
                self.refuse("逗号之后缺少内容", "something after the comma")
        self.expect(")")
        return found
