"""What is said of the parts of Python that are not run, by the name of their node."""

from __future__ import annotations

REFUSED: dict[str, tuple[str, str]] = {
    # expressions
    "Attribute": ('不支持读取属性，字典的值请写成 a["b"]', 'no attributes: write a["b"] for the value in a dict'),
    "Await": ("不支持 await", "no await"),
    "GeneratorExp": ("生成器表达式只能作为函数的唯一参数", "a generator expression as the only argument of a function"),
    "Lambda": ("不支持 lambda", "no lambda"),
    "NamedExpr": ("不支持“:=”", "no := in an expression"),
    "Set": ("不支持集合，请用列表", "no set: use a list"),
    "SetComp": ("不支持集合，请用列表", "no set: use a list"),
    "Slice": ("切片只能写在方括号里", "a slice only between brackets"),
    "Starred": ("不支持“*”展开", "no * before a value"),
    "Yield": ("不支持 yield", "no yield"),
    "YieldFrom": ("不支持 yield", "no yield"),
    # statements
    "Assert": ("不支持 assert", "no assert"),
    "AsyncFor": ("不支持 async", "no async"),
    "AsyncFunctionDef": ("不支持定义函数", "no function definition"),
    "AsyncWith": ("不支持 async", "no async"),
    "ClassDef": ("不支持定义类", "no class definition"),
    "FunctionDef": ("不支持定义函数", "no function definition"),
    "Global": ("不支持 global", "no global"),
    "Import": ("不支持 import", "no import"),
    "ImportFrom": ("不支持 import", "no import"),
    "Match": ("不支持 match", "no match"),
    "Nonlocal": ("不支持 nonlocal", "no nonlocal"),
    "Return": ("不支持 return", "no return"),
    "Try": ("不支持 try", "no try"),
    "TryStar": ("不支持 try", "no try"),
    "TypeAlias": ("不支持类型定义", "no type definition"),
    "With": ("不支持 with", "no with"),
}
