"""The marshmallow schema of a form: the only place where answers are judged.

Every field of ours becomes one marshmallow field that reads what HTML or JSON gives into a FEEL value;
messages are `Words`, kept in lists because marshmallow leaves lists as they are.
"""

from __future__ import annotations

import decimal
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import Schema, ValidationError
from marshmallow import fields as ma

from engine.expressions import Context
from engine.forms import messages, moments, patterns
from engine.forms.model import FILES, Field
from engine.forms.options import is_choice, text_of_choice
from engine.identity_numbers import check_id_number, check_mobile, check_uscc
from engine.values import Value
from engine.words import Words

#: Files under one field that takes several.
MOST_FILES = 20
#: Lengths past which a text is refused even where the form names none.
LONGEST = {"textfield": 1_000, "textarea": 20_000}
#: FEEL numbers have 34 digits; nothing an office asks for has more.
MOST_DIGITS = 34
#: Enough for a remainder of any two such numbers; the usual 28 digits would round or raise.
_EXACT = decimal.Context(prec=3 * MOST_DIGITS, traps=[decimal.InvalidOperation])

FORMATS: Mapping[str, Callable[[str], Words | None]] = {
    "id-number": check_id_number,
    "uscc": check_uscc,
    "mobile": check_mobile,
}
_UPPERCASE_FORMATS = frozenset({"id-number", "uscc"})
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_TELEPHONE = re.compile(r"\+?[0-9][0-9 ()-]{5,19}")
_TICKED = frozenset({"on", "true", "1", "yes"})
_UNTICKED = frozenset({"off", "false", "0", "no", ""})


def load(fields: Sequence[Field], given: Mapping[str, Any], context: Context | None) -> dict[str, Value]:
    """The answers of exactly these fields (the visible ones), by key.

    Raises marshmallow's ValidationError with the messages (`Words`) of every wrong field by key.
    """
    # Names of our own: a form may well have a field "validate" or "Meta", and keys have dots.
    names = {f"answer_{place}": field for place, field in enumerate(fields)}
    readers: dict[str, ma.Field[Any]] = {name: _READERS[field.type](field, context) for name, field in names.items()}
    read = Schema.from_dict(readers)().load(given)
    return {field.key: read[name] for name, field in names.items()}


def read_value(field: Field, given: Any, context: Context | None = None) -> Value:
    """The FEEL value of what was typed into one field; null (False, an empty list) where it is empty.

    Raises marshmallow's ValidationError where it cannot be read.
    """
    reader = _READERS[field.type](field, context)
    reader.must = False
    return reader.deserialize(given)


class _Answer(ma.Field[Any]):
    """Base of all: null and "" are the empty answer, refused where one is required."""

    def __init__(self, field: Field, context: Context | None) -> None:
        super().__init__(allow_none=True, data_key=field.key)
        self.of = field
        self.must = field.required
        self.context = context

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Value:
        read = self.read(value)
        if self.is_empty(read):
            if self.must:
                raise ValidationError([messages.missing(self.of)])
            return self.empty()
        return read

    def is_empty(self, value: Value) -> bool:
        return value is None or value == ""

    def empty(self) -> Value:
        return None

    def read(self, value: Any) -> Value:
        raise NotImplementedError

    def text(self, value: Any) -> str:
        """The one text given; more than one, or none, is of the wrong kind."""
        if isinstance(value, (list, tuple)) and len(value) == 1:
            value = value[0]
        if value is None:
            return ""
        if not isinstance(value, str):
            raise ValidationError([messages.wrong_kind(self.of)])
        if any(unicodedata.category(one) in ("Cs", "Cc") and one not in "\n\r\t" for one in value):
            raise ValidationError([messages.unusable_character(self.of)])
        return value


class _Text(_Answer):
    def read(self, value: Any) -> str:
        text = self.text(value).replace("\r\n", "\n").replace("\r", "\n").strip()
        if self.of.format in _UPPERCASE_FORMATS:
            text = text.upper()
        if text and (faults := list(self.faults(text))):
            raise ValidationError(faults)
        return text

    def faults(self, text: str) -> list[Words]:
        field = self.of
        longest = field.max_length or LONGEST[field.type]
        if len(text) > longest:
            return [messages.too_long(field, longest)]
        if field.min_length and len(text) < field.min_length:
            return [messages.too_short(field, field.min_length)]
        if field.pattern and not patterns.matches(field.pattern, text):
            return [messages.not_as_expected(field)]
        fault = self.format_fault(text) or self.birth_fault(text)
        return [fault] if fault else []

    def birth_fault(self, text: str) -> Words | None:
        """Nobody is born after today."""
        if self.of.format != "id-number" or self.context is None:
            return None
        today = self.context.now.astimezone(self.context.zone).date()
        return messages.not_born_yet(self.of) if text[6:14] > f"{today:%Y%m%d}" else None

    def format_fault(self, text: str) -> Words | None:
        if self.of.format == "email":
            return None if _EMAIL.fullmatch(text) else messages.no_email(self.of)
        if self.of.format == "phone":
            return None if _TELEPHONE.fullmatch(text) else messages.no_telephone(self.of)
        return FORMATS[self.of.format](text) if self.of.format else None


