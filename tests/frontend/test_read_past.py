"""What an editor's library reads past (comments, instructions, elements of other tools) is in what is saved."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping

import pytest
from lxml import etree
from playwright.sync_api import Route, sync_playwright

from tests.frontend.kit import ASSETS
from tests.support.chromium import CHROMIUM, ensure_nothing_is_missing, skipped_without_chromium

pytestmark = [pytest.mark.slow, skipped_without_chromium]

#: (the file as opened, what the library writes, old id -> new) -> what is saved.
Saved = Callable[..., str]

SOURCES = "http://sources.test/"
IN_THE_PAGE = """async ([source, written, renamed]) => {
    const { ReadPast } = await import('/editors/read-past.js');
    const elements = [...source.matchAll(/ id="([^"]*)"/g)].map(([, id]) => ({ $type: 'x:Element', id }));
    const readPast = new ReadPast(source, { $type: 'x:Definitions', elements }, new Set(['urn:ours']));
    for (const one of elements) one.id = renamed[one.id] ?? one.id;
    return readPast.into(written);
}"""


@pytest.fixture(scope="module")
def saved() -> Iterator[Saved]:
    ensure_nothing_is_missing()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.route(f"{SOURCES}**", _source)
        page.goto(SOURCES)

        def ask(source: str, written: str, renamed: Mapping[str, str] | None = None) -> str:
            return str(page.evaluate(IN_THE_PAGE, [source, written, renamed or {}]))

        yield ask
        browser.close()


def _source(route: Route) -> None:
    path = ASSETS / "src" / route.request.url.removeprefix(SOURCES)
    if path.is_file():
        route.fulfill(path=path, content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html>", content_type="text/html")


TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet href="table.css"?>
<!-- 来源：办法第三条 -->
<definitions id="d">
  <decision id="a">
    <!-- 先看信用
         再看清单 -->
    <rule id="r1">
      <inputEntry id="c1">
        <text>"P2"<!-- 药品 --></text>
      </inputEntry>
    </rule>
    <rule id="r2" /> <!-- 兜底 -->
    <!-- 到此为止 -->
  </decision>
  <input id="i"><!-- 还没写 --></input>
</definitions>
<!-- 文件完 -->
"""


def without_remarks(text: str) -> str:
    """As a library writes the file that it read."""
    bare = re.sub(r"<!--.*?-->|<\?(?!xml ).*?\?>", "", text, flags=re.DOTALL)
    parser = etree.XMLParser(remove_blank_text=True)
    root = etree.fromstring(bare.encode(), parser)
    etree.indent(root, space="  ")
    body: str = etree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def test_a_file_that_is_saved_unchanged_has_every_remark_in_its_place(saved: Saved) -> None:
    expected = TABLE.replace('<rule id="r2" />', '<rule id="r2"/>')
    within = '<input id="i"><!-- 还没写 --></input>'
    assert within in expected  # an element that the library closes at once has lines for what comes into it
    expected = expected.replace(within, '<input id="i">\n    <!-- 还没写 -->\n  </input>')
    assert saved(TABLE, without_remarks(TABLE)) == expected


def test_a_file_without_remarks_is_saved_as_it_is_written(saved: Saved) -> None:
    written = without_remarks(TABLE)
    assert saved(written.replace("\n", "\r\n"), written) == written


def test_a_rule_that_moved_takes_along_what_is_said_of_it(saved: Saved) -> None:
    moved = '<definitions id="d">\n  <decision id="a">\n    <rule id="r2"/>\n    <rule id="r1">\n'
    moved += '      <inputEntry id="c1"><text>"P2"</text></inputEntry>\n    </rule>\n  </decision>\n  <input id="i"/>\n'
    text = saved(TABLE, moved + "</definitions>\n")
    assert text.index("兜底") < text.index("先看信用") < text.index('id="r1"') < text.index("药品")


