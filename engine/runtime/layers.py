"""What an expression sees: layers of variables, nearest first."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import MutableMapping
from typing import Any

from engine.values import Value


class Layers(ChainMap[str, Value]):
    """A ChainMap that looks for a name without raising an error for each layer that lacks it."""

    def __contains__(self, name: object) -> bool:
        for layer in self.maps:  # noqa: SIM110  # a generator costs more than the search
            if name in layer:
                return True
        return False

    def __getitem__(self, name: str) -> Value:
        for layer in self.maps:
            if name in layer:
                return layer[name]
        raise KeyError(name)

    def get(self, name: str, default: Any = None) -> Any:
        """The nearest value of this name, or `default`."""
        for layer in self.maps:
            if name in layer:
                return layer[name]
        return default


def layered(layers: list[MutableMapping[str, Value]]) -> Layers:
    """The layers, which nobody else changes; made without the call that takes them one by one."""
    made = Layers.__new__(Layers)
    made.maps = layers
    return made