class _Number(_Answer):
    def read(self, value: Any) -> Value:
        number = self.number(value)
        if number is None:
            return None
        field = self.of
        if not _is_usable(number):
            raise ValidationError([messages.no_number(field)])
        number = _EXACT.normalize(number) if number else Decimal(0)
        if field.decimals is not None and -int(number.as_tuple().exponent) > field.decimals:
            raise ValidationError([messages.too_many_decimals(field)])
        if field.minimum is not None and number < field.minimum:
            raise ValidationError([messages.too_small(field, field.minimum)])
        if field.maximum is not None and number > field.maximum:
            raise ValidationError([messages.too_large(field, field.maximum)])
        if field.increment is not None and (over := _EXACT.remainder(number, field.increment)):
            below = _EXACT.subtract(number, over if number > 0 else _EXACT.add(over, field.increment))
            raise ValidationError([messages.off_step(field, below, _EXACT.add(below, field.increment))])
        if field.as_text:
            return f"{number:f}"
        return int(number) if number == number.to_integral_value() else number

    def number(self, value: Any) -> Decimal | None:
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            return Decimal(value)
        # People type full-width digits and group thousands.
        text = unicodedata.normalize("NFKC", self.text(value)).replace(",", "").strip()
        if not text:
            return None
        if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", text, re.ASCII):
            raise ValidationError([messages.no_number(self.of)])
        try:
            return Decimal(text)
        except InvalidOperation as fault:
            raise ValidationError([messages.no_number(self.of)]) from fault


def _is_usable(number: Decimal) -> bool:
    return number.is_finite() and len(number.as_tuple().digits) <= MOST_DIGITS and abs(number.adjusted()) <= MOST_DIGITS


class _Tick(_Answer):
    """A checkbox: absent is unticked. Required means that it must be ticked."""

    def read(self, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        text = self.text(value).strip().lower()
        if text in _TICKED:
            return True
        if text in _UNTICKED:
            return False
        raise ValidationError([messages.wrong_kind(self.of)])

    def is_empty(self, value: Value) -> bool:
        return value is not True

    def empty(self) -> Value:
        return False


class _Choice(_Answer):
    def read(self, value: Any) -> Value:
        text = text_of_choice(value) if is_choice(value) else self.text(value)
        if not text:
            return None
        offered = {option.value: option.answer for option in self.of.options}
        if text not in offered:
            raise ValidationError([messages.not_offered(self.of)])
        return offered[text]


class _Choices(_Answer):
    """A checklist or tag list: a list of answers in the order of the options."""

    def read(self, value: Any) -> list[Value]:
        given = [] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]
        if any(one is not None and one != "" and not is_choice(one) for one in given):
            raise ValidationError([messages.wrong_kind(self.of)])
        chosen = {text_of_choice(one) for one in given if one is not None and one != ""}
        if not chosen <= {option.value for option in self.of.options}:
            raise ValidationError([messages.not_offered(self.of)])
        return [option.answer for option in self.of.options if option.value in chosen]

    def is_empty(self, value: Value) -> bool:
        return not value

    def empty(self) -> Value:
        return []


class _Moment(_Answer):
    """A date, a time, or both."""

    def read(self, value: Any) -> Value:
        field = self.of
        moment: moments.Moment
        if type(value) is moments.TYPES[field.subtype]:
            moment = moments.in_its_zone(field, value, self.context)
        else:
            text = unicodedata.normalize("NFKC", self.text(value)).strip()
            if not text:
                return None
            try:
                moment = moments.read_moment(field, text, self.context)
            except (ValueError, OverflowError) as fault:
                raise ValidationError([messages.no_date(field)]) from fault
        if not moments.fits_interval(field, moment, self.context):
            raise ValidationError([messages.off_interval(field)])
        if field.future_only and self.context is not None and moments.lies_behind(moment, self.context):
            raise ValidationError([messages.in_the_past(field)])
        return moment


class _Files(_Answer):
    """References to files that are kept already: `{documentId, metadata: {fileName, contentType, size}}`."""

    def read(self, value: Any) -> list[Value]:
        given = [] if value is None or value == "" else value
        if not isinstance(given, (list, tuple)) or not all(_is_reference(one) for one in given):
            raise ValidationError([messages.wrong_kind(self.of)])
        most = MOST_FILES if self.of.multiple else 1
        if len(given) > most:
            raise ValidationError([messages.too_many_files(self.of, most)])
        for one in given:
            if not is_accepted(self.of.accept, one["metadata"]["fileName"], one["metadata"].get("contentType")):
                raise ValidationError([messages.not_accepted(self.of, one["metadata"]["fileName"])])
        return list(given)

    def is_empty(self, value: Value) -> bool:
        return not value

    def empty(self) -> Value:
        return []


def _is_reference(value: Any) -> bool:
    facts = value.get("metadata") if isinstance(value, dict) else None
    return (
        isinstance(facts, dict) and isinstance(value.get("documentId"), str) and isinstance(facts.get("fileName"), str)
    )


def is_accepted(accept: str, name: str, media_type: Any) -> bool:
    """Whether a file is of one of the kinds that HTML's `accept` lists (".pdf, image/*"); an empty list takes all."""
    kinds = [one.strip().lower() for one in accept.split(",") if one.strip()]
    type_ = media_type.lower() if isinstance(media_type, str) else ""
    return not kinds or any(
        name.lower().endswith(kind) if kind.startswith(".") else _is_kind(type_, kind) for kind in kinds
    )


def _is_kind(media_type: str, kind: str) -> bool:
    return kind in ("*/*", media_type) or (kind.endswith("/*") and media_type.startswith(kind[:-1]))


_READERS: dict[str, type[_Answer]] = {
    "textfield": _Text,
    "textarea": _Text,
    "number": _Number,
    "checkbox": _Tick,
    "radio": _Choice,
    "select": _Choice,
    "checklist": _Choices,
    "taglist": _Choices,
    "datetime": _Moment,
    FILES: _Files,
}
