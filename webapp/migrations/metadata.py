"""The tables that migrations are compared with: the models', without the job queue's own."""

import importlib
import importlib.util
import pkgutil
from typing import Any

from sqlalchemy import MetaData

from webapp.extensions import db


def target_metadata() -> MetaData:
    """The metadata of every model under `webapp/models`."""
    if importlib.util.find_spec("webapp.models"):
        package = importlib.import_module("webapp.models")
        for module in pkgutil.walk_packages(package.__path__, "webapp.models."):
            importlib.import_module(module.name)
    return db.metadata


def is_ours(name: str | None, kind: str, _: Any) -> bool:
    """Leave out the tables that no model describes."""
    return not (kind == "table" and name and (name.startswith("procrastinate_") or name == "worker_heartbeat"))


AUTOGENERATE: dict[str, Any] = {"include_name": is_ours, "compare_type": True, "compare_server_default": True}
