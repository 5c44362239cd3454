"""Joins that wait for ever and steps that run twice, at any distance; and no false alarm about what is sound."""

import pytest

from engine.bpmn import check
from engine.findings import Finding, Severity
from tests.engine.runtime.diagrams import diagram

SOUNDNESS = {"stuck-join", "dead-join", "few-tokens", "runs-twice", "never-completes", "too-large-to-check"}


def told(text: str, **attributes: str) -> dict[str, Finding]:
    """Findings about the token game, by code."""
    found = check({"p.bpmn": diagram(text, attributes=attributes)}, level="office", known_groups=())
    return {each.code: each for each in found if each.code in SOUNDNESS}


def test_a_join_far_behind_the_choice_that_starves_it_is_found_with_an_example() -> None:
    text = """
        start s
        and f
        user a
        xor enough
        user more
        user b
        and j
        user c
        end e
        end early
        s -> f -> a -> enough
        enough -> more if n > 1
        enough -> early default
        more -> j -> c -> e
        f -> b -> j
    """
    found = told(text)
    assert set(found) == {"stuck-join"}
    finding = found["stuck-join"]
    assert (finding.element, finding.severity) == ("j", Severity.ERROR)
    assert "at “enough” towards “early”, “b” arrives and “more” never does" in finding.message.en
    assert "在“enough”走向“early”时，只等到“b”，等不到“more”" in finding.message.zh


def test_names_are_told_where_elements_have_them() -> None:
    text = "start s\nxor x\nuser a\nuser b\nand j\nend e\ns -> x\nx -> a if n = 1\nx -> b default\na -> j -> e\nb -> j"
    message = told(text, x='name="是否合格"', a='name="整改"')["dead-join"].message
    assert message.zh.startswith("“j”永远等不齐")
    assert "在“是否合格”走向“整改”" in message.zh or "只等到“整改”" in message.zh or "等不到“整改”" in message.zh


@pytest.mark.parametrize(
    ("text", "code", "element"),
    [
        # exclusive branches joined in parallel, through other gateways and a subprocess
        ("start s\nxor x\nuser a\nuser b\nxor m\nsub d {\nstart i\nend z\ni -> z\n}\nand j\nend e\n"
         "s -> x\nx -> a if n = 1\nx -> b if n = 2\nx -> m default\na -> j\nb -> m -> d -> j -> e", "dead-join", "j"),
        # an inclusive split feeds a parallel join
        ("start s\nor x\nuser a\nuser b\nand j\nend e\ns -> x\nx -> a if n > 1\nx -> b if n < 3\na -> j -> e\nb -> j",
         "stuck-join", "j"),
        # a boundary event takes the token away, or brings one that may never come
        ("start s\nand f\nuser a\ntimer late on a PT1H\nuser b\nand j\nend e\nend gone\n"
         "s -> f -> a -> j -> e\nf -> b -> j\nlate -> gone", "stuck-join", "j"),
        ("start s\nuser a\nalso timer late on a PT1H\nand j\nend e\ns -> a -> j -> e\nlate -> j", "stuck-join", "j"),
        # a loop comes back to only one side
        ("start s\nand f\nuser a\nuser b\nand j\nxor x\nend e\ns -> f -> a -> j -> x\nf -> b -> j\n"
         "x -> a if again\nx -> e default", "stuck-join", "j"),
        # parallel branches merged one by one
        ("start s\nand f\nuser a\nuser b\nxor m\nuser c\nend e\ns -> f -> a -> m -> c -> e\nf -> b -> m",
         "runs-twice", "m"),
        ("start s\nand f\nuser a\nuser b\nuser c\nend e\ns -> f -> a -> c -> e\nf -> b -> c", "runs-twice", "c"),
        ("start s\nuser a\nalso timer late on a PT1H\nuser b\nend e\ns -> a -> b -> e\nlate -> b", "runs-twice", "b"),
        # several conditions of one task may hold at once
        ("start s\nuser a\nuser b\nuser c\nuser d\nend e\n"
         "s -> a\na -> b if n > 1\na -> c if n < 3\nb -> d -> e\nc -> d", "runs-twice", "d"),
        # inside a subprocess
        ("start s\nsub d {\nstart i\nxor x\nuser a\nuser b\nand j\nend z\n"
         "i -> x\nx -> a if n\nx -> b default\na -> j -> z\nb -> j\n}\nend e\ns -> d -> e", "dead-join", "j"),
        ("start s\nsub d {\nstart i\nend z error E\ni -> z\n}\nerror c on d E\nend e\nend g\ns -> d -> e\nc -> g",
         "never-completes", "d"),
    ],
)  # fmt: skip
def test_unsound_diagrams_are_named_with_the_join_or_the_merge(text: str, code: str, element: str) -> None:
    found = told(text)
    assert found[code].element == element
    assert len(found) == 1


