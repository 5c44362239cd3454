"""Names and numbers as lists, public pages and messages show them: enough to recognise, too little to misuse."""

from __future__ import annotations

#: Up to here a name is taken for a person's, whoever it belongs to.
SHORT_NAME = 4
MOST_STARS = 6


def masked_person(name: str) -> str:
    """A person's name, however long: the first character alone stays readable."""
    return name[:1] + "*" * (len(name) - 1)


def masked_organisation(name: str) -> str:
    """An organisation's name keeps its beginning and its end: 江城市*****有限公司."""
    if len(name) <= SHORT_NAME:
        return masked_person(name)
    if len(name) <= 8:
        return name[:2] + "*" * (len(name) - 4) + name[-2:]
    return name[:3] + "*" * min(len(name) - 7, MOST_STARS) + name[-4:]


def masked_number(text: str) -> str:
    """An identity or mobile number: the first three and the last four characters; short texts are hidden whole."""
    return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}" if len(text) > 8 else "*" * len(text)
