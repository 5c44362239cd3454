"""Calls: of functions by their name, of methods on a value. Both exist only where they are listed."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from engine.expressions.python_subset import methods
from engine.expressions.python_subset.comprehensions import compile_generator
from engine.expressions.python_subset.frames import Closure, Frame
from engine.expressions.python_subset.functions import FUNCTIONS, takes
from engine.values import Value

if TYPE_CHECKING:
    from engine.expressions.python_subset.compiler import Compiler

#: What throws a BPMN error; a statement of its own, in scripts only.
BPMN_ERROR = "BpmnError"
#: What lets time pass; a statement of its own, in scripts only.
SLEEP = "sleep"


def compile_call(compiler: Compiler, node: ast.Call) -> Closure:
    if isinstance(node.func, ast.Name):
        return _function(compiler, node, node.func.id)
    if isinstance(node.func, ast.Attribute):
        return _method(compiler, node, node.func)
    return compiler.source.refuse(node, "只能按名称调用函数", "a function called by its name")


def _function(compiler: Compiler, node: ast.Call, name: str) -> Closure:
    function = FUNCTIONS.get(name)
    if function is None:
        if name in (BPMN_ERROR, SLEEP):
            compiler.source.refuse(node, f"{name} 只能作为脚本中的单独语句", f"{name} as a statement of a script")
        compiler.source.refuse(node, f"不支持函数 {name}", f"no function {name}: it is not available")
    if not function.least <= len(node.args) <= function.most:
        compiler.source.refuse(node, f"{name} 的参数个数不对", f"the right number of arguments for {name}")
    for keyword in node.keywords:
        if keyword.arg is not None and not takes(function, keyword.arg):
            compiler.source.refuse(node, f"{name} 没有参数 {keyword.arg}", f"no argument {keyword.arg} of {name}")
    arguments, keywords = _arguments(compiler, node, walks=function.walks)
    apply = function.apply

    def call(frame: Frame) -> Value:
        frame.run.spend(1)
        values = [argument(frame) for argument in arguments]
        return apply(frame.run, *values, **{key: value(frame) for key, value in keywords.items()})

    return call


def _method(compiler: Compiler, node: ast.Call, function: ast.Attribute) -> Closure:
    name = function.attr
    if name not in methods.NAMES:
        compiler.source.refuse(node, f"不支持方法 {name}", f"no method {name}: it is not available")
    if name in methods.CHANGING:
        if not compiler.changes:
            compiler.source.refuse(node, f"表达式不能修改变量：{name}", f"no {name}: an expression changes nothing")
        compiler.note_change(function.value)
    value = compiler.compile(function.value)
    arguments, keywords = _arguments(compiler, node, walks=name in methods.WALKING)

    def call(frame: Frame) -> Value:
        owner = value(frame)
        values = [argument(frame) for argument in arguments]
        return methods.call(frame.run, owner, name, values, {key: each(frame) for key, each in keywords.items()})

    return call


def _arguments(compiler: Compiler, node: ast.Call, *, walks: bool) -> tuple[list[Closure], dict[str, Closure]]:
    """The arguments by place and by keyword. `walks`: a generator expression may be the only one by place."""
    if walks and len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
        compiler.size += 1
        arguments: list[Closure] = [compile_generator(compiler, node.args[0])]
    else:
        arguments = [compiler.compile(argument) for argument in node.args]
    keywords: dict[str, Closure] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            compiler.source.refuse(node, "不支持“**”展开", "no ** before an argument")
        if keyword.arg in keywords:
            compiler.source.refuse(node, f"参数 {keyword.arg} 重复", f"the argument {keyword.arg} only once")
        keywords[keyword.arg] = compiler.compile(keyword.value)
    return arguments, keywords
