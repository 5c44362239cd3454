"""数据比对: what is declared, held against the records of another body, fact by fact, with the source named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from engine import Words
from engine.law import ComparedFact
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.services.document_places import known_answers
from webapp.services.work import OpenTask

MATCH, DIFFER, NOT_FOUND = "match", "differ", "not-found"
RESULTS: Mapping[str, Words] = {
    MATCH: Words("一致", "the same"),
    DIFFER: Words("不一致", "different"),
    NOT_FOUND: Words("查无记录", "no record found"),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What an officer enters of one fact: whose records, what stands there, the result (a key of RESULTS)."""

    source: str
    found: str
    result: str


def faults_of(facts: tuple[ComparedFact, ...], compared: Mapping[str, Comparison]) -> list[tuple[str, Words]]:
    """Everything that is missing, control by control: no fact without source, none without result."""
    faults: list[tuple[str, Words]] = []
    for fact in facts:
        given = compared.get(fact.key, Comparison("", "", ""))
        if not given.source.strip():
            faults.append(
                (
                    f"fact.{fact.key}.source",
                    Words("请写明与哪一方的数据比对。", "Say whose records these are."),
                )
            )
        if given.result not in RESULTS:
            faults.append((f"fact.{fact.key}.result", Words("请选择比对结果。", "Choose the result.")))
        elif given.result == DIFFER and not given.found.strip():
            faults.append((f"fact.{fact.key}.found", Words("请写明来源中的记载。", "Say what stands there.")))
    return faults


def ensure_compared(facts: tuple[ComparedFact, ...], compared: Mapping[str, Comparison], *, passes: bool) -> None:
    """Raises Incomplete with every fault; what differs is no ground for finding everything as committed."""
    faults = faults_of(facts, compared)
    if passes and any(compared[fact.key].result != MATCH for fact in facts if fact.key in compared):
        faults.append(
            (
                "result",
                Words(
                    "有不一致或者查无记录的事实，不能认定与承诺一致。",
                    "A fact differs or has no record.",
                ),
            )
        )
    if faults:
        raise Incomplete(*faults[0], *faults[1:])


def declared_facts(answers: Mapping[str, Any], facts: tuple[ComparedFact, ...]) -> dict[str, str]:
    """Fact -> what the applicant declared of it; empty where the form has no answer."""
    return {fact.key: str(answers.get(fact.answer) or "") for fact in facts}


COMPARED = """
insert into compared_fact (task_id, key, name_zh, name_en, declared, source, found, result, by_id, at)
select %(task)s, key, name_zh, name_en, declared, source, found, result, %(by)s, %(now)s
from json_to_recordset(%(facts)s::json) as f(key text, name_zh text, name_en text, declared text, source text,
    found text, result text)
"""


def keep_compared(
    task: OpenTask, facts: tuple[ComparedFact, ...], compared: Mapping[str, Comparison], by: Identity
) -> None:
    """Keep each comparison, with what was declared as it stood."""
    declared = declared_facts(known_answers(task.case.id, task.case.release.bundle), facts)
    rows = [
        {
            "key": fact.key,
            "name_zh": fact.name.zh,
            "name_en": fact.name.en,
            "declared": declared[fact.key],
            "source": compared[fact.key].source.strip(),
            "found": compared[fact.key].found.strip(),
            "result": compared[fact.key].result,
        }
        for fact in facts
    ]
    values = {"task": task.id, "by": by.user_id, "now": task.case.now, "facts": orjson.dumps(rows).decode()}
    task.case.writing.add("compared", COMPARED, **values)
