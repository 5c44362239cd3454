"""What waits for events is brought to another version: the changed begin to wait anew, the gone wait no longer,
the new begin. What has already happened in the old version (a reminder that was sent) does not happen again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from engine.bpmn.program import Event, Node
from engine.errors import ExpressionFailed, ValueInvalid
from engine.runtime.fitting import EVENT_WAITS, NewIds, new_id, said
from engine.runtime.run import Run
from engine.runtime.scopes import container_of, finish_if_empty
from engine.runtime.state import Scope, Token, Wait
from engine.runtime.step import Closing
from engine.runtime.stuck import Stuck, bad_value, failed_expression
from engine.runtime.waits import arm, close, plan
from engine.words import Words

#: What an expression raises that gives nothing usable.
CANNOT_BEGIN = (Stuck, ExpressionFailed, ValueInvalid)


def reason(failure: Exception) -> Words:
    """The words of one of these, as an incident would have them."""
    if isinstance(failure, Stuck):
        return failure.words
    refused = failed_expression(failure) if isinstance(failure, ExpressionFailed) else bad_value(str(failure))
    return refused.words


@dataclass(frozen=True, slots=True)
class Renewal:
    """`before` is the instance in the old version, `run` the same in the new one, under its new ids; `refusals`
    collects (process, element, words) of what cannot begin."""

    before: Run
    run: Run
    mapping: NewIds
    refusals: list[tuple[str, str, Words]] = field(default_factory=list)

    def renew(self) -> None:
        """Brings every wait for an event, and every join, to the new version."""
        for token in list(self.run.state.tokens.values()):
            if token.undoes != token.element:  # the holder of what is undone waits for nothing itself
                self._renew_token(token)
        for scope in list(self.run.state.scopes.values()):
            if scope.kind != "multi" and not self._is_undone(scope):
                self._renew_scope(scope)
        self._ask_joins()

    # -- who waits -------------------------------------------------------------------------------

    def _renew_token(self, token: Token) -> None:
        old, new = self.before.node(self.before.state.tokens[token.id]), self.run.node(token)
        begun = token.phase == "active" or self._failed_at_work(token)
        if begun and self.run.state.scopes[token.scope].kind != "multi":  # a boundary is that of the whole loop
            self._renew_events(token, old.boundaries, new.boundaries)
        if token.phase != "active":
            return
        if new.type == "eventBasedGateway":
            self._renew_events(token, _targets(old), _targets(new))
        elif new.type in ("intermediateCatchEvent", "receiveTask"):
            self._renew_events(token, [old.id], [new.id])
        elif new.ad_hoc is not None and old.ad_hoc is not None:
            self._renew_completion(token, old, new)

    def _failed_at_work(self, token: Token) -> bool:
        """An incident in the work itself: the boundary events wait meanwhile."""
        failure = self.run.failed.get(token.id)
        return failure is not None and self.run.state.failures[failure].phase == "work"

    def _renew_scope(self, scope: Scope) -> None:
        there = self.before.state.scopes[scope.id]
        old = self.before.process_of(scope.id).handlers.get(container_of(there), ())
        new = self.run.process_of(scope.id).handlers.get(container_of(scope), ())
        self._renew_events(Token(0, scope.id, ""), old, new, may_begin=not self._is_taken_over(scope.id))

    def _renew_completion(self, token: Token, old: Node, new: Node) -> None:
        """An ad-hoc subprocess in which nothing runs, and which waits for its completion condition."""
        assert old.ad_hoc is not None
        assert new.ad_hoc is not None
        for wait in self._waits(token, new.id):
            if new.ad_hoc.completion is None:
                close(self.run, wait, Closing.CANCELLED)
                finish_if_empty(self.run, self._inside(token))
            elif said(old.ad_hoc.completion) != said(new.ad_hoc.completion):
                wait.holds = False

    def _inside(self, token: Token) -> int:
        scope = self.run.child_scope(token.id)
        assert scope is not None
        return scope

    def _is_undone(self, scope: Scope) -> bool:
        """A completed subprocess that is there again only to be undone, or a transaction that is being cancelled."""
        owner = self.run.state.tokens.get(scope.token or 0)
        if owner is not None and owner.undoes == owner.element:
            return True
        inside = (self.run.state.tokens[each].undo for each in self.run.tokens_in(scope.id))
        return any(undo is not None and undo.then == "cancel" for undo in inside)

    def _is_taken_over(self, scope_id: int) -> bool:
        """An interrupting event subprocess has taken over: no other begins to wait."""
        process, scope = self.before.process_of(scope_id), self.before.state.scopes[scope_id]
        tokens = (self.before.state.tokens[each] for each in self.before.tokens_in(scope_id))
        handlers = {token.element for token in tokens if self.before.node(token).by_event}
        starts = (process.nodes[each] for each in process.handlers.get(container_of(scope), ()))
        running = [each for each in starts if each.container in handlers]
        return any(each.interrupting or any(e.kind == "error" for e in each.events) for each in running)

    def _waits(self, holder: Token, element: str) -> list[Wait]:
        """The waits of an event for the token, or for the scope of a token that stands nowhere."""
        ids = self.run.waits_of(holder.id) if holder.id else self.run.scope_waits(holder.scope)
        found = (self.run.state.waits[each] for each in ids)
        return [each for each in found if each.element == element and each.kind in EVENT_WAITS]

    # -- the events ------------------------------------------------------------------------------

    def _renew_events(
        self, holder: Token, old_ids: Iterable[str], new_ids: Iterable[str], *, may_begin: bool = True
    ) -> None:
        """The events beside a token (or of a scope) that it had in the old version, and has in the new one."""
        process = self.before.process_of(holder.scope)
        counterparts: dict[str, Node] = {}
        for old_id in old_ids:
            counterparts.setdefault(new_id(self.mapping, process.id, old_id), process.nodes[old_id])
        wanted = list(new_ids)
        for gone in counterparts.keys() - set(wanted):
            for wait in self._waits(holder, gone):
                close(self.run, wait, Closing.CANCELLED)
        for each in wanted:
            self._renew_event(holder, counterparts.get(each), self.run.element(holder.scope, each), may_begin)

    def _renew_event(self, holder: Token, old: Node | None, new: Node, may_begin: bool) -> None:
        staying = _staying(old, new)
        seen: set[int] = set()
        for wait in self._waits(holder, new.id):
            if wait.index not in staying or wait.index in seen:  # two that have become one wait once
                close(self.run, wait, Closing.CANCELLED)
            elif old is not None:
                self._renew_wait(holder, wait, old.events[wait.index], new)
            seen.add(wait.index)
        if may_begin:
            for index in range(len(new.events)):
                if index not in staying:
                    self._arm(self._planned(holder, new, index))

    def _renew_wait(self, holder: Token, wait: Wait, old: Event, new: Node) -> None:
        """The same definition of an event: a timer keeps its moment, another condition is asked anew, and what is
        subscribed under another name or key is subscribed anew."""
        event = new.events[wait.index]
        if said(old.condition) != said(event.condition):
            wait.holds = False
        if wait.kind not in ("message", "signal") or _subscribed(old) == _subscribed(event):
            return
        for planned in self._planned(holder, new, wait.index):
            if (planned.name, planned.key) != (wait.name, wait.key):
                close(self.run, wait, Closing.CANCELLED)
                self._arm([replace(wait, name=planned.name, key=planned.key)])

    def _planned(self, holder: Token, node: Node, index: int) -> list[Wait]:
        """The wait of one definition of the event; none where it does not wait, or cannot begin to."""
        alone = replace(node, events=(node.events[index],))
        stands = holder if holder.id else replace(holder, element=node.id)
        try:
            planned = plan(self.run, stands, alone, scope_wait=not holder.id)
        except CANNOT_BEGIN as failure:
            self.refusals.append((node.process, node.id, reason(failure)))
            return []
        return [replace(each, index=index) for each in planned]

    def _arm(self, planned: list[Wait]) -> None:
        for wait in planned:
            arm(self.run, wait)

    # -- the joins -------------------------------------------------------------------------------

    def _ask_joins(self) -> None:
        """Tokens that wait at a join which waits for others now arrive there once more."""
        for (scope, element), waiting in list(self.run.state.joining.items()):
            tokens = [self.run.state.tokens[each] for each in waiting]
            old = self.before.node(self.before.state.tokens[tokens[0].id])
            incoming = {new_id(self.mapping, self.before.process_of(scope).id, each) for each in old.incoming}
            new = self.run.element(scope, element)
            if incoming == set(new.incoming) and _gathers(old) == _gathers(new):
                continue
            for token in tokens:
                self.run.unjoin(token)
                self.run.schedule(token, "enter")


def _targets(gateway: Node) -> list[str]:
    return [flow.target for flow in gateway.outgoing]


def _staying(old: Node | None, new: Node) -> set[int]:
    """The definitions that are in both versions: of the same kind in the same place. Of an event that needs all
    of them none is, unless all are."""
    if old is None:
        return set()
    kinds = [event.kind for event in old.events], [event.kind for event in new.events]
    if (old.parallel_multiple or new.parallel_multiple) and (
        kinds[0] != kinds[1] or old.parallel_multiple != new.parallel_multiple
    ):
        return set()
    return {index for index, (before, after) in enumerate(zip(*kinds, strict=False)) if before == after}


def _subscribed(event: Event) -> object:
    properties = tuple((name, said(slot)) for name, slot in event.properties)
    return said(event.name), said(event.key), properties


def _gathers(node: Node) -> object:
    return node.start_quantity, said(node.activation)
