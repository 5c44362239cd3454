"""Rules of the law as pure functions: calendar, clocks, numbers, rulings, a place's profile."""

from engine.identity_numbers import check_id_number, check_mobile, check_uscc
from engine.law.calendar import Calendar, CalendarYear, DueDay
from engine.law.calendar_checks import check_calendar
from engine.law.calendar_file import read_calendar
from engine.law.clock_words import amount, day_words
from engine.law.clocks import ClockReading, add_months, end_of_day, legal_start, read_clock
from engine.law.credit import (
    ALL,
    APPLICATION,
    COMMITMENT,
    FALSE_COMMITMENT,
    FALSE_MATERIALS,
    LICENCE_BY_FRAUD,
    SAME,
    UNFULFILLED_COMMITMENT,
    ApplicantBar,
    CreditBarRule,
    CreditKind,
    CreditRules,
    bars_of,
    term_end,
)
from engine.law.hand_up import HAND_UP, LOCKED_BASIS, HandUp
from engine.law.holding import Holding, Spell, days_held
from engine.law.intake import INTAKE_OUTCOMES, Fault, IntakeOutcome, told_late
from engine.law.item_kinds import KindRules
from engine.law.numbers import (
    grouped_tracking_code,
    is_valid,
    normalise_tracking_code,
    tracking_code,
    with_check_digit,
)
from engine.law.profile import Parameter, PauseKind, Profile, read_profile
from engine.law.rulings import (
    DecidingUnit,
    LimitMissing,
    RemedyTerms,
    RulingWords,
    reconsideration_body,
    remedy_limits,
    remedy_paragraph,
    remedy_terms,
    ruling_words,
)
from engine.law.signals import SignalRule, SignalRules, read_signal_rules
from engine.law.terms import ClockTerms, Extension, OfficeHours, Pause

__all__ = [
    "ALL",
    "APPLICATION",
    "COMMITMENT",
    "FALSE_COMMITMENT",
    "FALSE_MATERIALS",
    "INTAKE_OUTCOMES",
    "LICENCE_BY_FRAUD",
    "SAME",
    "UNFULFILLED_COMMITMENT",
    "ApplicantBar",
    "Calendar",
    "CalendarYear",
    "ClockReading",
    "ClockTerms",
    "CreditBarRule",
    "CreditKind",
    "CreditRules",
    "DecidingUnit",
    "DueDay",
    "Extension",
    "Holding",
    "Fault",
    "HAND_UP",
    "HandUp",
    "IntakeOutcome",
    "KindRules",
    "LimitMissing",
    "LOCKED_BASIS",
    "OfficeHours",
    "Parameter",
    "Pause",
    "PauseKind",
    "Profile",
    "RemedyTerms",
    "RulingWords",
    "SignalRule",
    "SignalRules",
    "Spell",
    "add_months",
    "amount",
    "bars_of",
    "check_calendar",
    "check_id_number",
    "check_mobile",
    "check_uscc",
    "day_words",
    "days_held",
    "end_of_day",
    "grouped_tracking_code",
    "is_valid",
    "legal_start",
    "normalise_tracking_code",
    "read_calendar",
    "read_clock",
    "read_profile",
    "read_signal_rules",
    "reconsideration_body",
    "remedy_limits",
    "remedy_paragraph",
    "remedy_terms",
    "ruling_words",
    "term_end",
    "told_late",
    "tracking_code",
    "with_check_digit",
]