def test_what_stood_before_a_deleted_element_stays_and_what_stood_in_it_goes(saved: Saved) -> None:
    written = without_remarks(TABLE)
    deleted = re.sub(r' *<rule id="r1">.*?</rule>\n', "", written, flags=re.DOTALL)
    assert deleted != written
    text = saved(TABLE, deleted)
    assert re.search(r'<decision id="a">\s+<!-- 先看信用\s+再看清单 -->\s+<rule id="r2"/> <!-- 兜底 -->', text)
    assert "药品" not in text
    assert "药品" in saved(TABLE, written)  # the deletion is undone


def test_an_element_that_was_renamed_keeps_its_remarks(saved: Saved) -> None:
    written = without_remarks(TABLE).replace('"r1"', '"first"').replace('"c1"', '"credit"')
    text = saved(TABLE, written, {"r1": "first", "c1": "credit"})
    assert re.search(r'再看清单 -->\s+<rule id="first">\s+<inputEntry id="credit">\s+<text>"P2"<!-- 药品 -->', text)


def test_what_looks_like_a_remark_and_is_none_stays_text(saved: Saved) -> None:
    remark = '  <!-- <b id="x"> -->\n'
    written = '<a id="a">\n  <b id="b" name="&lt;!-- 1 > 0 -->">\n    <c><![CDATA[<!-- no -->]]></c>\n  </b>\n</a>\n'
    source = written.replace("  <b id", f"{remark}  <b id")
    assert saved(source, written) == source


FOREIGN = """<a xmlns="urn:ours" xmlns:o="urn:office" xmlns:unused="urn:unused" id="a">
  <extensionElements>
    <!-- 前 -->
    <o:sheet o:seen="yes">甲<o:b>乙</o:b>丙<!-- 里 --></o:sheet>
    <own x="1" />
  </extensionElements>
</a>
"""


def test_an_element_of_another_tool_is_saved_word_for_word(saved: Saved) -> None:
    """The library loses prefixes of attributes and the order of text and elements in it, and a namespace with them."""
    written = """<a xmlns="urn:ours" id="a">
  <extensionElements>
    <x:sheet xmlns:x="urn:office" seen="yes">甲丙      <x:b>乙</x:b>
</x:sheet>
    <own x="2" />
  </extensionElements>
</a>
"""
    text = saved(FOREIGN, written)
    assert '<o:sheet xmlns:o="urn:office" o:seen="yes">甲<o:b>乙</o:b>丙<!-- 里 --></o:sheet>' in text
    assert '<own x="2" />' in text  # an element that the library knows is what it writes
    assert re.search(r"<extensionElements>\s+<!-- 前 -->\s+<o:sheet", text)
    assert text.count("里") == 1
    assert etree.fromstring(text.encode()).findtext(".//{urn:office}b") == "乙"


def test_an_element_of_another_tool_goes_with_what_it_belongs_to(saved: Saved) -> None:
    assert "sheet" not in saved(FOREIGN, '<a xmlns="urn:ours" id="a"/>')


def test_every_remark_of_any_file_is_back_at_its_place(saved: Saved) -> None:
    """Files made by chance: the same tree with the same remarks in the same places."""
    for seed in range(40):
        chance = random.Random(seed)
        root = etree.Element("root", id="root")
        _grow(root, chance, depth=0)
        etree.indent(root, space="  ")
        source = f'<?xml version="1.0"?>\n{etree.tostring(root, encoding="unicode")}\n'
        text = saved(source, without_remarks(source))
        assert _tree(text) == _tree(source), f"seed {seed}\n{source}\n{text}"


def _grow(parent: etree._Element, chance: random.Random, depth: int) -> None:
    for number in range(chance.randint(0, 4)):
        kind = chance.random()
        if kind < 0.35:
            parent.append(etree.Comment(f" {depth}.{number} <b> & "))
        elif kind < 0.4:
            parent.append(etree.ProcessingInstruction("tool", f"{depth} {number}"))
        elif depth < 4:
            named = {"id": f"e{chance.getrandbits(40)}"} if chance.random() < 0.6 else {}
            _grow(etree.SubElement(parent, chance.choice(["task", "x-flow"]), named), chance, depth + 1)


def _tree(text: str) -> bytes:
    root = etree.fromstring(text.encode(), etree.XMLParser(remove_blank_text=True))
    canonical: bytes = etree.tostring(root, method="c14n", with_comments=True)
    return canonical
