"""Handlers of a trial's jobs: what does the work of a service task."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.runtime import Job, JobDone, JobError, JobFailed
from engine.values import Value

Outcome = JobDone | JobFailed | JobError
#: Gets the job, gives its outcome; a mapping is the result of a job that is done.
Handler = Callable[[Job], Outcome | Mapping[str, Value]]


def outcome_of(handler: Handler, job: Job) -> Outcome:
    """Does the work. What the handler raises is its own fault and rises."""
    given = handler(job)
    return given if isinstance(given, (JobDone, JobFailed, JobError)) else JobDone(dict(given))
