"""What the command line says of itself: help and refusals, Chinese beside English, for every command."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

import pytest

from webapp.cli import _parser, main

CHINESE = re.compile(r"[\u4e00-\u9fff].* / .*[a-z]", re.DOTALL)


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        for part in dict.fromkeys(action.choices.values()) if isinstance(action.choices, dict) else ():
            yield from parsers(part)


def test_every_help_is_in_both_languages() -> None:
    for parser in parsers(_parser()):
        for action in parser._actions:
            told = [action, *getattr(action, "_choices_actions", ())]
            for one in told:
                assert one.help is None or CHINESE.search(one.help), (parser.prog, one.dest, one.help)


@pytest.mark.parametrize("asked", [["--help"], ["feel", "--help"], ["decide", "--help"]])
def test_help_has_its_headings_in_both_languages(capsys: pytest.CaptureFixture[str], asked: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(asked)
    assert left.value.code == 0
    out = capsys.readouterr().out
    assert all(words in out for words in ("用法 / usage:", "参数 / arguments:", "选项 / options:"))


@pytest.mark.parametrize(
    ("asked", "chinese", "english"),
    [
        (["feel"], "缺少参数：EXPRESSION", "are required"),
        (["feel", "1", "--now"], "参数 --now 应有一个值", "expected one argument"),
        (["feel", "1", "--nope"], "不认识的参数：--nope", "unrecognized arguments"),
        (["bake"], "不能是 'bake'，可选：", "invalid choice"),
        (["bundles", "export", "x", "y"], "参数 RELEASE 应为整数，不是 'x'", "invalid int value"),
        (["feel", "1", "--json=1"], "参数 --json 不带值：'1'", "ignored explicit argument"),
    ],
)
def test_a_refusal_is_in_both_languages(
    capsys: pytest.CaptureFixture[str], asked: list[str], chinese: str, english: str
) -> None:
    with pytest.raises(SystemExit) as left:
        main(asked)
    assert left.value.code == 2
    err = capsys.readouterr().err
    assert chinese in err
    assert english in err
    assert "参数有误" not in err
