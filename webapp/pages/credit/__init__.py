"""信用记录: found by exact number, entered and confirmed, asked about, decided."""

from webapp.pages.credit import entry, records, requests
from webapp.pages.credit.blueprint import blueprint

__all__ = ["blueprint", "entry", "records", "requests"]
