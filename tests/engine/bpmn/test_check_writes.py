"""Variables that two tokens may write at the same time."""

import pytest

from engine.bpmn import check
from engine.findings import Finding
from tests.engine.runtime.diagrams import calls, diagram, ext, io, script

BRANCHES = "start s\nand f\nscript a\nscript b\nand j\nscript c\nend e\ns -> f -> a -> j -> c -> e\nf -> b -> j"


def conflicts(
    text: str, inside: dict[str, str], more: dict[str, bytes] | None = None, **attributes: str
) -> list[Finding]:
    files = {"p.bpmn": diagram(text, inside, attributes=attributes), **(more or {})}
    return [each for each in check(files) if each.code in ("write-conflict", "instances-overwrite")]


def writes(*names: str) -> dict[str, str]:
    return {name: ext(script("1", "x")) for name in names}


def test_two_branches_that_write_the_same_variable_are_named() -> None:
    (found,) = conflicts(BRANCHES, writes("a", "b", "c"), a='name="定价"')
    assert found.element == "f"
    assert "“定价”和“b”" in found.message.zh
    assert "“x”" in found.message.en


def test_what_goes_through_mappings_counts_by_its_name_outside() -> None:
    apart = writes("a", "c") | {"b": ext(script("1", "x"), io(None, {"y": "x"}))}
    assert conflicts(BRANCHES, apart) == []
    together = {"a": ext(script("1", "u"), io(None, {"total.net": "u"})), "b": ext(script("1", "total"))}
    assert [each.element for each in conflicts(BRANCHES, together)] == ["f"]
    local = {name: ext(script("1", "x"), io({"x": "n"})) for name in "ab"}
    assert conflicts(BRANCHES, local) == []


@pytest.mark.parametrize(
    ("text", "element"),
    [
        # one after the other, or one instead of the other
        ("start s\nscript a\nscript b\nend e\ns -> a -> b -> e", None),
        ("start s\nxor x\nscript a\nscript b\nend e\ns -> x\nx -> a if n\nx -> b default\na -> e\nb -> e", None),
        ("start s\nscript a\nscript b\nend e\nend g\ns -> a -> e\na -> g", None),
        ("start s\nuser u\ntimer t on u PT1H\nscript a\nscript b\nend e\ns -> u -> a -> e\nt -> b -> e", None),
        # side by side
        ("start s\nor x\nscript a\nscript b\nend e\ns -> x\nx -> a if n\nx -> b if m\na -> e\nb -> e", "x"),
        ("start s\nuser u\nscript a\nscript b\nend e\ns -> u -> a -> e\nu -> b -> e", "u"),
        ("start s\nscript a\nalso timer t on a PT1H\nscript b\nend e\nend g\ns -> a -> e\nt -> b -> g", "a"),
        ("script a\nscript b", "p"),
        ("start s\nsub d {\nscript a\nscript b\n}\nend e\ns -> d -> e", "d"),
        ("start s\nsub d {\nstart i\nscript a\ni -> a\n}\nscript b\nand f\nend e\ns -> f -> d -> e\nf -> b -> e", "f"),
        ("start s\nscript a\nend e\ns -> a -> e\nevent v {\nalso start i message m\nscript b\ni -> b\n}", "v"),
        ("start s\nscript a\nend e\ns -> a -> e\nevent v {\nstart i message m\nscript b\ni -> b\n}", None),
        # the branches of a nested split, far from the outer join
        ("start s\nand f\nuser u\nand g\nscript a\nscript b\nand k\nand j\nend e\n"
         "s -> f -> u -> j -> e\nf -> g -> a -> k -> j\ng -> b -> k", "g"),
    ],
)  # fmt: skip
def test_only_what_may_happen_at_the_same_time_is_named(text: str, element: str | None) -> None:
    found = conflicts(text, writes("a", "b"))
    assert [each.element for each in found] == ([element] if element else [])


def test_data_that_a_subprocess_declares_or_is_given_is_its_own() -> None:
    text = "start s\nand f\nsub d {\nscript a\n}\nscript b\nend e\ns -> f -> d -> e\nf -> b -> e"
    assert len(conflicts(text, writes("a", "b"))) == 1
    declared = {"d": '<dataObject id="o" name="x"/>'}
    assert conflicts(text, writes("a", "b") | declared) == []
    given = {"d": ext(io({"x": "n"}))}
    assert conflicts(text, writes("a", "b") | given) == []


def test_python_scripts_data_outputs_and_collections_are_writers_too() -> None:
    code = dict.fromkeys("ab", "<script>x = 1\ny.append(2)</script>")
    found = conflicts(BRANCHES, code, a='scriptFormat="python"', b='scriptFormat="python"')
    assert len(found) == 2
    flowing = (
        "<dataOutputAssociation id='{0}'><sourceRef>{0}1</sourceRef><targetRef>x</targetRef></dataOutputAssociation>"
    )
    assert len(conflicts(BRANCHES, {name: flowing.format(name) for name in "ab"})) == 1
    loop = "<zeebe:loopCharacteristics inputCollection='=items' outputCollection='x' outputElement='=1'/>"
    many = {"a": f"<multiInstanceLoopCharacteristics>{ext(loop)}</multiInstanceLoopCharacteristics>"}
    found = conflicts(BRANCHES, many | writes("b"))
    assert [(each.code, each.element) for each in found] == [("write-conflict", "f")]


def test_instances_side_by_side_write_over_one_another_unless_the_results_are_gathered() -> None:
    text = "start s\nsub a {\nstart i\nscript b\ni -> b\n}\nend e\ns -> a -> e"
    loop = "<multiInstanceLoopCharacteristics isSequential='{}'><loopCardinality>=3</loopCardinality>{}"
    many = {"a": loop.format("false", "</multiInstanceLoopCharacteristics>")}
    (found,) = conflicts(text, many | writes("b"))
    assert (found.code, found.element) == ("instances-overwrite", "a")
    assert conflicts(text, writes("b") | {"a": loop.format("true", "</multiInstanceLoopCharacteristics>")}) == []


def test_called_processes_write_what_they_bring_back() -> None:
    text = "start s\nand f\ncall a\nscript b\nend e\ns -> f -> a -> e\nf -> b -> e"
    called = {"q.bpmn": diagram("start s\nscript w\nend e\ns -> w -> e", {"w": ext(script("1", "x"))}, process="q")}
    back = {"a": ext(calls("q", out=True, all_in=False))}
    assert [each.element for each in conflicts(text, back | writes("b"), called)] == ["f"]
    alone = {"a": ext(calls("q", out=False))}
    assert conflicts(text, alone | writes("b"), called) == []
    named = {"a": ext(calls("q", out=True), io(None, {"y": "x"}))}
    assert conflicts(text, named | writes("b"), called) == []


def test_two_calls_that_bring_everything_back_lose_what_the_other_changed() -> None:
    text = "start s\nand f\ncall a\ncall b\nend e\ns -> f -> a -> e\nf -> b -> e"
    called = {"q.bpmn": diagram("start s\nuser w\nend e\ns -> w -> e", process="q")}
    everything = {name: ext(calls("q", out=True)) for name in "ab"}
    (found,) = conflicts(text, everything, called)
    assert found.element == "f"
    assert "all variables" in found.message.en
