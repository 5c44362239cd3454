"""监察信号: the lists, one signal with its ground, and what the unit and the supervisor say to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.catalogue import rules_in_force
from webapp.errors import ActRefused, Incomplete
from webapp.identity import Identity, signed_in
from webapp.pages.refusals import refusal_of
from webapp.pages.supervision.blueprint import address, asked, asked_number, blueprint, sections
from webapp.pages.supervision.sheets import NOTHING, Cell, Head, Sheet, as_csv
from webapp.pages.support import needs, when, words
from webapp.permissions import Permission, SignalFacts, ensure, may
from webapp.queries import signals as found
from webapp.queries.case_clocks import CLOCK_NAMES
from webapp.queries.signals import COLOUR_NAMES, SAID, SAID_BY_UNIT, STATE_NAMES, Signal, SignalRow, Wanted
from webapp.services import signal_answers

COLOUR_LOOKS = {"yellow": ("state state-warn", "flag"), "red": ("state state-bad", "flag")}
STATE_LOOKS = {
    "open": "state state-warn",
    "answered": "state state-info",
    "appealed": "state state-info",
    "upheld": "state state-bad",
    "withdrawn": "state state-muted",
}
Errors = Mapping[str, Sequence[Words]]


@blueprint.get("/signals")
@needs(Permission.SIGNAL_SEE)
def signals() -> ResponseReturnValue:
    """Signals of all units for those who supervise, of one's own unit for everyone else."""
    by, wanted, after = signed_in(), _wanted(), request.args.get("after", "")
    sheet, following = _sheet(by, wanted, after)
    units = found.units(by)
    return render_template(
        "supervision/signals.html",
        sections=sections(by, "signals"),
        sheet=sheet,
        wanted=wanted,
        units=units if len(units) > 1 else [],
        kinds=_kinds(),
        colours=COLOUR_NAMES,
        person=found.person_name(wanted.person),
        tabs=[
            (label, _address("signals", wanted, state=state), state == wanted.state, None)
            for state, label in (
                ("", gettext("未处理")),
                ("open", gettext("待答复")),
                ("appealed", gettext("申诉待决")),
                ("settled", gettext("已处理")),
                ("all", gettext("全部")),
            )
        ],
        next_url=_address("signals", wanted, after=following) if following else None,
        first_url=_address("signals", wanted) if after else None,
        csv_url=_address("signals_file", wanted, after=after),
    )


@blueprint.get("/signals.csv")
@needs(Permission.SIGNAL_SEE)
def signals_file() -> Response:
    """The page of signals that is on the screen."""
    return as_csv(_sheet(signed_in(), _wanted(), request.args.get("after", ""))[0])


@blueprint.get("/signals/<int:signal_id>")
@needs(Permission.SIGNAL_SEE)
def signal(signal_id: int) -> ResponseReturnValue:
    """One signal: what was found, on what basis, who answers for it, what was said."""
    return _page(signal_id, {})


@blueprint.post("/signals/<int:signal_id>/answer")
@needs(Permission.SIGNAL_ANSWER)
def answer(signal_id: int) -> ResponseReturnValue:
    """The unit's answer, or its appeal."""
    text, key = request.form.get("text", ""), request.form.get("key", "")
    appeals = request.form.get("act") == "appeal"
    say = signal_answers.appeal if appeals else signal_answers.answer
    if refusal := refusal_of(lambda: say(signal_id, by=signed_in(), text=text, key=key)):
        return _refused(signal_id, refusal, "answer")
    flash(gettext("申诉已提交。") if appeals else gettext("答复已提交。"), "success")
    return redirect(url_for("supervision.signal", signal_id=signal_id))


@blueprint.post("/signals/<int:signal_id>/settle")
@needs(Permission.SIGNAL_SETTLE)
def settle(signal_id: int) -> ResponseReturnValue:
    """The decision of who judges: the office's supervision, or a decider of the unit."""
    text, key = request.form.get("text", ""), request.form.get("key", "")
    withdraws = request.form.get("act") == "withdraw"
    say = partial(signal_answers.settle, signal_id, by=signed_in(), withdraw=withdraws, text=text, key=key)
    if refusal := refusal_of(say):
        return _refused(signal_id, refusal, "settle")
    flash(gettext("已撤销该信号。") if withdraws else gettext("已维持该信号。"), "success")
    return redirect(url_for("supervision.signal", signal_id=signal_id))


def _refused(signal_id: int, refusal: ActRefused, tried: str) -> ResponseReturnValue:
    """The signal as it is, with why the act was refused and what was typed; for who does not see it, nothing else.

    `tried`: which of its two forms was sent, "answer" or "settle".
    """
    if isinstance(refusal, Incomplete):
        return _page(signal_id, {tried: [refusal.words]}, refusal.status, tried=tried)
    if not may(signed_in(), Permission.SIGNAL_SEE, _subject(found.signal(signal_id))):
        raise refusal
    return _page(signal_id, {}, refusal.status, refusal, tried=tried)


