"""Files of any size and shape: the work grows with the size and no faster, and beyond a limit is refused."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from engine.bpmn import check, compile_program
from engine.bpmn.allowance import MAX_ELEMENTS, MAX_EXPRESSIONS, MAX_FLOW_ELEMENTS, MAX_XML_ELEMENTS
from engine.bpmn.xmlread import MAX_ATTRIBUTES, MAX_BYTES, MAX_NAMESPACES
from engine.errors import DefinitionInvalid
from engine.findings import errors_in
from tests.engine.runtime.diagrams import HEAD, calls, diagram, ext, io, script


def work(action: Callable[[], object]) -> int:
    """How many instructions of Python an action takes: the same on every machine."""
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> object:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(before)
    return count


def process(body: str) -> bytes:
    return f'{HEAD}<process id="p" isExecutable="true">{body}</process></definitions>'.encode()


def chain(n: int) -> bytes:
    names = ["s", *(f"t{each}" for each in range(n)), "e"]
    return diagram("\n".join(["start s", "end e", *(f"user t{each}" for each in range(n)), " -> ".join(names)]))


def split(n: int, kind: str, join: str, *, writing: bool = False) -> bytes:
    lines = ["start s", f"{kind} x", f"{join} j", "end e", "s -> x", "j -> e"]
    for each in range(n):
        condition = f" if n = {each}" if kind != "and" else ""
        lines += [f"script t{each}", f"x -> t{each}{condition}", f"t{each} -> j"]
    inside = {f"t{each}": ext(script("1", "v")) for each in range(n)} if writing else {}
    return diagram("\n".join(lines), inside)


def blocks(n: int) -> bytes:
    lines = ["start s", "end e"]
    for each in range(n):
        lines += [f"and x{each}", f"script a{each}", f"script b{each}", f"or j{each}"]
        lines += [f"x{each} -> a{each} -> j{each}", f"x{each} -> b{each} -> j{each}"]
        lines.append(f"j{each} -> {f'x{each + 1}' if each + 1 < n else 'e'}")
    inside = {f"{branch}{each}": ext(script("1", f"v{each}")) for each in range(n) for branch in "ab"}
    return diagram("\n".join([*lines, "s -> x0"]), inside)


def starved(n: int) -> bytes:
    """Parallel branches each of which may end before the join: too many ways to be played through."""
    lines = ["start s", "and x", "and j", "end e", "s -> x", "j -> e"]
    for each in range(n):
        lines += [f"xor c{each}", f"end e{each}", f"x -> c{each}"]
        lines += [f"c{each} -> j if n = {each}", f"c{each} -> e{each} default"]
    return diagram("\n".join(lines))


def boundaries(n: int) -> bytes:
    lines = ["start s", "user a", "end e", "s -> a -> e"]
    for each in range(n):
        lines += [f"also timer b{each} on a PT1H", f"user t{each}", f"b{each} -> t{each} -> e"]
    return diagram("\n".join(lines))


def links(n: int) -> bytes:
    lines = ["start s", "s -> t0", "end e", f"c{n - 1} -> e"]
    for each in range(n):
        lines += [f"throw t{each} link L{each}", f"catch c{each} link L{each}"]
        lines += [f"c{each - 1} -> t{each}"] if each else []
    return diagram("\n".join(lines))


def handlers(n: int) -> bytes:
    lines = ["start s", "user a", "end e", "s -> a -> e"]
    for each in range(n):
        lines += [f"event v{each} {{", f"start i{each} error E{each}", f"end z{each}", f"i{each} -> z{each}", "}"]
    return diagram("\n".join(lines))


def nested(n: int) -> bytes:
    lines: list[str] = []
    for each in range(n):
        lines += [f"start s{each}", f"s{each} -> b{each}", f"error c{each} on b{each} E", f"end g{each} error E"]
        lines += [f"c{each} -> g{each}", f"sub b{each} {{"]
    return diagram("\n".join([*lines, "user a", *["}"] * n]))


def calling(n: int) -> bytes:
    """Processes that call one another in a circle, in one file."""
    one = "start s\ncall c\nend e\ns -> c -> e"
    parts = (diagram(one, {"c": ext(calls(f"p{(each + 1) % n}", out=True))}) for each in range(n))
    bodies = [part.decode().removeprefix(HEAD).removesuffix("</definitions>") for part in parts]
    renamed = []
    for each, body in enumerate(bodies):
        for name in ("p", "s", "c", "e", "f1", "f2"):
            body = body.replace(f'id="{name}"', f'id="{name}{each}"').replace(f'Ref="{name}"', f'Ref="{name}{each}"')
        renamed.append(body)
    return f"{HEAD}{''.join(renamed)}</definitions>".encode()


def dangling(n: int) -> bytes:
    return diagram("\n".join(["start s", "end e", "s -> e", *(f"lost{each} -> gone{each}" for each in range(n))]))


def mesh(n: int) -> bytes:
    """Layers of parallel and exclusive gateways, each connected with all of the next."""
    width, lines = 4, ["start s", "end e"]
    for layer in range(n // width):
        for each in range(width):
            lines.append(f"{'and' if (layer + each) % 2 else 'xor'} g{layer}x{each}")
            lines += [f"g{layer - 1}x{other} -> g{layer}x{each}" for other in range(width)] if layer else []
    lines += ["s -> g0x0", *(f"g{n // width - 1}x{each} -> e" for each in range(width))]
    return diagram("\n".join(lines))


@pytest.mark.parametrize(
    "shape",
    [
        chain,
        blocks,
        boundaries,
        links,
        handlers,
        nested,
        calling,
        dangling,
        lambda n: split(n, "and", "and", writing=True),
        lambda n: split(n, "or", "or"),
        lambda n: split(n, "xor", "and"),
        lambda n: split(n, "and", "xor"),
        lambda n: process("".join(f'<task id="t{each}"/>' for each in range(n))),
        lambda n: process("".join(f'<dataObject id="d{each}"/>' for each in range(n)) + '<task id="t"/>'),
        lambda n: process("".join(f'<task id="t{each}" no="1"><no/></task>' for each in range(n))),
        lambda n: diagram("start s\nuser a\ns -> a", {"a": ext(io(None, {f"x{each}": "n" for each in range(n)}))}),
    ],
)
def test_twice_the_size_takes_about_twice_the_work(shape: Callable[[int], bytes]) -> None:
    small, large = {"p.bpmn": shape(40)}, {"p.bpmn": shape(80)}
    check(large, level="office")  # what is kept once for all is there
    assert work(lambda: check(large, level="office")) < 2.6 * work(lambda: check(small, level="office"))


@pytest.mark.parametrize("shape", [mesh, starved])
def test_what_cannot_be_played_through_takes_no_more_than_the_effort(
    shape: Callable[[int], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["engine.bpmn.check"], "MOST_MOVES", 500)
    small, large = {"p.bpmn": shape(40)}, {"p.bpmn": shape(80)}
    assert "too-large-to-check" in {each.code for each in check(large, level="office")}
    assert work(lambda: check(large, level="office")) < 2.6 * work(lambda: check(small, level="office"))


# -- limits -------------------------------------------------------------------------------------------


def refusals(*contents: bytes) -> list[tuple[str, str]]:
    """Code and English message of what blocks, for files that are read together."""
    found = errors_in(check({f"{number}.bpmn": content for number, content in enumerate(contents)}))
    return [(each.code, each.message.en) for each in found]


def repeated(part: str, number: int, *, inside: str = "") -> bytes:
    """A process that holds a part many times, numbered; `inside`: as attributes of one element."""
    parts = "".join(part.format(each) for each in range(number))
    return process(f"<{inside}{parts}/>" if inside else parts)


def test_ten_thousand_nodes_in_a_row_are_checked_and_compiled() -> None:
    files = {"p.bpmn": chain(10_000)}
    assert {each.code for each in check(files)} == {"no-candidate-group", "more-of-a-kind"}
    assert len(compile_program(files, "p").processes["p"].nodes) == 10_002


@pytest.mark.parametrize(
    ("content", "code", "limit"),
    [
        (repeated("<task id='t{}'/>", 100_000), "too-many-flow-elements", MAX_FLOW_ELEMENTS),
        (repeated("<documentation/>", MAX_ELEMENTS + 1), "too-many-elements", MAX_ELEMENTS),
        (repeated("<a/>", MAX_XML_ELEMENTS + 1), "too-many-elements", MAX_XML_ELEMENTS),
        (repeated("<a></a>", 1_000_000), "too-many-elements", MAX_XML_ELEMENTS),
        (repeated(" a{}=''", MAX_ATTRIBUTES + 1, inside="task"), "too-many-attributes", MAX_ATTRIBUTES),
        (repeated(" xmlns:n{}='u'", MAX_NAMESPACES, inside="task"), "too-many-namespaces", MAX_NAMESPACES),
    ],
)
def test_beyond_a_limit_the_file_is_refused_and_the_limit_told(content: bytes, code: str, limit: int) -> None:
    ((found, message),) = refusals(content)
    assert found == code
    assert str(limit) in message
    with pytest.raises(DefinitionInvalid):
        compile_program({"p.bpmn": content}, "p")


def test_the_limits_hold_for_all_files_together() -> None:
    half = process("<userTask id='a'/>" + "<documentation/>" * (MAX_ELEMENTS // 2 - 10))
    one, other, third = (half.replace(b'id="p"', f'id="p{each}"'.encode()) for each in range(3))
    assert "too-many-elements" not in [code for code, _ in refusals(one, other)]
    assert "too-many-elements" in [code for code, _ in refusals(one, other, third)]


def test_a_long_text_is_no_fault_but_many_long_expressions_are() -> None:
    text = "很" * 3_000_000
    assert refusals(process(f'<documentation>{text}</documentation><userTask id="a"/>')) == []
    assert refusals(process(f'<userTask id="a" name="{text}"/>')) == []
    long = " and ".join(f"x{each} = {each}" for each in range(2000))
    lines = ["start s", "xor x", "end e", "s -> x", "x -> e default"]
    for each in range(20):
        lines += [f"user t{each}", f"x -> t{each} if {long}", f"t{each} -> e"]
    codes = {code for code, message in refusals(diagram("\n".join(lines))) if str(MAX_EXPRESSIONS) in message}
    assert codes == {"expressions-too-long"}


def test_a_file_of_the_greatest_size_is_read() -> None:
    head, tail = process("<documentation>@</documentation><userTask id='a'/>").split(b"@")
    assert refusals(head + b"x" * (MAX_BYTES - len(head) - len(tail)) + tail) == []
