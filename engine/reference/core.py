"""The reference core: SpiffWorkflow behind our own commands. For comparison, never for real cases.

It has `start`, `complete`, `fire` and `correlate`. Machine tasks are done at once and give nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.bpmn import compile_program as compile_ours
from engine.errors import NotInReferenceCore
from engine.reference.data import apply, written
from engine.reference.limits import refusals
from engine.reference.session import ReferenceProgram, Session
from engine.reference.sharing import Sharing
from engine.reference.translate import beginnings, translate
from engine.runtime.step import Context, Step
from engine.values import Value, Variables
from engine.words import Words

_COMMAND = Words("参考核没有这个命令", "The reference core has start, complete, fire and correlate alone")
_UNREAD = Words("SpiffWorkflow 无法读取：{why}", "SpiffWorkflow does not read it: {why}")


@dataclass(frozen=True, slots=True)
class ReferenceView:
    """What stands in a state: open user tasks as (id, process, element), whether it ended, and the
    variables as each open branch sees them (the reference core keeps one copy per branch)."""

    tasks: tuple[tuple[int, str, str], ...]
    branches: tuple[Mapping[str, Value], ...]
    ended: bool

    @property
    def variables(self) -> Mapping[str, Value]:
        """The variables as the first open branch sees them."""
        return self.branches[0] if self.branches else {}


def compile_program(files: Mapping[str, bytes], entry: str) -> ReferenceProgram:
    """The same files, for the reference core. Raises DefinitionInvalid, NotInReferenceCore."""
    from SpiffWorkflow.bpmn.parser import BpmnParser
    from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

    program = compile_ours(files, entry)
    refused = refusals(program)
    if entry in refused:
        raise refused[entry]
    translation = translate(program, [each for each in program.processes if each not in refused])
    parser = BpmnParser()
    try:
        parser.add_bpmn_str(translation.xml)
        specs = parser.find_all_specs()
    except (ValidationException, RecursionError) as failure:
        words = _UNREAD.fill(why=str(failure)[:200])
        raise NotInReferenceCore(words.en, process=entry, words=words) from failure
    return ReferenceProgram(program, translation, specs, refused)


def start(program: ReferenceProgram, variables: Variables, context: Context, *, process: str | None = None) -> Step:
    """Starts the entry process, or `process`. Raises KeyError, ExpressionFailed, NotInReferenceCore."""
    return begun(program, variables, context, process or program.program.entry).settled()


def begun(
    program: ReferenceProgram,
    variables: Variables,
    context: Context,
    process: str,
    sharing: Sharing | None = None,
) -> Session:
    """A session at the start of the process; with `sharing`, of a core that is not quite the package's.

    Raises KeyError, ExpressionFailed, NotInReferenceCore."""
    definition = program.program.processes[process]
    given = variables
    if not definition.starts.get(None):  # what its event brings, through its output mappings
        event = definition.nodes[beginnings(definition, None)[0]]
        given = apply(event, variables, {}, {}, context)
    return Session.new(program, definition.id, written(given), context, sharing)


def complete(program: ReferenceProgram, state: bytes, task_id: int, variables: Variables, context: Context) -> Step:
    """Completes an open user task. Raises TaskNotOpen."""
    session = Session.restored(program, state, context)
    session.complete(task_id, variables)
    return session.settled()


def fire(program: ReferenceProgram, state: bytes, timer_id: int, context: Context) -> Step:
    """The timer is due. Raises NothingWaits."""
    session = Session.restored(program, state, context)
    session.fire(timer_id)
    return session.settled()


def correlate(
    program: ReferenceProgram,
    state: bytes,
    message_name: str,
    key: str | None,
    payload: Variables,
    context: Context,
) -> Step:
    """Gives a message to the event that waits for this name and key. Raises NothingWaits."""
    session = Session.restored(program, state, context)
    session.correlate(message_name, key, payload)
    return session.settled()


def unavailable(*_: object, **__: object) -> Step:
    """Every other command. Raises NotInReferenceCore."""
    raise NotInReferenceCore(_COMMAND.en, words=_COMMAND)


resolve = retry = cancel = signal = modify = migrate = reschedule = unavailable


def snapshot(program: ReferenceProgram, state: bytes, context: Context) -> ReferenceView:
    """What stands in the state. Raises StateInvalid."""
    session = Session.restored(program, state, context)
    tasks = [(each.number, each.node.process, each.node.id) for each in session.waiting() if each.kind == "task"]
    return ReferenceView(tuple(tasks), session.branches(), session.workflow.completed)
