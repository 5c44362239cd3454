"""A trial: diagrams run in memory on the real engine, with a clock that is moved by hand."""

from engine.trial.cores import CORES
from engine.trial.host import Trial
from engine.trial.instance import Happened, Held, Instance
from engine.trial.jobs import Handler
from engine.trial.post import Letter, Sent
from engine.trial.world import UnknownJobs

__all__ = ["CORES", "Handler", "Happened", "Held", "Instance", "Letter", "Sent", "Trial", "UnknownJobs"]
