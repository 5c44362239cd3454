"""One form: which fields are shown, and the answers of a post as FEEL values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.expressions import Context, Expression
from engine.forms import validation
from engine.forms.model import Field, Raw, Section
from engine.values import Value


@dataclass(frozen=True)
class Form:
    """One form. Answers are FEEL values by field key."""

    key: str
    sections: tuple[Section, ...]
    #: Fields and sections in the order in which their hide expressions can be evaluated.
    hide_order: tuple[tuple[str, tuple[Expression, ...]], ...] = field(default=(), repr=False)

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every component in the order of the page."""
        return tuple(one for section in self.sections for one in section.fields)

    @property
    def inputs(self) -> tuple[Field, ...]:
        """The fields that carry an answer."""
        return tuple(one for one in self.fields if one.carries_answer)

    def field(self, key: str) -> Field:
        """The field of this key. Raises KeyError."""
        for one in self.fields:
            if one.key == key:
                return one
        raise KeyError(key)

    @property
    def names_read(self) -> frozenset[str]:
        """Names that hide expressions read and the form itself does not hold: guided answers."""
        read = {name for _, hides in self.hide_order for hide in hides for name in hide.names}
        return frozenset(read - {one.key for one in self.inputs})

    def defaults(self) -> dict[str, Value]:
        """What stands in the fields before anything is filled in."""
        return {one.key: one.default for one in self.inputs if one.default is not None}

    def visible(self, answers: Mapping[str, Value], context: Context | None = None) -> frozenset[str]:
        """The keys of fields and sections that are shown over these answers (guided ones among them).

        The answer of a hidden field counts as null, and so does a missing one; only true hides.
        """
        values = dict(answers)
        shown = {section.key for section in self.sections} | {one.key for one in self.fields}
        for key, hides in self.hide_order:
            if any(hide.evaluate(values, context) is True for hide in hides):
                shown.discard(key)
                values.pop(key, None)
        return frozenset(shown)

    def validate(
        self, raw: Raw, extra_variables: Mapping[str, Value], context: Context | None = None
    ) -> dict[str, Value]:
        """The answers of a posted HTML form as FEEL values, one per visible field (null where left empty).

        `extra_variables` are the guided answers that hide expressions read. Hidden fields are neither
        required nor kept; keys that belong to no field are left aside. Raises AnswersInvalid with the
        messages of every wrong field.
        """
        return validation.judge(self.inputs, self.visible, raw, extra_variables, context)

    def validate_values(
        self,
        values: Mapping[str, Value],
        extra_variables: Mapping[str, Value],
        context: Context | None = None,
    ) -> dict[str, Value]:
        """As `validate`, for values that are typed already (JSON; dates as ISO text).

        A key that belongs to no field is an error here.
        """
        return validation.judge(self.inputs, self.visible, values, extra_variables, context, strict=True)

    def draft(self, raw: Raw) -> dict[str, Value]:
        """What has been typed so far: values where they can be read, the typed text where not."""
        return validation.draft(self.inputs, raw)
