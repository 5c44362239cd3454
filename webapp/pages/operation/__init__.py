"""运行情况: what runs on which release and where it waits, what failed, and repairs of many cases at once."""

from webapp.pages.operation import bulk, incidents, running
from webapp.pages.operation.blueprint import blueprint

__all__ = ["blueprint", "bulk", "incidents", "running"]
