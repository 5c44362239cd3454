"""One clock, in UTC, that tests may set."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from webapp.clock import frozen_at, now, today

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_now_is_aware_and_in_utc() -> None:
    assert now().tzinfo is UTC


def test_a_frozen_clock_stands_still_and_goes_on_afterwards() -> None:
    moment = datetime(2026, 9, 24, 23, 30, tzinfo=timezone(timedelta(hours=8)))
    with frozen_at(moment):
        assert now() == now() == moment
        assert now().tzinfo is UTC
        with frozen_at(moment + timedelta(days=1)):
            assert now() == moment + timedelta(days=1)
        assert now() == moment
    assert now() != moment


def test_the_day_is_the_offices() -> None:
    with frozen_at(datetime(2026, 9, 24, 16, 30, tzinfo=UTC)):
        assert today(SHANGHAI) == date(2026, 9, 25)


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"), frozen_at(datetime(2026, 9, 24)):  # noqa: DTZ001
        pass
