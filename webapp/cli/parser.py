"""Help and refusals of the command line, Chinese beside English as everything that commands say."""

from __future__ import annotations

import argparse
import re
import sys
from typing import Any, NoReturn

#: What argparse says (Python 3.11 to 3.14) -> the same in Chinese.
_REFUSALS = (
    (r"the following arguments are required: (.+)", r"缺少参数：\1"),
    (r"unrecognized arguments: (.+)", r"不认识的参数：\1"),
    (r"ambiguous option: (.+) could match (.+)", r"选项 \1 不明确，可能是 \2"),
    (r"argument (.+): expected one argument", r"参数 \1 应有一个值"),
    (r"argument (.+): expected at least one argument", r"参数 \1 至少应有一个值"),
    (r"argument (.+): expected (\d+) arguments", r"参数 \1 应有 \2 个值"),
    (r"argument (.+): ignored explicit argument (.+)", r"参数 \1 不带值：\2"),
    (r"argument (.+): not allowed with argument (.+)", r"参数 \1 不能与 \2 同用"),
    (r"argument (.+): invalid choice: (.+) \(choose from (.+)\)", r"参数 \1 不能是 \2，可选：\3"),
    (r"argument (.+): invalid int value: (.+)", r"参数 \1 应为整数，不是 \2"),
    (r"argument (.+): invalid (?:\S+) value: (.+)", r"参数 \1 的值无法读取：\2"),
)


class _Formatter(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法 / usage: " if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """A parser that speaks both languages; the parsers of its commands are of its kind."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": _Formatter, **options, "add_help": False})
        self._positionals.title = "参数 / arguments"
        self._optionals.title = "选项 / options"
        self.add_argument("-h", "--help", action="help", help="显示本说明 / show this help and exit")

    def error(self, message: str) -> NoReturn:
        """Says what is not understood, and leaves with 2."""
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {in_chinese(message)} / {message}\n")


def in_chinese(message: str) -> str:
    """A refusal of argparse in Chinese."""
    for pattern, chinese in _REFUSALS:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found is not None:
            return found.expand(chinese)
    return "参数有误"