@pytest.mark.parametrize(
    "text",
    [
        # branches that end by themselves
        "start s\nand f\nuser a\nuser b\nend e\nend g\ns -> f -> a -> e\nf -> b -> g",
        "start s\nand f\nuser a\nuser b\nend e\ns -> f -> a -> e\nf -> b -> e",
        # a terminate end event takes up what would wait
        "start s\nand f\nuser a\nxor x\nuser b\nand j\nend e\nend stop terminate\n"
        "s -> f -> a -> x\nx -> j if n\nx -> stop default\nf -> b -> j -> e",
        # an inclusive join waits for what comes, in nested blocks and loops
        "start s\nor x\nuser a\nand f\nuser b\nuser c\nand g\nor j\nend e\n"
        "s -> x\nx -> a if n > 1\nx -> f if n < 3\na -> j\nf -> b -> g\nf -> c -> g\ng -> j -> e",
        "start s\nxor m\nand f\nuser a\nuser b\nand j\nxor x\nend e\ns -> m -> f -> a -> j -> x\nf -> b -> j\n"
        "x -> m if again\nx -> e default",
        # a reminder beside the work, again and again
        "start s\nuser a\nalso timer late on a R/PT1H\nuser b\nend e\nend g\ns -> a -> e\nlate -> b -> g",
        # boundary events merged with the ordinary way, one of them only
        "start s\nuser a\ntimer late on a PT1H\nxor m\nuser b\nend e\ns -> a -> m -> b -> e\nlate -> m",
        # an event gateway, and its two ways merged
        "start s\nrace r\ncatch a timer PT1H\ncatch b message m\nxor m\nend e\ns -> r -> a -> m -> e\nr -> b -> m",
        # an error inside is handled inside: the subprocess completes
        "start s\nsub d {\nstart i\nend z error E\ni -> z\nevent v {\nstart j error E\nend y\nj -> y\n}\n}\n"
        "end e\ns -> d -> e",
        # a loop that starts something aside in each round
        "start s\nxor m\nand f\nuser a\nuser aside\nxor x\nend e\nend g\n"
        "s -> m -> f -> a -> x\nf -> aside -> g\nx -> m if again\nx -> e default",
        # choices between several ends, branching back and forth without any parallel work
        "start s\nxor a\nxor b\nuser c\nxor d\nend e\nend g\ns -> a\na -> b if n = 1\na -> c default\n"
        "b -> c if n = 2\nb -> d default\nc -> d\nd -> a if n = 3\nd -> e if n = 4\nd -> g default",
    ],
)
def test_sound_diagrams_raise_no_alarm(text: str) -> None:
    assert told(text) == {}


def test_all_joins_that_wait_by_themselves_are_named_and_those_behind_them_not() -> None:
    text = """
        start s
        and f
        xor a
        xor b
        user u
        user v
        user w
        user x
        and j
        and k
        and l
        end e
        s -> f -> a
        f -> b
        a -> u if n
        a -> v default
        b -> w if m
        b -> x default
        u -> j
        v -> j
        w -> k
        x -> k
        j -> l -> e
        k -> l
    """
    found = check({"p.bpmn": diagram(text)})
    assert sorted(each.element for each in found if each.code == "dead-join") == ["j", "k"]


def test_quantities_count() -> None:
    text = "start s\nuser a\nuser b\nend e\ns -> a -> b -> e"
    found = told(text, b='startQuantity="2"')
    assert (found["few-tokens"].element, set(found)) == ("b", {"few-tokens"})
    assert told(text, a='completionQuantity="2"', b='startQuantity="2"') == {}


def test_an_instantiating_gateway_that_waits_for_all_its_events_fills_a_join() -> None:
    text = "race r\ncatch a message m\ncatch b message n\nand j\nend e\nr -> a -> j -> e\nr -> b -> j"
    assert told(text, r='instantiate="true" eventGatewayType="Parallel"') == {}
    assert set(told(text, r='instantiate="true"')) == {"dead-join"}


def test_a_process_with_several_beginnings_is_played_from_each() -> None:
    text = "start s\nstart t message m\nuser a\nuser b\nand j\nend e\ns -> a -> j -> e\nt -> b -> j"
    assert set(told(text)) == {"dead-join"}


def test_what_is_too_intricate_to_be_played_through_is_said_and_its_plain_faults_are_still_found() -> None:
    count = 24
    lines = ["start s", "and f", "and j", "xor c", "and k", "end e", "s -> f", "j -> c"]
    for number in range(count):
        lines += [f"xor x{number}", f"end e{number}", f"f -> x{number}"]
        lines += [f"x{number} -> j if n{number}", f"x{number} -> e{number} default"]
    lines += ["user a", "user b", "c -> a if n", "c -> b default", "a -> k", "b -> k", "k -> e"]
    found = check({"p.bpmn": diagram("\n".join(lines))}, level="office", known_groups=())
    assert [each.element for each in found if each.code == "too-large-to-check"] == ["p"]
    assert "k" in [each.element for each in found if each.code == "stuck-join"]
