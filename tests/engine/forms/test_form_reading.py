"""Reading form-js files: what becomes of them, and what is refused by name."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from engine.errors import DefinitionInvalid
from engine.forms import Form, inspect_form, read_form
from engine.words import Words

ENGLISH = {
    "forms/shop.form#name.label": "Name of the shop",
    "forms/shop.form#kind.options.single": "Single shop",
    "forms/shop.form#premises.label": "Premises",
}


def words(file: str, element: str, attribute: str, chinese: str) -> Words:
    return Words(chinese, ENGLISH.get(f"{file}#{element}.{attribute}", ""))


def form_of(*components: dict, **root) -> bytes:
    return json.dumps({"type": "default", "schemaVersion": 19, "components": components, **root}).encode()


def read(*components: dict) -> Form:
    return read_form(form_of(*components), "forms/shop.form", words)


def codes(*components: dict) -> list[tuple[str, str]]:
    with pytest.raises(DefinitionInvalid) as refused:
        read(*components)
    return [(finding.code, finding.element) for finding in refused.value.findings]


NAME = {
    "type": "textfield",
    "id": "f1",
    "key": "name",
    "label": "店名",
    "validate": {"required": True, "maxLength": 40},
}


def test_groups_are_sections_and_loose_fields_stand_in_their_own():
    premises = {
        "type": "group",
        "id": "premises",
        "label": "经营场所",
        "properties": {"items": "P2, P3"},
        "conditional": {"hide": '=name = ""'},
        "components": [
            {"type": "number", "key": "area", "label": "面积", "decimalDigits": 2, "validate": {"min": 0.5}},
            {"type": "textarea", "key": "note", "label": "说明", "properties": {"items": "P6"}},
        ],
    }
    form = read(NAME, premises, {"type": "text", "id": "t1", "text": "请核对"})
    assert [(section.key, [field.key for field in section.fields]) for section in form.sections] == [
        ("", ["name"]),
        ("premises", ["area", "note"]),
        ("", ["t1"]),
    ]
    assert form.key == "shop"
    assert form.sections[1].label == Words("经营场所", "Premises")
    assert form.field("name").label.en == "Name of the shop"
    assert form.field("area").items == ("P2", "P3")
    assert form.field("note").items == ("P6",)
    assert form.field("area").minimum == Decimal("0.5")
    assert [field.key for field in form.inputs] == ["name", "area", "note"]
    assert form.names_read == frozenset()


def test_options_carry_both_languages():
    kind = {"type": "radio", "key": "kind", "label": "类型", "values": [{"value": "single", "label": "单体"}]}
    assert read(kind).field("kind").options[0].label == Words("单体", "Single shop")


def test_a_group_in_a_group_is_hidden_with_it():
    inner = {"type": "group", "id": "inner", "label": "内", "components": [NAME]}
    outer = {
        "type": "group",
        "id": "outer",
        "label": "外",
        "conditional": {"hide": "=food != true"},
        "components": [inner],
    }
    form = read(outer)
    assert [(section.key, section.level) for section in form.sections] == [("outer", 1), ("inner", 2)]
    assert form.visible({}) == frozenset()
    assert form.visible({"food": True}) == {"outer", "inner", "name"}
    assert form.names_read == {"food"}


@pytest.mark.parametrize(
    ("component", "code"),
    [
        ({"type": "iframe", "id": "f", "url": "https://example.org"}, "unsupported-component"),
        ({"type": "multipage", "id": "f", "components": []}, "unsupported-component"),
        ({"type": "signature", "key": "f", "label": "x"}, "unsupported-component"),
        ({"type": "textfield", "key": "f", "label": "x", "colour": "red"}, "unsupported-attribute"),
        ({"type": "textfield", "key": "f", "label": "x", "conditional": {"show": "=y"}}, "unsupported-attribute"),
        ({"type": "textfield", "key": "f", "label": "x", "layout": {"gap": 2}}, "unsupported-attribute"),
        ({"type": "textfield", "key": "f", "label": "x", "appearance": {"icon": "i"}}, "unsupported-attribute"),
        ({"type": "number", "key": "f", "label": "x", "validate": {"pattern": "1"}}, "unsupported-attribute"),
        ({"type": "textarea", "key": "f", "label": "x", "appearance": {"prefixAdorner": "#"}}, "unsupported-attribute"),
        ({"type": "number", "key": "f", "label": "x", "increment": 0}, "wrong-value"),
        ({"type": "number", "key": "f", "label": "x", "properties": {"format": "mobile"}}, "wrong-value"),
        ({"type": "datetime", "key": "f", "label": "x", "timeInterval": 7}, "wrong-value"),
        ({"type": "datetime", "key": "f", "label": "x", "timeSerializingFormat": "unix"}, "wrong-value"),
        ({"type": "textfield", "key": "f.", "label": "x"}, "wrong-value"),
        ({"type": "textfield", "key": "f", "label": "x", "readonly": "yes"}, "wrong-value"),
        ({"type": "textfield", "key": "f", "label": "x", "validate": {"maxLength": "=a +"}}, "bad-expression"),
        ({"type": "textfield", "key": "f", "label": "x", "validate": {"pattern": "(?=a)b"}}, "wrong-value"),
        ({"type": "textfield", "key": "f", "label": "{{#if a}}x"}, "bad-expression"),
        ({"type": "text", "id": "f", "text": "{{/loop}}"}, "bad-expression"),
        ({"type": "text", "id": "f", "text": "{{#each a}}x{{/each}}"}, "bad-expression"),
        ({"type": "text", "id": "f", "text": "a <b>bold</b> word"}, "unsupported-attribute"),
        ({"type": "text", "id": "f", "text": "[x](javascript:alert)"}, "unsupported-attribute"),
        ({"type": "html", "id": "f", "content": "<script>alert(1)</script>"}, "unsupported-attribute"),
        ({"type": "html", "id": "f", "content": "<p onclick='x'>a</p>"}, "unsupported-attribute"),
        ({"type": "html", "id": "f", "content": "<p style='color:red'>a</p>"}, "unsupported-attribute"),
        ({"type": "image", "id": "f", "source": "https://example.org/a.png"}, "unsupported-attribute"),
        ({"type": "image", "id": "f"}, "missing-key"),
        ({"type": "button", "id": "f", "label": "x", "action": "delete"}, "wrong-value"),
        ({"type": "spacer", "id": "f", "height": "tall"}, "wrong-value"),
        ({"type": "separator"}, "missing-key"),
        ({"type": "expression", "key": "f", "expression": "1"}, "wrong-value"),
        ({"type": "table", "id": "f", "label": "x", "dataSource": "=a"}, "missing-key"),
        ({"type": "table", "id": "f", "label": "x", "dataSource": "a", "columns": [{"key": "a"}]}, "wrong-value"),
        ({"type": "documentPreview", "id": "f", "label": "x"}, "wrong-value"),
        ({"type": "dynamiclist", "id": "f", "label": "x", "isRepeating": True, "components": []}, "missing-key"),
        ({"type": "group", "id": "f", "label": "x", "path": "a b", "components": []}, "wrong-value"),
        ({"type": "textfield", "id": "f-1", "label": "x"}, "wrong-value"),
        ({"type": "textfield", "key": "f"}, "missing-key"),
        ({"type": "select", "key": "f", "label": "x", "valuesExpression": "list"}, "wrong-value"),
        (
            {"type": "select", "key": "f", "label": "x", "valuesKey": "a", "values": [{"value": "a"}]},
            "wrong-value",
        ),
        ({"type": "radio", "key": "f", "label": "x"}, "missing-key"),
        (
            {"type": "radio", "key": "f", "label": "x", "values": [{"value": "a", "label": "A"}] * 2},
            "wrong-value",
        ),
        ({"type": "textfield", "key": "f", "label": "x", "validate": {"pattern": "("}}, "wrong-value"),
        (
            {"type": "textfield", "key": "f", "label": "x", "validate": {"luhn": True}},
            "unsupported-attribute",
        ),
        (
            {"type": "textfield", "key": "f", "label": "x", "validate": {"required": "=y"}},
            "unsupported-attribute",
        ),
        ({"type": "textfield", "key": "f", "label": "x", "validate": {"minLength": "ten"}}, "wrong-value"),
        ({"type": "number", "key": "f", "label": "x", "validate": {"min": 9, "max": 5}}, "limits-contradict"),
        ({"type": "number", "key": "f", "label": "x", "validate": {"min": 1, "max": 0.5}}, "limits-contradict"),
        (
            {"type": "textarea", "key": "f", "label": "x", "validate": {"minLength": 9, "maxLength": 5}},
            "limits-contradict",
        ),
        ({"type": "textfield", "key": "f", "label": "x", "properties": {"format": "iban"}}, "wrong-value"),
        ({"type": "textfield", "key": "f", "label": "=x +"}, "bad-expression"),
        ({"type": "textfield", "key": "f", "label": "x", "conditional": {"hide": "y = 1"}}, "wrong-value"),
        ({"type": "textfield", "key": "f", "label": "x", "conditional": {"hide": "=y ="}}, "bad-expression"),
        ({"type": "datetime", "key": "f", "label": "x", "subtype": "week"}, "wrong-value"),
        ({"type": "number", "key": "f", "label": "x", "defaultValue": "many"}, "wrong-value"),
        ({"type": "number", "key": "f", "label": "x", "layout": {"columns": 20}}, "wrong-value"),
    ],
)
def test_what_cannot_be_run_is_refused_by_name(component, code):
    assert code in [found for found, _ in codes(component)]


def test_every_fault_is_named_at_once():
    assert codes(NAME, NAME, {"type": "iframe", "id": "b"}, {"type": "number", "key": "n"}) == [
        ("duplicate-key", "name"),
        ("unsupported-component", "b"),
        ("missing-key", "n"),
    ]


def test_hide_expressions_in_a_circle_are_a_finding():
    first = {"type": "checkbox", "key": "a", "label": "a", "conditional": {"hide": "=b = true"}}
    second = {"type": "checkbox", "key": "b", "label": "b", "conditional": {"hide": "=c = true"}}
    third = {"type": "checkbox", "key": "c", "label": "c", "conditional": {"hide": "=a = true"}}
    assert codes(first, second, third) == [("hide-cycle", "a")]
    own = {"type": "checkbox", "key": "a", "label": "a", "conditional": {"hide": "=a = true"}}
    assert codes(own) == [("hide-cycle", "a")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "not-json"),
        (b"\xff\xfe", "not-json"),
        (b'{"components": [{"type": "textfield", "key": "a", "label": "\\ud800"}]}', "not-json"),
        (b"[" * 100_000, "not-json"),
        (b"[]", "not-a-form"),
        (b'{"components": 3}', "not-a-form"),
        (form_of(NAME, schemaVersion=99), "newer-schema"),
    ],
)
def test_what_is_no_form_is_refused(content, code):
    _, findings = inspect_form(content, "forms/shop.form", words)
    assert [finding.code for finding in findings] == [code]
    with pytest.raises(DefinitionInvalid):
        read_form(content, "forms/shop.form", words)


FORMS = Path(__file__).parents[3] / "forms"


@pytest.mark.parametrize("path", sorted(FORMS.rglob("*.form")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_shipped_form_can_be_read(path):
    form, findings = inspect_form(path.read_bytes(), path.name, words)
    assert findings == []
    assert form.inputs
