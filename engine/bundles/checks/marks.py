"""Marks of legal clocks that timers wait for: one that no clock has never comes."""

from __future__ import annotations

import re

from engine.bpmn import Program
from engine.bundles.checks.checking import Checking
from engine.expressions.feel.objects import MARKS
from engine.words import Words

_MARK = re.compile(r'\.\s*mark\(\s*"([^"]*)"\s*\)')


def check_marks(checking: Checking, program: Program) -> None:
    """Every mark that is written in a timer is one that a clock has."""
    known = "、".join(MARKS)
    for process in program.processes.values():
        for node in process.nodes.values():
            timers = [event.timer.slot.text for event in node.events if event.timer is not None]
            for mark in (one for text in timers for one in _MARK.findall(text) if one not in MARKS):
                checking.error(
                    "unknown-mark",
                    process.file,
                    node.id,
                    Words(f"办理时限没有“{mark}”这个标记。", f"A legal clock has no mark “{mark}”."),
                    Words(f"写成其中一个：{known}。", f"Write one of {', '.join(MARKS)}."),
                )
