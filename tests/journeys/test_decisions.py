"""Why a decision table decided as it did stays with the case: in the ledger by digest, and beside it word for word."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from flask_sqlalchemy import SQLAlchemy

from engine.dmn import DecisionStep, TableTrace
from tests.engine.runtime.diagrams import ext
from tests.support import credit, machines, office
from webapp.errors import NotEligible
from webapp.queries.audit import verify_all
from webapp.queries.decisions import DecisionLine, decisions_of
from webapp.services import commitments
from webapp.unit_of_work import sql

ITEMS = ("P2", "P3", "P4")


def bar() -> None:
    """A false commitment of the applicant is recorded."""
    credit.bar(kind="false-commitment")


def facts(case_id: int, kind: str) -> list[dict[str, Any]]:
    """What the ledger's lines of this kind say."""
    rows = sql().execute("select body from case_event where case_id = %s and kind = %s order by seq", (case_id, kind))
    return [orjson.loads(body) for (body,) in rows]


def of(case_id: int, occasion: str) -> dict[str, DecisionLine]:
    """Item key -> the decision about it on that occasion (in English)."""
    return {line.item_key: line for line in decisions_of(case_id) if line.occasion.en == occasion}


def table(line: DecisionLine) -> TableTrace:
    ((step,),) = line.outcomes
    assert isinstance(step, DecisionStep)
    return step.tables[0]


