"""Known faults of the reference core that lead a path astray in silence: what it does, what we do, on what basis.

What it refuses to run is told by `limits` and `guards`; here stands only what shows as a difference. Each fault is a
row of docs/decisions/0001-own-token-machine.md and has a test that reproduces it in
`tests/engine/reference`.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.words import Words


@dataclass(frozen=True, slots=True)
class Fault:
    """One known fault. `does`: what the reference core does; `ours`: what our core does instead; `basis`: the
    clause it follows; `test`: reproduces the fault."""

    key: str
    does: Words
    ours: Words
    basis: Words
    test: str


_CLAUSE = Words(
    "BPMN 2.0.2 第 10.4.1 节：流程里的数据，流程中的全部元素看到的是同一份",
    "BPMN 2.0.2, 10.4.1: the data of a process are one and the same for all elements in it",
)
OWN_COPIES = Fault(
    "own-copies",
    Words(
        "SpiffWorkflow 让每条并行分支各用一份变量副本：一条分支写的值，别的分支看不到，汇合时还可能被旧副本盖掉。",
        "SpiffWorkflow gives each parallel branch a copy of the variables: what one branch writes, the others do not "
        "see, and where they join an old copy may overwrite it.",
    ),
    Words(
        "一窗引擎的并行分支共用一份变量，写了就都看得到。",
        "On the One Window engine parallel branches share one set of variables: what is written, all see.",
    ),
    _CLAUSE,
    "test_a_parallel_join_keeps_the_stale_copy_of_the_other_branch",
)
LOST_WORK = Fault(
    "lost-work",
    Words(
        "SpiffWorkflow 的子流程用一份变量副本：被中断时，其中已办完的环节写的值都丢掉。",
        "A subprocess of SpiffWorkflow works on a copy of the variables: interrupted, it loses what its finished "
        "tasks wrote.",
    ),
    Words(
        "一窗引擎的子流程与外面共用变量，中断时已写的值都在。",
        "On the One Window engine a subprocess shares the variables around it: what is written stays when it is "
        "interrupted.",
    ),
    _CLAUSE,
    "test_a_subprocess_that_is_interrupted_loses_what_its_finished_tasks_wrote",
)
#: All of them, by how a value comes to be missing where it is read (`sharing`).
FAULTS = {fault.key: fault for fault in (OWN_COPIES, LOST_WORK)}
