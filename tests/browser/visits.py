"""One page at one address, in one person's browser."""

from __future__ import annotations

from dataclasses import dataclass

PUBLIC = ""


@dataclass(frozen=True)
class Visit:
    """One page at one address, as one person. `case_id`: the case that an applicant follows.

    `sent`: the names and values of a form that is sent to the address, where only such an answer shows the page.
    """

    page: str
    url: str
    login: str = PUBLIC
    case_id: int = 0
    sent: tuple[tuple[str, str], ...] = ()

    @property
    def who(self) -> tuple[str, int]:
        """Whose browser it is opened in."""
        return self.login, self.case_id
