"""Templates: every document that the office will need is there, and names only places that are filled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bundles.checks.checking import Checking
from engine.bundles.documents import PLACES, PlaceUnknown, TemplateInvalid, render
from engine.words import Words

#: Documents of every bundle; a refusal may have a version of its own per kind of item.
ALWAYS = (
    "receipt",
    "acceptance-notice",
    "correction-notice",
    "not-accepted",
    "refusal",
    "delivery-receipt",
    "mandate",
)
_TEMPLATE = re.compile(r"documents/([\w-]+)(?:\.([a-z]{2}))?\.md")


def check_documents(checking: Checking) -> None:
    for key, file, element in _needed(checking):
        path = f"documents/{key}.md"
        if path not in checking.files:
            checking.missing(Words("文书模板", "template"), file, element, path)
        elif f"documents/{key}.en.md" not in checking.files:
            _untranslated(checking, path)
    for path in sorted(checking.files):
        if _TEMPLATE.fullmatch(path):
            _check_template(checking, path)
    if "guide/zh.md" not in checking.files:
        checking.warning(
            "no-guide",
            "guide/zh.md",
            "",
            Words("没有办事指南。", "There is no public guide."),
            Words("写一份办事指南。", "Write one."),
        )


def _needed(checking: Checking) -> Iterator[tuple[str, str, str]]:
    """(key of the document, the file and element that asks for it)."""
    for key in ALWAYS:
        yield key, "bundle.toml", "documents"
    for item in checking.bundle.items:
        file = f"items/{item.key}.toml"
        if item.licence is not None:
            yield item.licence.template, file, "licence.template"
        if item.commitment is not None:
            yield item.commitment.letter, file, "commitment.letter"


def _check_template(checking: Checking, path: str) -> None:
    try:
        template = checking.files[path].decode("utf-8")
        render(template, {}, optional=PLACES | checking.answer_keys)
    except UnicodeDecodeError:
        _faulty(checking, path, "", Words("文件不是UTF-8文字。", "The file is not UTF-8 text."))
    except TemplateInvalid:
        _faulty(checking, path, "", Words("花括号没有配对。", "Braces do not belong to a place."))
    except PlaceUnknown as unknown:
        _faulty(
            checking,
            path,
            unknown.place,
            Words(f"没有占位项“{unknown.place}”。", f"There is no place “{unknown.place}”."),
        )


def _faulty(checking: Checking, path: str, element: str, message: Words) -> None:
    checking.error(
        "bad-template",
        path,
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
