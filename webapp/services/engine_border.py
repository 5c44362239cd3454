"""The engine's commands as the office calls them: an error that the engine did not mean becomes one that is kept.

What the engine means to refuse is an EngineError and comes through as it is. A bug of the engine would otherwise
leave an act without an incident or a line in the ledger.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import structlog

from engine import EngineError, runtime

log = structlog.get_logger(__name__)

Given = ParamSpec("Given")
Result = TypeVar("Result")

#: What a bug in pure code raises. Errors of the database, of files and of memory are not the engine's.
BUGS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    RuntimeError,
    StopIteration,
    TypeError,
    ValueError,
)


class EngineFault(EngineError):
    """The engine broke off `command` with an error of its own, which is the cause; nothing of it is kept."""

    def __init__(self, command: str, cause: Exception) -> None:
        self.command = command
        super().__init__(f"{command}: {type(cause).__name__}: {cause}")


def _bordered(command: Callable[Given, Result]) -> Callable[Given, Result]:
    """The command, which raises EngineFault in place of what a bug raises."""

    @wraps(command)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        try:
            return command(*args, **kwargs)
        except BUGS as bug:
            log.exception("engine-fault", command=command.__name__)
            raise EngineFault(command.__name__, bug) from bug

    return run


start = _bordered(runtime.start)
complete = _bordered(runtime.complete)
fire = _bordered(runtime.fire)
correlate = _bordered(runtime.correlate)
signal = _bordered(runtime.signal)
resolve = _bordered(runtime.resolve)
retry = _bordered(runtime.retry)
skip = _bordered(runtime.skip)
set_variables = _bordered(runtime.set_variables)
migrate = _bordered(runtime.migrate)
kept_posts = _bordered(runtime.kept_posts)
modify = _bordered(runtime.modify)
cancel = _bordered(runtime.cancel)
snapshot = _bordered(runtime.snapshot)
variables_at = _bordered(runtime.variables_at)
variables_seen = _bordered(runtime.variables_seen)
