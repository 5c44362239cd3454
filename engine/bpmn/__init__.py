"""BPMN 2.0: files to findings (`check`) and to a program that runs (`compile_program`)."""

from engine.bpmn.check import check
from engine.bpmn.compile import Programs, compile_program
from engine.bpmn.dialects.account import DialectRead, FileRead, NameRead, Reading, account
from engine.bpmn.interchange import make_room
from engine.bpmn.naming import ElementNames, Placed, as_it_stands, placed_in_file, placed_in_process
from engine.bpmn.picture import Mark, Picture, draw
from engine.bpmn.posts import probably_meant
from engine.bpmn.program import ElementFact, Mapped, Node, Process, Program

__all__ = [
    "DialectRead",
    "ElementFact",
    "ElementNames",
    "FileRead",
    "Mapped",
    "Mark",
    "NameRead",
    "Node",
    "Picture",
    "Placed",
    "Process",
    "Program",
    "Programs",
    "Reading",
    "account",
    "as_it_stands",
    "check",
    "compile_program",
    "draw",
    "make_room",
    "placed_in_file",
    "placed_in_process",
    "probably_meant",
]
