"""How a built-in function is declared."""

from __future__ import annotations

from collections.abc import Callable

from engine.expressions.feel.objects import Function
from engine.values import Value

Body = Callable[..., Value]


class Registry:
    """The functions of one module, in the order they are written."""

    def __init__(self) -> None:
        self.functions: list[Function] = []

    def __call__(self, name: str, *signatures: str, least: int | None = None, variadic: bool = False) -> Callable[[Body], Body]:
        """Declare `name`. A signature is "a, b, c"; `least` arguments must be there (all by default)."""
        read = tuple(tuple(part.strip() for part in text.split(",")) if text else () for text in signatures)

        def declare(body: Body) -> Body:
            most = max(len(signature) for signature in read)
            fewest = min(len(signature) for signature in read) if least is None else least
            self.functions.append(Function(name, body, read, fewest, None if variadic else most))
            return body

        return declare
