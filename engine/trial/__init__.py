"""A trial: diagrams run in memory on the real engine, with a clock that is moved by hand."""

from engine.trial.acts import (
    AT_ONCE,
    OF_A_LIMIT,
    OPEN,
    OURS,
    REFERENCE,
    Act,
    JobsAreDone,
    Kind,
    act_from_json,
    item_of,
    perform,
)
from engine.trial.answers import Amended, Review, Unfit, amended
from engine.trial.clock_acts import LimitRefused
from engine.trial.cores import CORES
from engine.trial.deeds import Deed
from engine.trial.differences import Difference
from engine.trial.example_findings import check_with_examples, difference_words, play_examples, review_answers
from engine.trial.examples import Covered, ExampleRun, Flow, readable_examples, run_example, run_examples
from engine.trial.host import Trial
from engine.trial.instance import Happened, Held, Instance, item_at
from engine.trial.jobs import Handler
from engine.trial.law import Law
from engine.trial.papers import IssuedPaper, issued_papers
from engine.trial.post import Letter, Sent
from engine.trial.recording import begins_alike, recorded, recorded_anew
from engine.trial.running import TaskLimit, TrialClock
from engine.trial.world import UnknownJobs

__all__ = [
    "AT_ONCE",
    "CORES",
    "OF_A_LIMIT",
    "OPEN",
    "OURS",
    "REFERENCE",
    "Act",
    "Amended",
    "Covered",
    "Deed",
    "Difference",
    "ExampleRun",
    "Flow",
    "Handler",
    "Happened",
    "Held",
    "Instance",
    "IssuedPaper",
    "JobsAreDone",
    "Kind",
    "Law",
    "Letter",
    "LimitRefused",
    "Review",
    "Sent",
    "TaskLimit",
    "Trial",
    "TrialClock",
    "Unfit",
    "UnknownJobs",
    "act_from_json",
    "amended",
    "begins_alike",
    "check_with_examples",
    "difference_words",
    "issued_papers",
    "item_at",
    "item_of",
    "perform",
    "play_examples",
    "readable_examples",
    "recorded",
    "recorded_anew",
    "review_answers",
    "run_example",
    "run_examples",
]
