"""One form: what stands on its page over given answers, and the answers of a post as FEEL values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine.expressions import Context
from engine.forms import answers as reading
from engine.forms import validation
from engine.forms.computed import Evaluating
from engine.forms.model import Field, Raw, Section
from engine.forms.order import Settling, names_read, reader_of
from engine.forms.page import page_of
from engine.forms.settling import Settled, settle
from engine.values import Value


@dataclass(frozen=True)
class Form:
    """One form. Answers are FEEL values by field key; dots in keys lead into contexts, lists hold a context per row."""

    key: str
    sections: tuple[Section, ...]
    #: What can be hidden or is computed, in the order in which it can be evaluated.
    order: tuple[Settling, ...] = field(default=(), repr=False)

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every component in the order of the page, those in rows of lists not among them."""
        return tuple(one for section in self.sections for one in section.fields)

    @property
    def inputs(self) -> tuple[Field, ...]:
        """The fields that carry an answer, computed ones and lists among them."""
        return tuple(one for one in self.fields if one.carries_answer)

    def field(self, key: str) -> Field:
        """The field of this key. Raises KeyError."""
        for one in self.fields:
            if one.key == key:
                return one
        raise KeyError(key)

    @cached_property
    def names_read(self) -> frozenset[str]:
        """Names that expressions read and the form itself does not hold: guided answers."""
        return names_read(self.sections)

    def reader_of(self, name: str) -> str:
        """The first component whose expressions read a name, by its key with all that stands before it."""
        return reader_of(self.sections, name)

    @cached_property
    def steering(self) -> frozenset[str]:
        """The variables of the form on which anything on its page depends."""
        return frozenset(names_read(self.sections, own=True))

    def defaults(self, known: Mapping[str, Value] | None = None, context: Context | None = None) -> dict[str, Value]:
        """What stands in the fields before anything is filled in; `known` are the guided answers."""
        return reading.defaults(self.sections, known or {}, Evaluating(context))

    def visible(self, answers: Mapping[str, Value], context: Context | None = None) -> frozenset[str]:
        """The keys of fields and sections that are shown over these answers (guided ones among them).

        The answer of a hidden field counts as null, and so does a missing one; only true hides.
        """
        hidden = self._settled(answers, answers, Evaluating(context)).hidden
        every = {section.key for section in self.sections} | {one.key for one in self.fields}
        return frozenset(every - hidden)

    def page(self, answers: Raw, known: Mapping[str, Value], context: Context | None = None) -> tuple[Section, ...]:
        """Every section with the fields that these answers show, their texts, options and limits worked out.

        `known` are the guided answers. A hidden section has no fields. The key of a field is the name of its
        control. What cannot be read counts as null.
        """
        evaluating = Evaluating(context)
        return page_of(self.sections, self._settled(answers, known, evaluating), evaluating)

    def validate(
        self,
        raw: Raw,
        extra_variables: Mapping[str, Value],
        context: Context | None = None,
        *,
        strict: bool = False,
    ) -> dict[str, Value]:
        """The answers of a posted HTML form as FEEL values, one per visible field (null where left empty).

        `raw` is nested as the form nests answers (`engine.forms.gather`). `extra_variables` are the guided
        answers that expressions read. Hidden fields are neither required nor kept; keys that belong to no
        field are left aside, or are errors (`strict`). Raises AnswersInvalid with the messages of every
        wrong field by the name of its control.
        """
        evaluating = Evaluating(context)
        settled = self._settled(raw, extra_variables, evaluating)
        page = page_of(self.sections, settled, evaluating)
        return validation.judge(
            self.sections,
            page,
            settled,
            raw,
            extra_variables,
            context,
            overrun=evaluating.overrun,
            strict=strict,
        )

    def validate_values(
        self,
        values: Mapping[str, Value],
        extra_variables: Mapping[str, Value],
        context: Context | None = None,
    ) -> dict[str, Value]:
        """As `validate`, for values that are typed already (JSON; dates as ISO text).

        A key that belongs to no field is an error here.
        """
        return self.validate(values, extra_variables, context, strict=True)

    def draft(self, raw: Raw, context: Context | None = None) -> dict[str, Value]:
        """What has been typed so far: values where they can be read, the typed text where not."""
        return reading.typed(self.sections, raw, context)

    def _settled(self, raw: Raw, known: Mapping[str, Value], evaluating: Evaluating) -> Settled:
        values = reading.readable(self.sections, raw, known, evaluating.context)
        # What is hidden is null, whatever else is known under its name.
        outside = {name: value for name, value in known.items() if name not in self._roots}
        return settle(self.order, values, outside, evaluating)

    @cached_property
    def _roots(self) -> frozenset[str]:
        return frozenset(one.root for one in self.inputs)
