"""`onewindow feel` and `onewindow decide`: results, reasons on stderr, exit codes, JSON; no installation needed."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from webapp.cli import main

BUNDLE = Path(__file__).parents[2] / "processes" / "open-pharmacy" / "commitment.dmn"
GIVEN = (
    '{"item": "P2", "drug_scope": ["otc-b"], "credit": "good", "listed": true, "district": null, "requirement": null}'
)


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without an installation."""
    monkeypatch.setenv("ONEWINDOW_HOME", str(tmp_path / "none"))


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out.rstrip("\n"), err


def test_a_value(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "feel", "1 + 2 * 3") == (0, "7", "")
    assert said(capsys, "feel", "null") == (0, "null", "")
    assert said(capsys, "feel", 'upper case("a")') == (0, '"A"', "")
    assert said(capsys, "feel", "a + b", "--context", '{"a": 0.1, "b": 0.2}') == (0, "0.3", "")
    assert said(capsys, "feel", "today()", "--now", "2026-12-01T23:30:00+00:00") == (0, '@"2026-12-02"', "")


def test_input_from_a_file_and_expression_from_stdin(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "given.json").write_text('{"名称": "药店"}', "utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO('名称 + "！"\n'))
    assert said(capsys, "feel", "-", "--context", str(tmp_path / "given.json")) == (0, '"药店！"', "")


def test_working_days_count_with_a_calendar(capsys: pytest.CaptureFixture[str]) -> None:
    calendar = BUNDLE.parents[1] / "_shared" / "calendars" / "2026.toml"
    source = 'working days(date("2026-09-28"), date("2026-10-12"))'
    code, out, err = said(capsys, "feel", source)
    assert (code, out) == (0, "null")
    assert err.startswith("onewindow: 没有给出工作日日历")
    code, out, err = said(capsys, "feel", source, "--calendar", str(calendar))
    assert out.isdecimal()
    assert err == ""
    far = 'add working days(date("2031-09-28"), 10)'
    code, out, err = said(capsys, "feel", far, "--calendar", str(calendar))
    assert out == '@"2031-10-10"'
    assert "暂定：2031年放假安排尚未公布" in err
    assert "暂定：2031年放假安排尚未公布" in said(capsys, "feel", far, "--calendar", str(calendar), "--json")[1]


def test_what_does_not_parse_is_2_and_shows_the_place(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "feel", "名称 = ) 3")
    assert (code, out) == (2, "")
    assert "第 1 行第 6 列" in err
    assert "line 1, column 6" in err
    assert err.splitlines()[1:] == ["  名称 = ) 3", "  　　   ^"]


def test_what_gives_no_value_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "feel", "for i in 1..100000000 return i", "--json")
    assert code == 1
    assert json.loads(out)["error"]["en"] == "past the limit of 100000 steps"
    assert "计算步数不得超过 100000" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("feel", "1", "--context", "{a:"),
        ("feel", "1", "--context", "nowhere.json"),
        ("feel", "1", "--now", "yesterday"),
        ("feel", "1", "--calendar", str(BUNDLE)),
        ("decide", "nowhere.dmn"),
        ("decide", str(BUNDLE), "--decision", "none"),
        ("decide", str(BUNDLE), "--input", "[]"),
        ("decide", __file__),
    ],
)
def test_what_cannot_be_read_is_2_and_says_why(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    code, out, err = said(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("onewindow: ")
    assert "Traceback" not in err


def test_hints_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "feel", "agee + 1", "--context", '{"age": 3}')
    assert (code, out) == (0, "null")
    assert "perhaps “age”" in err


def test_a_decision_with_its_rules(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "decide", str(BUNDLE), "--input", GIVEN)
    assert (code, err) == (0, "")
    assert out.startswith('{\n  "eligible": true,\n  "rule": "otc-b-only"')
    assert '    1 rule-credit: 信用记录 "barred" ✗' in out.splitlines()
    assert any(
        line.startswith('    6 rule-otc-b: "P2", null, list contains(?, "otc-b")') and "✓" in line
        for line in out.splitlines()
    )


def test_a_decision_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "decide", str(BUNDLE), "--decision", "是否可以告知承诺", "--input", GIVEN, "--json")
    told = json.loads(out)
    assert code == 0
    assert told["value"]["rule"] == "otc-b-only"
    assert told["matched"] == [{"index": 6, "id": "rule-otc-b"}]
    assert told["steps"][0]["tables"][0]["policy"] == "FIRST"


def test_steps_that_read_too_much_to_be_written_are_left_out(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    decisions = "".join(
        f'<decision id="d{at}" name="d{at}"><informationRequirement><requiredInput href="#x"/></informationRequirement>'
        f"{required}<literalExpression><text>count(x)</text></literalExpression></decision>"
        for at, required in enumerate(
            [
                "",
                *(
                    f'<informationRequirement><requiredDecision href="#d{at}"/></informationRequirement>'
                    for at in range(4)
                ),
            ]
        )
    )
    model = tmp_path / "many.dmn"
    model.write_text(
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="m" namespace="urn:m">'
        f'<inputData id="x" name="x"/>{decisions}</definitions>'
    )
    given = json.dumps({"x": [1] * 30_000})
    code, out, _ = said(capsys, "decide", str(model), "--decision", "d4", "--input", given, "--json")
    told = json.loads(out)
    assert (code, told["value"], told["steps"]) == (0, 30_000, [])
    assert told["hints"][-1]["en"] == "The values that the steps read are too many: the steps are left out"


def test_ranges_and_functions_inside_a_value_are_shown_as_feel(capsys: pytest.CaptureFixture[str]) -> None:
    source = '{a: [1..5], b: [function(x) x], c: @"2026-01-01"}'
    assert said(capsys, "feel", source)[1] == '{"a": [1..5], "b": [function], "c": @"2026-01-01"}'
    told = json.loads(said(capsys, "feel", source, "--json")[1])
    assert told["value"] == {"a": "[1..5]", "b": ["function"], "c": "2026-01-01"}


def test_what_is_doubtful_in_the_file_goes_to_stderr(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "doubtful.dmn"
    file.write_text(BUNDLE.read_text("utf-8").replace('<text>"barred"</text>', "<text>5</text>"), "utf-8")
    code, out, err = said(capsys, "decide", str(file), "--input", GIVEN)
    assert code == 0
    assert out.startswith("{")
    assert err.startswith("warning ")
    assert "rule-credit-credit" in err


def test_a_calendar_that_is_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert BUNDLE.name in said(capsys, "feel", "1", "--calendar", str(BUNDLE))[2]


def test_numbers_keep_their_digits_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, "feel", '[0.10, 12345678901234567890.123, @"P1D"]', "--json")
    assert '"value": [0.10, 12345678901234567890.123, "P1D"]' in out
