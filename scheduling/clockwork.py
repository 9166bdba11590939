"""The clockwork: APScheduler as a clock in memory. What is due stands in the job table; this only looks regularly."""

from __future__ import annotations

from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler

LOOK_SECONDS = 5


def clock(look: Callable[[], None], plan_day: Callable[[], None], *, blocking: bool) -> BaseScheduler:
    """Return a stopped clock that calls ``look`` every few seconds and ``plan_day`` every hour.

    ``misfire_grace_time=None`` runs a missed call however late; ``coalesce`` makes many missed calls one.
    """
    scheduler: BaseScheduler = BlockingScheduler(timezone="UTC") if blocking else BackgroundScheduler(timezone="UTC")
    common = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    scheduler.add_job(look, "interval", seconds=LOOK_SECONDS, id="look", **common)
    scheduler.add_job(plan_day, "interval", hours=1, id="plan_day", **common)
    return scheduler
