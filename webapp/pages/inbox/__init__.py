"""待办: what waits for one's posts, the most urgent first; saved views, days to come back, what one has done."""

from webapp.pages.inbox import asked, bulk, following, lists, marks, reminders, views, visit_days
from webapp.pages.inbox.blueprint import blueprint

__all__ = ["asked", "blueprint", "bulk", "following", "lists", "marks", "reminders", "views", "visit_days"]
