"""Templates: every document that the office will need is there, and names only fields that its kind has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.bundles.checks.checking import Checking
from engine.bundles.document_kinds import KINDS_FILES, DocumentKind, FieldType, national_kinds, read_kinds
from engine.bundles.document_templates import CHINESE, Template, template_path, templates_of
from engine.bundles.documents import PLACES, PlaceUnknown, TemplateInvalid, places_of, render
from engine.bundles.places_of_templates import lists_in_sentences, markup_in, template_places
from engine.errors import DefinitionInvalid
from engine.words import Words

#: What is printed for people, on paper or on a page.
_PRINTED = ("documents/", "_shared/documents/", "guide/")
#: Documents of every bundle; a refusal may have a version of its own per kind of item.
ALWAYS = tuple(key for key, kind in national_kinds().items() if kind.needed)


def check_documents(checking: Checking) -> None:
    kinds = _kinds(checking)
    for key, file, element in _needed(checking, kinds):
        path = f"documents/{key}.md"
        there = template_path(checking.files, key, CHINESE)
        if there is None:
            checking.missing(Words("文书模板", "template"), file, element, path)
        elif template_path(checking.files, key, "en") == there:
            _untranslated(checking, there)
    for template in templates_of(checking.files):
        _check_template(checking, template, kinds)
    for path in sorted(checking.files):
        if path.endswith(".md") and path.startswith(_PRINTED):
            _check_markup(checking, path)
    if "guide/zh.md" not in checking.files:
        checking.warning(
            "no-guide",
            "guide/zh.md",
            "",
            Words("没有办事指南。", "There is no public guide."),
            Words("写一份办事指南。", "Write one."),
        )


def _kinds(checking: Checking) -> Mapping[str, DocumentKind]:
    """The kinds of the release; those of the law where its own file cannot be read."""
    try:
        return read_kinds(checking.files)
    except DefinitionInvalid as refused:
        checking.findings += refused.findings
        return read_kinds({path: content for path, content in checking.files.items() if path not in KINDS_FILES})


def _needed(checking: Checking, kinds: Mapping[str, DocumentKind]) -> Iterator[tuple[str, str, str]]:
    """(key of the document, the file and element that asks for it)."""
    for key, kind in kinds.items():
        if kind.needed:
            yield key, "bundle.toml", "documents"
    for item in checking.bundle.items:
        file = f"items/{item.key}.toml"
        if item.licence is not None:
            yield item.licence.template, file, "licence.template"
        if item.commitment is not None:
            yield item.commitment.letter, file, "commitment.letter"
    for material in checking.bundle.materials:
        for one in material.requirements:
            if one.commitment is not None:
                element = f"materials.{material.key}.required.{one.item}.commitment.letter"
                yield one.commitment.letter, "bundle.toml", element


def _check_template(checking: Checking, template: Template, kinds: Mapping[str, DocumentKind]) -> None:
    places = template_places(template.key, kinds, checking.bundle)
    kind, fields = places.kind, places.fields
    try:
        text = checking.files[template.path].decode("utf-8")
        render(text, {}, optional=fields.keys() | checking.field_keys)
    except UnicodeDecodeError:
        _faulty(checking, template, "", Words("文件不是UTF-8文字。", "The file is not UTF-8 text."))
    except TemplateInvalid:
        _faulty(checking, template, "", Words("花括号没有配对。", "Braces do not belong to a place."))
    except PlaceUnknown as unknown:
        _faulty(checking, template, unknown.place, _unknown(unknown.place, kind))
    else:
        _check_places(checking, template, text, fields)
        _check_must(checking, template, text, kind)


def _check_markup(checking: Checking, path: str) -> None:
    """Nothing in a template or guide is run; it would be printed as it stands, on an official paper."""
    shown = markup_in(checking.files[path].decode("utf-8", "replace"))
    if not shown:
        return
    checking.error(
        "markup-in-template",
        path,
        "",
        Words(
            f"“{shown}”是网页标记或者脚本：不会运行，会原样印出来。",
            f"“{shown}” is markup or a script: it is never run, and would be printed as it stands.",
        ),
        Words(
            "删除；排版只用说明中列出的写法（标题、列表、表格、加粗）。",
            "Remove it; layout is by headings, lists, tables and bold alone.",
        ),
    )


def _unknown(place: str, kind: DocumentKind | None) -> Words:
    if kind is not None and place in PLACES:
        return Words(
            f"“{kind.title.zh}”没有占位项“{place}”，印出来会是空白。",
            f"“{kind.title.en}” has no place “{place}”: it would print nothing.",
        )
    return Words(f"没有占位项“{place}”。", f"There is no place “{place}”.")


def _check_places(checking: Checking, template: Template, text: str, fields: Mapping[str, FieldType]) -> None:
    """A list or a table cannot stand inside a sentence."""
    for place in lists_in_sentences(text, fields):
        _faulty(
            checking,
            template,
            place,
            Words(
                f"占位项“{place}”是列表或者表格，应当独占一段。",
                f"The place “{place}” holds a list or a table: it must stand alone in its paragraph.",
            ),
        )


def _check_must(checking: Checking, template: Template, text: str, kind: DocumentKind | None) -> None:
    """What a document of this kind must say, its template prints."""
    if kind is None:
        return
    for place in sorted(set(kind.must) - set(places_of(text))):
        checking.error(
            "template-without-field",
            template.path,
            place,
            Words(
                f"“{kind.title.zh}”应当载明“{place}”，模板中没有。",
                f"“{kind.title.en}” must print “{place}”, and the template does not.",
            ),
            Words(f"补上占位项{{{{ {place} }}}}。", f"Add the place {{{{ {place} }}}}."),
        )


def _faulty(checking: Checking, template: Template, element: str, message: Words) -> None:
    checking.error(
        "bad-template",
        template.path,
        element,
        message,
        Words("使用说明中列出的占位项或者表单字段的键。", "Use a place of the list, or the key of a form field."),
    )


def _untranslated(checking: Checking, path: str) -> None:
    checking.warning(
        "missing-translation",
        path,
        "",
        Words("文书没有英文版本。", "The document has no English version."),
        Words("补上英文译文。", "Add the translation."),
    )
