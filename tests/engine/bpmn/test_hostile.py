"""Hostile and broken bytes: findings, never an exception, nothing read or fetched."""

import gzip
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn import check, compile_program
from engine.bpmn.xmlread import MAX_BYTES, MAX_DEPTH
from engine.errors import DefinitionInvalid
from engine.findings import errors_in
from tests.engine.runtime.diagrams import HEAD, Case, diagram

PLAIN = diagram("start s\nuser a\nend e\ns -> a -> e")
#: A conformance folder that may stand beside the project.
SUITE = Path(__file__).parents[4] / "shared" / "conformance" / "hostile"


def found(content: bytes) -> list[str]:
    return [each.code for each in errors_in(check({"p.bpmn": content}))]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no xml", "第 1 行，应以标签开头"),
        (b"<a>\n<b></a>", "第 2 行，开始和结束标签对不上"),
        (b"<a>a & b</a>", "第 1 行，“&”应写作“&amp;”"),
        (b"<a>&nbsp;</a>", "第 1 行，用了没有定义的实体"),
        (b'<?xml version="9"?><a/>', "第 1 行，写法不合 XML 的规则"),
    ],
)
def test_what_is_no_xml_is_said_in_chinese_with_its_line_once(content: bytes, words: str) -> None:
    (found,) = check({"p.bpmn": content})
    assert found.message.zh == f"不是有效的 XML：{words}"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "malformed-xml"),
        (b"\x89PNG\r\n", "malformed-xml"),
        (gzip.compress(PLAIN), "malformed-xml"),
        (PLAIN[:-20], "malformed-xml"),
        (PLAIN + PLAIN, "malformed-xml"),
        (b'<?xml version="1.0" encoding="no-such-encoding"?>' + PLAIN, "malformed-xml"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not-bpmn"),
        (f"{HEAD}</definitions>".encode(), "no-process"),
        (b" " * (MAX_BYTES + 1), "file-too-large"),
        (b"<!DOCTYPE definitions [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + PLAIN, "doctype-refused"),
        (b"<!DOCTYPE definitions SYSTEM 'http://127.0.0.1:1/x.dtd'>" + PLAIN, "doctype-refused"),
        (HEAD.encode() + b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH + b"</definitions>", "nested-too-deep"),
        (HEAD.encode() + b"<a>" * 100_000, "nested-too-deep"),
    ],
)
def test_what_is_no_harmless_bpmn_file_is_refused_with_a_reason(content: bytes, code: str) -> None:
    assert found(content) == [code]


BOMB = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10 if n else 'ha'}'>" for n in range(10))


@pytest.mark.parametrize("document", ["<definitions>&e9;</definitions>", "<definitions id='&e9;'/>"])
def test_an_entity_bomb_is_refused_before_it_is_read(document: str) -> None:
    assert found(f"<!DOCTYPE definitions [{BOMB}]>{document}".encode()) == ["doctype-refused"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_doctype_is_found_in_any_encoding_behind_comments_and_instructions(encoding: str) -> None:
    declared = "utf-8" if encoding == "utf-8-sig" else encoding.removesuffix("-le").removesuffix("-be")
    text = f"<?xml version='1.0' encoding='{declared}'?>\n<!-- > -->\n<?a <b?>\n<!DOCTYPE d [{BOMB}]><d>&e9;</d>"
    assert found(text.encode(encoding)) == ["doctype-refused"]


def test_words_about_a_doctype_in_the_text_are_no_doctype() -> None:
    for text in ("<![CDATA[<!DOCTYPE html><p>]]>", "&lt;!DOCTYPE html&gt;", "<!-- <!DOCTYPE d> -->"):
        documented = PLAIN.replace(b"<startEvent", f"<documentation>{text}</documentation><startEvent".encode())
        assert found(documented) == []
        assert found(b"<!-- <!DOCTYPE d> -->" + documented) == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "gb18030"])
def test_any_encoding_is_read_with_the_name_intact(encoding: str) -> None:
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    text = f'<?xml version="1.0" encoding="{declared}"?>' + PLAIN.decode().replace('id="a"', 'id="a" name="受理"')
    case = Case(text.encode(encoding))
    assert case.last.opened[0].name == "受理"


