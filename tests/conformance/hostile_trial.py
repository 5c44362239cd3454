"""A diagram run in the application: a trial in the studio is begun with it, its tasks are completed, the trial goes."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from lxml import html

from tests.conformance.visitor import Answer, Visitor

CHECK = "/studio/check"
MOST_ACTS = 3


class SiteTrial:
    """`answers` are all that the installation said, in order; `done` counts the user tasks that were completed."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self.answers: list[Answer] = []
        self.done = 0

    @property
    def failed(self) -> bool:
        """Whether the application said that the diagram cannot run, or that a step of it failed."""
        return any(
            400 <= answer.status < 500 or answer.page().xpath("//*[starts-with(@id, 'incident-')]")
            for answer in self.answers
        )

    def run(self, name: str, content: bytes) -> SiteTrial:
        kept = self._said(self._visitor.post(CHECK, {"within": "", "try": "1"}, (name, content)))
        beginning = self._led_to(kept)
        if beginning is None:  # refused, with the findings
            return self
        for form in _forms(beginning, "process"):
            page = self._led_to(self._said(self._visitor.post(beginning.path, dict(form.form_values()))))
            for _ in range(MOST_ACTS):
                page = self._completed(page) if page is not None else None
        self._said(self._visitor.post(beginning.path.rpartition("/")[0] + "/discard", {}))
        return self

    def _completed(self, page: Answer) -> Answer | None:
        """The page after its first user task was completed; None where there is none, or it was refused."""
        for form in _forms(page, "kind"):
            values = {name: value or "" for name, value in form.form_values()}
            if values["kind"] == "complete":
                after = self._led_to(self._said(self._visitor.post(str(form.get("action")), values)))
                self.done += after is not None
                return after
        return None

    def _led_to(self, answer: Answer) -> Answer | None:
        if answer.status not in (302, 303):
            return None
        target = urlsplit(urljoin(answer.path, answer.location))
        shown = self._said(self._visitor.get(f"{target.path}?{target.query}" if target.query else target.path))
        return Answer(target.path, shown.status, shown.seconds, shown.kind, shown.body)

    def _said(self, answer: Answer) -> Answer:
        self.answers.append(answer)
        return answer


def _forms(page: Answer, field: str) -> Iterator[html.HtmlElement]:
    """The forms of a page that have this field."""
    return (form for form in page.page().forms if field in form.fields and form.method == "POST")
