"""When a failed job is tried again."""

import random
from datetime import timedelta

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from webapp.clock import now


class CappedBackoff(BaseRetryStrategy):
    """Waits 5 s, 10 s, 20 s … at most 10 minutes, each spread by a quarter; gives up after 30 tries.

    The spread keeps jobs that failed together from coming back together. A job given up stays in the queue's
    table as `failed` for the operator.
    """

    first_seconds = 5.0
    longest_seconds = 600.0
    spread = 0.25
    most_attempts = 30

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """None = give up. `job.attempts` counts the tries before this one."""
        if job.attempts + 1 >= self.most_attempts:
            return None
        return RetryDecision(retry_at=now() + timedelta(seconds=self.wait_seconds(job.attempts)))

    def wait_seconds(self, attempts: int) -> float:
        """Seconds to wait after a failure that had `attempts` tries before it."""
        # The exponent is capped too: 2.0 ** 2000 would overflow.
        planned = min(self.longest_seconds, self.first_seconds * 2.0 ** min(attempts, 20))
        return planned * random.uniform(1 - self.spread, 1 + self.spread)
