"""What holds for every form and every answer: junk is refused and never raises, what passes passes again."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import AnswersInvalid
from engine.forms import Form, controls_on, gather, lists_on, read_form, with_row, without_row
from engine.forms.markdown import html_of, literal
from engine.forms.markup import TAGS, faults_of, safe_html
from engine.forms.templates import TemplateInvalid, parse_template
from engine.runtime import Context
from engine.words import Words
from tests.support.forms_every import DISTRICTS, EVERY_COMPONENT, words

FORM: Form = read_form(EVERY_COMPONENT.read_bytes(), "forms/every.form", words)
KNOWN = {"districts": DISTRICTS}
NOW = Context(now=datetime(2026, 3, 4, 17, 0, tzinfo=UTC), zone=ZoneInfo("Asia/Shanghai"), calendar=None)
FEW = settings(max_examples=60, deadline=None)

texts = st.text(max_size=12) | st.sampled_from(["", "x", "1", "-0", "1e9", "true", "chain", "lease", "9" * 40, "\x00"])
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=True, allow_infinity=True)
    | texts
    | st.dates()
    | st.times()
    | st.datetimes()
)
junk = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=8
)
#: Names of the form's own, mixed with others.
names = st.sampled_from([*sorted({one.root for one in FORM.inputs}), "area", "name", "pharmacist", "duties"]) | texts
answers = st.dictionaries(
    names, junk | st.dictionaries(names, junk) | st.lists(st.dictionaries(names, junk), max_size=3)
)


def errors_of(judge: Any, raw: dict[str, Any]) -> list[Words]:
    """What is wrong with the answers; nothing where they pass."""
    try:
        judge(raw, KNOWN, NOW)
    except AnswersInvalid as refused:
        return [message for found in refused.errors.values() for message in found]
    return []


@FEW
@given(answers)
def test_junk_is_refused_and_never_raises(raw: dict[str, Any]):
    for judge in (FORM.validate, FORM.validate_values):
        for message in errors_of(judge, raw):
            assert message.zh
            assert message.en
    page = FORM.page(FORM.draft(raw, NOW), KNOWN, NOW)
    assert lists_on(page)


sent_names = st.sampled_from(
    [*controls_on(FORM.page({"staff": [{}, {}]}, KNOWN)), "staff[]", "staff[7].name", "plan~remove", "contact.mobile"]
)


@FEW
@given(
    st.dictionaries(sent_names | texts, st.lists(texts, max_size=3), max_size=8),
    st.frozensets(sent_names, max_size=6),
    answers,
    texts | st.sampled_from(["staff", "staff[0]", "staff[", "staff[x]", "staff[0]]"]),
)
def test_whatever_is_posted_can_be_put_together(sent, shown, before, name):
    kept = FORM.draft(before, NOW)
    gathered = gather(FORM, without_row(sent, name), shown=shown, before=kept)
    more = with_row(FORM, gathered, name, KNOWN, NOW)
    FORM.page(FORM.draft(more, NOW), KNOWN, NOW)
    assert len(more["staff"]) - len(gathered["staff"]) == (1 if name == "staff" else 0)


# ---------------------------------------------------------------- answers that pass


def good_value(field) -> st.SearchStrategy:
    """Answers that a person could rightly give to a field."""
    if field.format == "mobile":
        return st.sampled_from(["13800138000", "13912345678"])
    if field.format == "email":
        return st.sampled_from(["", "a@b.cn"])
    if field.format in ("uscc", "id-number"):
        return st.sampled_from(["", {"uscc": "91350100M000100Y43", "id-number": "11010519491231002X"}[field.format]])
    if field.pattern:
        return st.sampled_from(["044000" if "{6}" in field.pattern else "110101202401"])
    kinds = {
        "textfield": st.sampled_from(["江城康源", " 甲乙 "]),
        "textarea": st.just("与书店共用一层"),
        "number": st.integers(30, 400).map(str) if field.key.endswith("area") else st.just(""),
        "checkbox": st.sampled_from(["true", ""]),
        "datetime": st.just(""),
        "filepicker": st.just([]),
    }
    if field.type in ("radio", "select"):
        return st.sampled_from([one.value for one in field.options] or [""])
    if field.type in ("checklist", "taglist"):
        return st.lists(st.sampled_from([one.value for one in field.options]), max_size=2)
    return kinds[field.type]


@FEW
@given(st.data())
def test_a_right_answer_to_every_field_passes_and_passes_again(data: st.DataObject):
    raw: dict[str, Any] = {"staff": [{} for _ in range(data.draw(st.integers(0, 3)))]}
    sent: dict[str, list[str]] = {"staff[]": [str(number) for number, _ in enumerate(raw["staff"])]}
    for _ in range(4):  # every round may show more fields
        page = controls_on(FORM.page(raw, KNOWN, NOW))
        for name, field in page.items():
            if field.is_asked and name not in sent and field.type != "filepicker":
                value = data.draw(good_value(field), label=name)
                sent[name] = value if isinstance(value, list) else [value]
        raw = gather(FORM, sent, shown=set(page), before={})
    answered = FORM.validate(raw, KNOWN, NOW)
    assert FORM.validate_values(answered, KNOWN, NOW) == answered
    kept = FORM.draft(raw, NOW)
    assert FORM.validate_values(kept, KNOWN, NOW) == answered
    shown = controls_on(FORM.page(answered, KNOWN, NOW))
    assert set(shown) == set(page)
    assert ("head_office" in answered) == (answered["kind"] == "chain")
    for row in answered["staff"]:
        assert ("licence" in row) == row["pharmacist"]
    assert answered["headcount"] == len(answered["staff"])


@FEW
@given(st.data(), answers)
def test_hidden_fields_never_pass_whatever_is_sent_for_them(data: st.DataObject, raw: dict[str, Any]):
    raw = {**raw, "kind": "single", "head_office": data.draw(junk), "staff": []}
    try:
        told: Any = FORM.validate(raw, KNOWN, NOW)
    except AnswersInvalid as refused:
        told = refused.errors
    assert "head_office" not in told


# ---------------------------------------------------------------- texts


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(key, value or "") for key, value in attrs}


MARKUP = [
    *("<", ">", "</", "/>", '"', "'", "=", "<!--", "-->", "<svg>", "<p>", "</p>", "<a", "&lt;", "&#x3c;"),
    *("script", "img", "a", "p", "src", "href=", "onerror", "style", "javascript:", "//x", "alert(1)"),
    *("**", "[x](", ")", "#", "-", "|", "`", "\\", "{{", "}}"),
]
TEMPLATE = ["{{#if a}}", "{{/if}}", "{{#loop b}}", "{{/loop}}", "{{a}}", "x", "{{"]
pieces = st.lists(st.sampled_from([*MARKUP, " ", "\n"]) | st.text(max_size=4), max_size=14).map("".join)


@pytest.mark.parametrize("make", [safe_html, html_of])
@FEW
@given(text=pieces)
def test_no_markup_comes_out_but_what_is_allowed(make, text: str):
    seen = _Seen()
    seen.feed(make(text))
    seen.close()
    assert seen.tags <= TAGS
    assert {key for key, _ in seen.attributes} <= {"href", "target", "rel", "title", "src", "alt", "scope"} | {
        "colspan",
        "rowspan",
        "start",
    }
    for key, value in seen.attributes:
        if key in ("href", "src"):
            assert value.strip().lower().startswith(("http://", "https://", "mailto:", "tel:", "/", "#", "data:image/"))
            assert not value.strip().startswith("//")


@FEW
@given(text=pieces)
def test_safe_html_is_sound_and_stays_as_it_is(text: str):
    once = safe_html(text)
    assert safe_html(once) == once or "<h" in once  # headings go down a step each time
    assert faults_of(once) == []


@FEW
@given(st.text(max_size=40))
def test_a_value_in_markdown_says_itself_and_nothing_else(value: str):
    class Text(HTMLParser):
        def __init__(self) -> None:
            super().__init__(convert_charrefs=True)
            self.text = ""
            self.tags: list[str] = []

        def handle_starttag(self, tag: str, attrs: Any) -> None:
            self.tags.append(tag)

        def handle_data(self, data: str) -> None:
            self.text += data

    shown = Text()
    shown.feed(html_of(f"先{literal(value)}后"))
    shown.close()
    assert shown.tags == ["p"]
    assert shown.text == "先" + " ".join(value.split()) + "后"


@FEW
@given(
    pieces
    | st.lists(st.sampled_from(["{{#if a}}", "{{/if}}", "{{#loop b}}", "{{/loop}}", "{{a}}", "x", "{{"])).map("".join)
)
def test_a_text_is_refused_or_can_be_rendered(text: str):
    try:
        template = parse_template(text, "t")
    except TemplateInvalid as refused:
        said = refused.words
    else:
        said = Words(template.render({"a": True, "b": [1, {"a": "y"}]}) or "-", "-")
    assert said.zh
    assert said.en
