"""Commands that serve: all at once, or the parts one by one (production)."""

import argparse
import os
import sys
from typing import Any

from webapp import create_app
from webapp.database import refuse_powerful_role
from webapp.embedded.children import web as web_child
from webapp.embedded.supervisor import up as run_everything
from webapp.jobs.worker import run_worker
from webapp.settings import Settings


def add_commands(commands: Any) -> None:
    """`up`, `web`, `worker`."""
    command = commands.add_parser(
        "up", help="补齐所缺，然后运行网页服务和后台作业 / set up what is missing, then serve web and worker"
    )
    command.set_defaults(run=up)
    command = commands.add_parser(
        "web", help="只运行网页服务（生产环境：另有后台作业） / serve the web alone (production: beside a worker)"
    )
    command.set_defaults(run=web)
    command = commands.add_parser("worker", help="运行后台作业和定时器 / run background jobs and timers")
    command.set_defaults(run=worker)


def up(_: argparse.Namespace) -> int:
    run_everything(Settings.from_environment())
    return 0


def web(_: argparse.Namespace) -> int:
    command = web_child().command
    os.execv(sys.executable, list(command))


def worker(_: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    refuse_powerful_role(settings)
    run_worker(create_app(settings))
    return 0