@pytest.mark.parametrize("identity", ["../../x", "/etc/passwd", "a b", "a;b", "<b>", "1", "x" * 300])
def test_ids_that_are_no_names_are_refused(identity: str) -> None:
    escaped = identity.replace("<", "&lt;").encode()
    assert "bad-id" in found(PLAIN.replace(b'id="p"', b'id="' + escaped + b'"'))


def test_nothing_outside_the_file_is_opened() -> None:
    inclusion = b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    content = PLAIN.replace(b'<userTask id="a"', inclusion + b'<userTask id="a"')
    assert not any("root:" in each.message.en for each in check({"p.bpmn": content}))


def test_no_schema_is_read_but_the_one_of_bpmn(tmp_path: Path) -> None:
    strict = tmp_path / "strict.xsd"
    strict.write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:u"><xs:element name="x">'
        '<xs:complexType><xs:attribute name="must" use="required"/></xs:complexType></xs:element></xs:schema>'
    )
    for place in (strict.as_uri(), str(strict), "http://127.0.0.1:1/x.xsd"):
        said = f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:u {place}"'
        inner = f'<extensionElements {said}><x xmlns="urn:u"/></extensionElements>'
        assert found(PLAIN.replace(b'<userTask id="a" >', f'<userTask id="a">{inner}'.encode())) == []


def test_names_of_a_file_cannot_turn_or_break_the_words_of_a_finding() -> None:
    name = "\u202egnp.exe\u2066&#10;\u200b{value}%s<b>"
    text = "start s\nxor x\nuser a\nuser b\nand j\nend e\ns -> x\nx -> a if n\nx -> b default\na -> j -> e\nb -> j"
    content = diagram(text, attributes={"j": f'name="{name.replace("<", "&lt;")}"'})
    (told,) = [each for each in check({"p.bpmn": content}) if each.code == "dead-join"]
    assert told.message.en.startswith("“gnp.exe {value}%s<b>” waits for ever")
    assert told.message.zh.isprintable()


def test_what_breaks_the_schema_is_said_in_chinese_too() -> None:
    broken = PLAIN.replace(b'<userTask id="a" >', b'<userTask id="a" colour="red" startQuantity="many"><oops/>')
    said = [each.message.zh for each in check({"p.bpmn": broken}) if each.code == "xsd-violation"]
    assert any("元素“userTask”的属性“colour”：不允许有该属性" in each for each in said)
    assert any("值“many”无效" in each for each in said)
    assert any("元素“oops”：此处不应出现该元素，应为：" in each for each in said)


def test_only_elements_of_the_bpmn_namespace_are_elements() -> None:
    foreign = b'<extensionElements><f:userTask xmlns:f="urn:f" id="hidden"/></extensionElements>'
    case = Case(PLAIN.replace(b'<userTask id="a" >', b'<userTask id="a" >' + foreign))
    assert [fact.id for fact in case.program.elements("p")] == ["s", "a", "e"]
    renamed = PLAIN.replace(b"<definitions xmlns=", b"<q:definitions xmlns:q=").replace(b"</def", b"</q:def")
    for name in (b"process", b"startEvent", b"userTask", b"endEvent", b"sequenceFlow"):
        renamed = renamed.replace(b"<" + name, b"<q:" + name).replace(b"</" + name, b"</q:" + name)
    assert Case(renamed).tasks == ["a"]


def test_a_subprocess_in_a_subprocess_a_hundred_times_over_runs() -> None:
    depth = 100
    opened = "".join(
        f"sub b{n} {{\nstart s{n}\ns{n} -> {f'b{n + 1}' if n + 1 < depth else 'a'}\n" for n in range(depth)
    )
    case = Case(diagram("start s\ns -> b0\n" + opened + "user a\n" + "}\n" * depth))
    case.complete("a")
    assert case.ended


@given(st.binary(max_size=200), st.integers(0, len(PLAIN)))
def test_no_bytes_make_the_check_raise(junk: bytes, place: int) -> None:
    for content in (
        junk,
        PLAIN[:place] + junk + PLAIN[place:],
        PLAIN[:place] + junk + PLAIN[place + len(junk) :],
    ):
        check({"p.bpmn": content}, level="office", known_groups=())


@pytest.mark.skipif(not SUITE.is_dir(), reason="the conformance folder is not beside the project")
def test_no_hostile_sample_raises() -> None:
    for path in sorted(SUITE.glob("*.bpmn")):
        files = {path.name: path.read_bytes()}
        check(files, level="office", known_groups=())
        with suppress(DefinitionInvalid):
            compile_program(files, "P")
