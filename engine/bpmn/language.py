"""Which language a text of the file is in: never guessed in silence (the order stands in `of`)."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.model import Source
from engine.bpmn.xmlread import text_of

FEEL = "feel"
JUEL = "juel"
PYTHON = "python"
#: No language: the text is the name of a variable, whatever signs it holds.
VARIABLE = "variable"
#: No language: the value is made of the source's parts.
COMPOSED = "composed"
#: No language: the context of all variables that are seen.
EVERYTHING = "everything"
_NAMED = {
    "feel": FEEL, "juel": JUEL, "python": PYTHON,
    "https://www.omg.org/spec/DMN/20191111/FEEL/": FEEL,
    "http://www.omg.org/spec/FEEL/20140401": FEEL,
    "python3": PYTHON, "text/python": PYTHON, "application/python": PYTHON, "text/x-python": PYTHON,
    "http://www.java.com/javaTypes": JUEL,
    "http://www.python.org": PYTHON,
}  # fmt: skip
#: Default of the BPMN XSD that every modeller writes without meaning it.
_MEANINGLESS = {"", "http://www.w3.org/1999/XPath", "http://www.w3.org/1999/xpath"}


def named(name: str | None) -> str | None:
    """The language that an attribute names: a known key, else the name itself; None if it says nothing."""
    if name is None or name.strip() in _MEANINGLESS:
        return None
    stripped = name.strip()
    return _NAMED.get(stripped) or ("feel" if "/FEEL" in stripped else stripped.lower())


def expression(text: str, *, attribute: str | None, file_language: str | None) -> Source:
    """A text that must be an expression, in the language of (first that speaks): the dialect's mark,
    the element's own `language`, the file's `expressionLanguage`, else FEEL with `assumed`."""
    if text.startswith("="):
        return Source(text[1:].strip(), FEEL)
    if text.startswith(("${", "#{")):
        return Source(text, JUEL)
    language = named(attribute) or file_language
    return Source(text, language or FEEL, assumed=language is None)


def of_element(element: etree._Element | None, file_language: str | None) -> Source | None:
    """The expression that a BPMN tExpression element holds; None where it is missing or empty."""
    if element is None:
        return None
    text = text_of(element)
    return expression(text, attribute=element.get("language"), file_language=file_language) if text else None


def marked(text: str | None) -> Source | None:
    """A text that is an expression only with the mark "=" (zeebe), else itself; None stays None."""
    if text is None:
        return None
    return Source(text[1:].strip(), FEEL) if text.startswith("=") else Source(text)


def templated(text: str) -> Source:
    """A text that is FEEL with the mark "=", JUEL where "${…}" or "#{…}" stands in it, else itself."""
    if text.startswith("="):
        return Source(text[1:].strip(), FEEL)
    return Source(text, JUEL) if "${" in text or "#{" in text else Source(text)


def variable(name: str) -> Source:
    """The value of the variable of this name."""
    return Source(name, VARIABLE)