def _subject(shown: Signal) -> SignalFacts:
    return SignalFacts(shown.row.unit_key, signal_answers.judged_by_unit(shown.rules))


def _page(
    signal_id: int, errors: Errors, status: int = 200, refusal: ActRefused | None = None, *, tried: str = ""
) -> ResponseReturnValue:
    by = signed_in()
    shown = found.signal(signal_id)
    subject = _subject(shown)
    ensure(by, Permission.SIGNAL_SEE, subject)
    judges = not shown.is_settled and may(by, Permission.SIGNAL_SETTLE, subject)
    own = signal_answers.is_own(by, shown.person_id, shown.speakers)
    answers = not shown.is_settled and may(by, Permission.SIGNAL_ANSWER, subject)
    rendered = render_template(
        "supervision/signal.html",
        signal=shown,
        row=shown.row,
        said=SAID_BY_UNIT if subject.judged_by_unit else SAID,
        judged_by_unit=subject.judged_by_unit,
        refusal=refusal,
        tried=tried,
        badges=[
            (words(COLOUR_NAMES[shown.row.colour]), *COLOUR_LOOKS[shown.row.colour]),
            (words(STATE_NAMES[shown.row.state]), STATE_LOOKS[shown.row.state], ""),
        ],
        about=_about(shown),
        may_answer=answers and "answered" not in shown.acts,
        may_appeal=answers and "appealed" not in shown.acts,
        may_settle=judges and not own,
        is_own=judges and own,
        errors=errors,
        typed=request.form,
        back=address("signals"),
        sections=sections(by, "signals"),
    )
    return rendered, status


def _about(shown: Signal) -> list[tuple[str, str]]:
    """What the signal is about, in words: the clock and its day, or the step."""
    lines = []
    if "clock" in shown.ref:
        name = str(shown.ref["clock"])
        lines.append((gettext("时限"), words(CLOCK_NAMES.get(name, Words(name, name)))))
    if shown.step is not None:
        lines.append((gettext("环节"), words(shown.step)))
    if "due" in shown.ref:
        lines.append((gettext("到期日"), str(shown.ref["due"])))
    return lines


def _wanted() -> Wanted:
    return Wanted(
        state=asked("state", found.STATES),
        unit=asked("unit"),
        colour=asked("colour", COLOUR_NAMES),
        kind=asked("kind"),
        person=asked_number("person"),
    )


def _address(endpoint: str, wanted: Wanted, **changed: object) -> str:
    given = {
        "state": wanted.state,
        "unit": wanted.unit,
        "colour": wanted.colour,
        "kind": wanted.kind,
        "person": wanted.person,
    }
    return address(endpoint, **{**given, **changed})


def _kinds() -> list[tuple[str, str]]:
    rules = rules_in_force().signals
    return [(rule.kind, words(rule.name)) for rule in rules.rules.values()] if rules else []


def _sheet(by: Identity, wanted: Wanted, after: str) -> tuple[Sheet, str | None]:
    page = found.signals(wanted, units=[key for key, _ in found.units(by)], after=after)
    heads = (
        gettext("信号"),
        gettext("颜色"),
        gettext("办件编号"),
        gettext("项目"),
        gettext("事项"),
        gettext("责任单位"),
        gettext("责任人"),
        gettext("发出时间"),
        gettext("答复期限"),
        gettext("状态"),
    )
    sheet = Sheet(
        "supervision-signals",
        gettext("监察信号"),
        tuple(Head(head) for head in heads),
        tuple(_cells(row) for row in page.rows),
        keys=True,
    )
    return sheet, page.following


def _cells(row: SignalRow) -> tuple[Cell, ...]:
    badge, glyph = COLOUR_LOOKS[row.colour]
    due = row.answer_due_on.isoformat() if row.answer_due_on else NOTHING
    if row.late:
        due += gettext("（已过）")
    return (
        Cell(words(row.name), address("signal", signal_id=row.id)),
        Cell(words(COLOUR_NAMES[row.colour]), look="nowrap", badge=badge, glyph=glyph),
        Cell(row.number, look="nowrap"),
        Cell(row.subject),
        Cell(words(row.item)),
        Cell(words(row.unit)),
        Cell(row.person or NOTHING, look="nowrap"),
        Cell(when(row.raised_at), look="nowrap"),
        Cell(due, address("signal", signal_id=row.id) if row.answer_due_on else "", look="nowrap"),
        Cell(words(STATE_NAMES[row.state]), look="nowrap", badge=STATE_LOOKS[row.state]),
    )
