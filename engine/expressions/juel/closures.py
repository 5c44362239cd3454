"""What a piece of Unified EL compiles to: closures over the scope of variables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.expressions.failure import Failure, missing
from engine.expressions.feel.run import Closure, Run, Scope
from engine.expressions.juel.coercions import to_boolean, to_text
from engine.expressions.juel.methods import call
from engine.expressions.juel.operations import Operation, is_empty, member, negate
from engine.values import Value

#: One property, index or call behind a value.
Step = Callable[[Value, Scope], Value]


def constant(value: Value) -> Closure:
    return lambda scope: value


def variable(name: str, lenient: bool) -> Closure:
    """The variable; a missing one is a failure, or null where that is asked for."""

    def read(scope: Scope) -> Value:
        if name in scope.variables:
            return scope.variables[name]
        if lenient:
            return None
        raise missing(name)

    return read


def get_variable(name: Closure) -> Closure:
    """`execution.getVariable(name)`: null where there is none."""
    return lambda scope: scope.variables.get(to_text(name(scope), scope.run))


def has_variable(name: Closure) -> Closure:
    return lambda scope: to_text(name(scope), scope.run) in scope.variables


def all_variables(scope: Scope) -> Value:
    """`execution.variables`."""
    scope.run.spend(len(scope.variables))
    return dict(scope.variables)


def joined(parts: Sequence[Closure]) -> Closure:
    """The texts of all parts, one behind the other."""

    def write(scope: Scope) -> Value:
        run = scope.run
        return run.text("".join([to_text(part(scope), run) for part in parts]))

    return write


def choice(condition: Closure, then: Closure, otherwise: Closure) -> Closure:
    return lambda scope: then(scope) if to_boolean(condition(scope)) else otherwise(scope)


def logic(decisive: bool, operands: Sequence[Closure]) -> Closure:
    """`||` where true decides, `&&` where false does; what follows the deciding operand is not evaluated."""

    def decide(scope: Scope) -> Value:
        for operand in operands:
            if to_boolean(operand(scope)) is decisive:
                return decisive
        return not decisive

    return decide


def chain(first: Closure, rest: Sequence[tuple[Operation, Closure]]) -> Closure:
    """Operators of one strength, from left to right."""

    def compute(scope: Scope) -> Value:
        value = first(scope)
        for operation, operand in rest:
            value = operation(value, operand(scope), scope.run)
        return value

    return compute


def walked(first: Closure, steps: Sequence[Step]) -> Closure:
    def walk(scope: Scope) -> Value:
        value = first(scope)
        for step in steps:
            value = step(value, scope)
        return value

    return walk


def property_step(name: str) -> Step:
    return lambda value, scope: member(value, name, scope.run)


def index(key: Closure) -> Step:
    return lambda value, scope: member(value, key(scope), scope.run)


def method_step(name: str, arguments: Sequence[Closure]) -> Step:
    def step(value: Value, scope: Scope) -> Value:
        run: Run = scope.run
        if value is None:
            raise Failure(f"空值没有方法 {name}", f"null has no method {name}")
        return call(run, value, name, [argument(scope) for argument in arguments])

    return step


PREFIX: dict[str, Callable[[Closure], Closure]] = {
    "!": lambda operand: lambda scope: not to_boolean(operand(scope)),
    "-": lambda operand: lambda scope: negate(operand(scope)),
    "empty": lambda operand: lambda scope: is_empty(operand(scope)),
}