def test_what_was_signed_says_which_rule_of_which_table_allowed_it(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    signed = of(case.id, "when the letter was signed")
    assert sorted(signed) == sorted(ITEMS)
    drugs = signed["P2"]
    assert (drugs.verdict.eligible, drugs.verdict.rule) == (True, "otc-b-only")
    assert "仅经营乙类非处方药" in drugs.verdict.basis.zh
    assert [rule.id for rule in table(drugs).matched] == ["rule-otc-b"]
    assert table(drugs).matched[0].annotations == ("仅乙类非处方药可以当场决定",)
    values = dict(zip((column.label for column in table(drugs).table.inputs), table(drugs).inputs, strict=True))
    assert (values["事项"], values["药品经营范围"], values["信用记录"]) == ("P2", ["otc-b"], "good")
    (line,) = [told for told in facts(case.id, "commitment-signed") if told["item"] == "P2"]
    assert line["decision"]["rules"] == ["rule-otc-b"]
    assert (line["decision"]["file"], line["decision"]["release"]) == ("commitment.dmn", line["release"])
    assert list(verify_all()) == []


def test_each_rule_before_the_one_that_matched_tells_the_first_condition_that_failed(db: SQLAlchemy) -> None:
    trace = table(of(office.received("commitment").id, "when the letter was signed")["P2"])
    columns = [column.label for column in trace.table.inputs]
    failed = {trace.table.rules[at].id: columns[stopped - 1] for at, stopped in enumerate(trace.stopped) if stopped}
    assert failed == {
        "rule-credit": "信用记录",
        "rule-not-listed": "列入告知承诺清单",
        "rule-scope-prescription": "药品经营范围",
        "rule-scope-tcm": "药品经营范围",
        "rule-scope-cold": "药品经营范围",
    }


def test_at_receipt_every_item_that_knows_commitment_is_told_whatever_way_was_chosen(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    received = of(case.id, "at receipt")
    assert (received["P2"].verdict.eligible, received["P2"].verdict.rule) == (False, "scope-prescription")
    assert received["P3"].verdict.eligible
    assert {told["item"]: told["way"] for told in facts(case.id, "eligibility-decided")} == dict.fromkeys(
        received, "ordinary"
    )


def test_a_refused_signature_leaves_its_reasons_and_nothing_else(db: SQLAlchemy) -> None:
    draft = office.draft("commitment")
    bar()
    with pytest.raises(NotEligible):
        commitments.sign(
            draft,
            {"P3": "as it was read"},
            by=office.person(office.CLERK),
            signature=office.picture(),
            signer_name="林秀英",
            channel="tablet",
        )
    refused = of(draft, "when commitment was asked for and refused")["P3"]
    assert (refused.verdict.eligible, refused.verdict.rule) == (False, "credit-barred")
    assert [rule.id for rule in table(refused).matched] == ["rule-credit"]
    (told,) = facts(draft, "refused-act")
    assert (told["refusal"], told["item"], told["decision"]["rules"]) == ("NotEligible", "P3", ["rule-credit"])
    assert sql().execute("select count(*) from commitment").fetchone() == (0,)
    assert list(verify_all()) == []


def test_an_item_that_knows_no_commitment_cannot_be_signed_for_and_the_try_is_kept(db: SQLAlchemy) -> None:
    draft = office.draft("commitment")
    with pytest.raises(NotEligible):
        commitments.sign(
            draft,
            {"P1": "-"},
            by=office.person(office.CLERK),
            signature=office.picture(),
            signer_name="林秀英",
            channel="tablet",
        )
    (told,) = facts(draft, "refused-act")
    assert (told["refusal"], told["rule"]) == ("NotEligible", "-")
    assert decisions_of(draft) == []


def test_what_was_decided_is_drawn_from_what_was_kept(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    bar()  # would decide otherwise now
    assert of(case.id, "when the letter was signed")["P2"].verdict.rule == "otc-b-only"


def test_a_record_that_was_changed_is_found_and_one_that_has_gone_is_no_break(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    first = decisions_of(case.id)[-1].seq
    sql().execute(
        "update decision_record set body = convert_to(replace(convert_from(body, 'UTF8'), '\"good\"', '\"fine\"'),"
        " 'UTF8') where case_id = %s and seq = %s",
        (case.id, first),
    )
    assert [(found.chain, found.seq) for found in verify_all()] == [(f"case {case.id}", first)]
    sql().execute("delete from decision_record where case_id = %s", (case.id,))
    assert list(verify_all()) == []
    assert {line.outcomes for line in decisions_of(case.id)} == {()}


FEES = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="fees" name="fees" namespace="u">
<decision id="fee" name="收费"><variable name="fee"/><decisionTable id="fee-table" hitPolicy="FIRST">
  <input id="fee-area" label="面积"><inputExpression><text>area</text></inputExpression></input>
  <output id="fee-output" name="fee"/><annotation name="依据"/>
  <rule id="small"><inputEntry><text>&lt; 100</text></inputEntry><outputEntry><text>0</text></outputEntry>
    <annotationEntry><text>小型店免收</text></annotationEntry></rule>
  <rule id="large"><inputEntry><text>-</text></inputEntry><outputEntry><text>80</text></outputEntry>
    <annotationEntry><text>按次收取</text></annotationEntry></rule>
</decisionTable></decision></definitions>""".encode()
ASKS = "start s\nuser measure\nrule charge\nuser pay\ns -> measure -> charge -> pay"
CHARGES = {"charge": ext('<zeebe:calledDecision decisionId="fee" resultVariable="due"/>')}
LOOP = (
    '<multiInstanceLoopCharacteristics isSequential="true"><extensionElements><zeebe:loopCharacteristics'
    ' inputCollection="= areas" inputElement="area"/></extensionElements></multiInstanceLoopCharacteristics>'
)
EACH_AREA = {"charge": CHARGES["charge"] + LOOP}


def test_a_business_rule_task_leaves_why_it_decided_so(db: SQLAlchemy) -> None:
    case, instance = machines.run(machines.publish(ASKS, CHARGES, more={"fees.dmn": FEES}))
    assert decisions_of(case) == []
    machines.done(case, "measure", area=120)
    assert machines.seen(instance).variables["due"] == 80
    (line,) = decisions_of(case)
    assert (line.occasion.en, line.name.zh, line.file) == ("in the course of the process", "收费", "fees.dmn")
    assert line.element is not None
    assert (table(line).inputs, table(line).stopped) == ((120,), (1, 0))
    assert [rule.annotations for rule in table(line).matched] == [("按次收取",)]
    (told,) = facts(case, "decision-made")
    assert (told["element"], told["times"], told["decision"]["rules"]) == ("charge", 1, ["large"])
    assert list(verify_all()) == []


def test_a_decision_asked_for_each_part_of_a_list_is_one_line_with_all_outcomes(db: SQLAlchemy) -> None:
    case, _ = machines.run(machines.publish(ASKS, EACH_AREA, more={"fees.dmn": FEES}), areas=[])
    machines.done(case, "measure", areas=[80, *([120] * 24)])
    (line,) = decisions_of(case)
    assert (len(line.outcomes), line.left_out) == (20, 5)
    assert facts(case, "decision-made")[0]["decision"]["rules"] == ["small", "large"]


def test_what_is_too_large_to_be_kept_leaves_the_rules_and_says_so(db: SQLAlchemy) -> None:
    fees = FEES.replace(b"<text>area</text>", b"<text>count(all) * area</text>")
    case, _ = machines.run(machines.publish(ASKS, EACH_AREA, more={"fees.dmn": fees}), areas=[])
    machines.done(case, "measure", areas=[1, 1], all=["施工图审查合格"] * 8_000)
    (line,) = decisions_of(case)
    assert not line.has_values
    assert [step.tables[0].inputs for (step,) in line.outcomes] == [(None,)] * 2
    assert facts(case, "decision-made")[0]["decision"]["rules"] == ["large"]
