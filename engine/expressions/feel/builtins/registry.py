"""How a built-in function is declared: its name, and signatures with the type of each parameter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from engine.expressions.feel.objects import Brief, Function, Range
from engine.expressions.feel.operations import is_number
from engine.expressions.feel.run import Run
from engine.values import FarDate, FarDateTime, FineDuration, FineTime, Value, YearsMonths

Body = Callable[..., Value]

_NUMBERS = (int, Decimal)
_ACCEPTED: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": _NUMBERS,
    "boolean": (bool,),
    "list": (list,),
    "context": (dict,),
    "date": (date, datetime, FarDate, FarDateTime),
    "time": (time, FineTime),
    "duration": (timedelta, FineDuration, YearsMonths),
    "function": (Function,),
    "range": (Range,),
    "any": (),
}


class _Signature:
    """One way to call a function: "string: string, length?: number" (a `?` may be left out)."""

    def __init__(self, text: str) -> None:
        parts = [part.split(":") for part in text.split(",")] if text else []
        self.names = tuple(name.strip().rstrip("?") for name, _ in parts)
        self.least = sum(not name.strip().endswith("?") for name, _ in parts)
        self.types = tuple(_ACCEPTED[type_.strip()] for _, type_ in parts)

    def fit(self, arguments: tuple[Value, ...]) -> tuple[Value, ...] | None:
        """The arguments, implicit conversions done (DMN 1.5, 10.3.2.9.4), or None where a type is wrong."""
        for argument, types in zip(arguments, self.types, strict=False):
            if types and (type(argument) not in types or (types is _NUMBERS and not is_number(argument))):
                return self._converted(arguments)
        return arguments

    def _converted(self, arguments: tuple[Value, ...]) -> tuple[Value, ...] | None:
        fitted = []
        for argument, types in zip(arguments, self.types, strict=False):
            if types and type(argument) not in types:
                if types == (list,) and argument is not None:
                    argument = [argument]
                elif type(argument) is list and len(argument) == 1 and type(argument[0]) in types:
                    argument = argument[0]
                else:
                    return None
            if types is _NUMBERS and not is_number(argument):
                return None
            fitted.append(argument)
        return tuple(fitted)

    def applied(self, body: Body) -> Body:
        """`body` for arguments of this signature, else null."""

        least, most, fit = self.least, len(self.names), self.fit
        sure = tuple(frozenset() if types is _NUMBERS else frozenset(types) for types in self.types)

        def apply(run: Run, *arguments: Value) -> Value:
            count = len(arguments)
            if count < least or count > most:
                return None
            if type(arguments[0]) in sure[0] and (count == 1 or (count == 2 and type(arguments[1]) in sure[1])):
                return body(run, *arguments)
            fitted = fit(arguments)
            return None if fitted is None else body(run, *fitted)

        return apply if most else _without_arguments(body)


def _without_arguments(body: Body) -> Body:
    return lambda run, *arguments: None if arguments else body(run)


def _first_fitting(signatures: tuple[_Signature, ...], body: Body) -> Body:
    """`body` for arguments of any of the signatures, else null."""

    def apply(run: Run, *arguments: Value) -> Value:
        for signature in signatures:
            if signature.least <= len(arguments) <= len(signature.names):
                fitted = signature.fit(arguments)
                if fitted is not None:
                    return body(run, *fitted)
        return None

    return apply


def _types_by_count(signatures: tuple[_Signature, ...]) -> dict[int, tuple[frozenset[type], ...]]:
    """The types of so many arguments, where all signatures that take so many have the same."""
    known: dict[int, tuple[frozenset[type], ...]] = {}
    for count in range(1, max(len(each.names) for each in signatures) + 1):
        types = {each.types[:count] for each in signatures if each.least <= count <= len(each.names)}
        if len(types) == 1:
            known[count] = tuple(frozenset(each) for each in types.pop())
    return known


class Registry:
    """The functions of one module, in the order they are written."""

    def __init__(self) -> None:
        self.functions: list[Function] = []

    def __call__(
        self,
        name: str,
        *signatures: str,
        brief: Brief | None = None,
        prepared: Callable[..., Body | None] | None = None,
    ) -> Callable[[Body], Body]:
        """Declare `name`; arguments that fit no signature give null, the first that they fit takes them.

        `brief` says the same as the body, for one plain argument and without a run; `prepared` makes of all
        arguments but the first a body that does the same for the first.
        """
        read = tuple(_Signature(text) for text in signatures)

        def declare(body: Body) -> Body:
            overloads = tuple(signature.applied(body) for signature in read)
            names = tuple(each.names for each in read)
            apply = overloads[0] if len(read) == 1 else _first_fitting(read, body)
            function = Function(name, apply, names, overloads, _types_by_count(read), body, brief, prepared)
            self.functions.append(function)
            return body

        return declare

    def over_items(self, name: str, parameter: str = "list") -> Callable[[Body], Body]:
        """Declare a function of one list, that may also be called with the items one by one."""

        def declare(body: Body) -> Body:
            def apply(run: Run, *arguments: Value) -> Value:
                if not arguments:
                    return None
                items = arguments[0] if len(arguments) == 1 else list(arguments)
                if type(items) is not list:
                    items = [items]
                run.spend(len(items))
                return body(run, items)

            self.functions.append(Function(name, apply, ((parameter,),)))
            return body

        return declare
