"""BPMN 2.0: files to findings (`check`) and to a program that runs (`compile_program`)."""

from engine.bpmn.check import check
from engine.bpmn.compile import compile_program
from engine.bpmn.picture import Mark, Picture, draw
from engine.bpmn.program import ElementFact, Node, Process, Program

__all__ = ["ElementFact", "Mark", "Node", "Picture", "Process", "Program", "check", "compile_program", "draw"]
