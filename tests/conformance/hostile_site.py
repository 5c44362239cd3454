"""A hostile file uploaded to a real installation of its own: every answer that has to do with it is looked at."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote

from lxml import html

from tests.conformance.hostile_trial import CHECK, SiteTrial
from tests.conformance.visitor import Answer, Visitor
from tests.support.installation import Installation, installation

DESIGNER = "taoran"
UPLOAD = "/studio/releases/{}/upload"
VIEWS = ("findings", "content", "difference", "files")
ZIP = ".zip"
TRIES, MOST_LINKS = 3, 6
#: How the list of findings marks an error, in the language that the studio speaks by itself.
ERROR = "错误"
_TRACEBACK = re.compile(rb"Traceback \(most recent call last\)|File \"[^\"]+\", line \d+")
_CODE_ADDRESS = re.compile(r"^[\s\x00-\x20]*(javascript|vbscript|data:text/html)", re.IGNORECASE)
_LINKS = ("href", "src", "action", "formaction", "xlink:href", "data")
_DATA_SCRIPTS = ("application/json", "application/ld+json")


@dataclass
class SiteFacts:
    """What the installation answered: `answered` to the upload itself. `refused`: with a 4xx, to the upload or,
    where it became a draft, to asking for its publication, an error about this file being the reason."""

    answered: int = 0
    seconds: float = 0.0
    run_seconds: float = 0.0  # the longest answer while it was run as a trial
    run_failed: bool = False  # the application said that it failed
    refused: bool = False
    refusal: str = ""
    faults: list[str] = field(default_factory=list)  # what must never be
    megabytes: int = 0


class Site:
    """A running installation, and a designer signed in on it."""

    def __init__(self, one: Installation) -> None:
        self._one = one
        self._visitor = Visitor(one.port)
        self._visitor.sign_in(DESIGNER, _password(one))
        found = re.search(r"/studio/releases/(\d+)", self._visitor.get("/studio").text)
        if found is None:
            raise ConnectionError("the installation shows no release")
        self._release = found[1]

    def take(self, name: str, content: bytes, control: bytes, seconds: float) -> SiteFacts:
        """Uploads the file, opens every page about it, asks for its publication; then looks whether all is well.

        An answer that takes longer than `seconds` is asked for again, so that a busy machine is not taken for a
        slow product.
        """
        facts = SiteFacts()
        before = self._memory()
        with self._watched(facts):
            self._upload(facts, name, content, seconds)
            self._look(facts, self._visitor.post(CHECK, {"within": ""}, (name, content)), "check")
            if not name.endswith(ZIP):
                self._try(facts, name, content)
        self._all_is_well(facts, control)
        facts.megabytes = max(0, self._memory() - before)
        return facts

    # -- the upload ------------------------------------------------------------------------------

    def _upload(self, facts: SiteFacts, name: str, content: bytes, seconds: float) -> None:
        address = UPLOAD.format(self._release)
        answers = []
        for _ in range(TRIES):
            answers.append(self._visitor.post(address, {"note": ""}, (name, content)))
            if answers[-1].seconds < seconds:
                break
        answer = answers[-1]
        self._look(facts, answer, "upload")
        facts.answered, facts.seconds = answer.status, min(one.seconds for one in answers)
        if 400 <= answer.status < 500:
            facts.refused = True
            facts.refusal = _words(answer.page(), "//*[contains(@class, 'error-summary')]") or _words(answer.page())
        elif answer.status == 302:
            self._kept(facts, self._visitor.followed(answer), name)

    def _kept(self, facts: SiteFacts, page: Answer, name: str) -> None:
        """It has become a draft: its pages work, and it is refused or taken when it is to be published."""
        self._look(facts, page, "draft")
        views = [self._visitor.get(f"{page.path}?view={view}") for view in VIEWS]
        for view, answer in zip(VIEWS, views, strict=True):
            self._look(facts, answer, view)
        self._follow_links(facts, views, name)
        submitted = self._visitor.post(f"{page.path}/submit", {})
        self._look(facts, submitted, "submit")
        facts.refusal = _error_about(views[0].page(), _stem(name))
        facts.refused = bool(facts.refusal) and 400 <= submitted.status < 500

    def _follow_links(self, facts: SiteFacts, views: Sequence[Answer], name: str) -> None:
        """The links of the views that have to do with this file lead somewhere."""
        plain = _stem(name)
        links = {str(link).partition("#")[0] for view in views for link in view.page().xpath("//main//a/@href")}
        for link in sorted(link for link in links if plain and plain in unquote(link))[:MOST_LINKS]:
            found = self._visitor.get(link)
            self._look(facts, found, link)
            if found.status >= 400:
                facts.faults.append(f"the link {link[:80]} leads to {found.status}")

    def _try(self, facts: SiteFacts, name: str, content: bytes) -> None:
        """It is run in the application itself, as a trial."""
        tried = SiteTrial(self._visitor).run(name, content)
        for answer in tried.answers:
            self._look(facts, answer, "trial")
        facts.run_seconds = max(answer.seconds for answer in tried.answers)
        facts.run_failed = tried.failed

    # -- what must never be ----------------------------------------------------------------------

    def _look(self, facts: SiteFacts, answer: Answer, what: str) -> None:
        if answer.status >= 500 or answer.status == 0:
            facts.faults.append(f"{what} answered {answer.status or answer.text[:80]}")
        if _TRACEBACK.search(answer.body) and answer.kind.startswith("text/html"):
            facts.faults.append(f"{what} shows a traceback")
        facts.faults += [f"{what} {fault}" for fault in dangers(answer)]

    @contextmanager
    def _watched(self, facts: SiteFacts) -> Iterator[None]:
        """Asks for the health page all the while: others must not notice the upload."""
        over, slow = threading.Event(), []

        def ask() -> None:
            other = Visitor(self._one.port)
            while not over.wait(0.2):
                answer = other.get("/health")
                if answer.seconds >= 1 or answer.status != 200:
                    slow.append(answer)

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            yield
        finally:
            over.set()
            asking.join()
        if len(slow) >= TRIES:
            facts.faults.append(f"{len(slow)} other requests were slow meanwhile, or failed")

    def _all_is_well(self, facts: SiteFacts, control: bytes) -> None:
        health = self._health()
        if health:
            facts.faults.append(health)
        kept = self._visitor.post(UPLOAD.format(self._release), {"note": ""}, ("control.bpmn", control))
        if kept.status != 302:
            facts.faults.append(f"a harmless diagram is answered with {kept.status} afterwards")
        if not SiteTrial(self._visitor).run("control.bpmn", control).done:
            facts.faults.append("a harmless diagram does not run afterwards")
        facts.faults += [f"left {path}" for path in self._marks()]

    def _health(self) -> str:
        """Why the health page is not as it should be: it answers in under a second."""
        for _ in range(TRIES):
            answer = self._visitor.get("/health")
            if answer.status == 200 and answer.seconds < 1:
                return ""
        return f"health answers {answer.status} in {answer.seconds:.1f} s"

    def _marks(self) -> Sequence[Path]:
        """Files that code in an uploaded file would have left."""
        places = (self._one.home, self._one.home.parent, Path.cwd(), Path.cwd().parent, Path("/"))
        return sorted({path for place in places for path in place.glob("*bpmn_pwned*")})

    def _memory(self) -> int:
        """Resident megabytes of the largest process that serves pages."""
        return max((_resident(pid) for pid in self._one.processes("gunicorn")), default=0)


@contextmanager
def running_site() -> Iterator[Site]:
    """A throw-away installation with its demo data. Its database is embedded; it ends with this."""
    with (
        TemporaryDirectory(prefix="conformance-site-") as folder,
        installation(Path(folder) / "home", environment="demo") as one,
        _read_out(one),
    ):
        yield Site(one)


@contextmanager
def _read_out(one: Installation) -> Iterator[None]:
    """Reads what the installation prints, which would stop it once nobody does; ends it in the end."""
    assert one.process is not None
    assert one.process.stdout is not None
    reading = threading.Thread(target=deque, args=(one.process.stdout, 0))
    reading.start()
    try:
        yield
    finally:
        one.process.terminate()
        one.process.wait()
        reading.join()


def dangers(answer: Answer) -> Iterator[str]:
    """Code of the file that a browser would run: handlers, addresses that are code, scripts that are no data."""
    if not answer.kind.startswith("text/html"):
        return
    for element in answer.page().iter():
        if isinstance(element.tag, str):
            yield from _dangers_of(element)


def _dangers_of(element: html.HtmlElement) -> Iterator[str]:
    for name, value in element.attrib.items():
        if name.lower().startswith("on"):
            yield f"has the handler {name}={value[:60]!r}"
        if name.lower() in _LINKS and _CODE_ADDRESS.match(value):
            yield f"has the address {value[:60]!r}"
    if element.tag == "script" and not element.get("src") and element.get("type") not in _DATA_SCRIPTS:
        yield f"has the script {(element.text or '')[:60]!r}"


def _words(page: html.HtmlElement, path: str = "//main") -> str:
    return " ".join(str(page.xpath(f"string({path})")).split())[:300]


def _error_about(page: html.HtmlElement, stem: str) -> str:
    """The first error among the findings that names the file."""
    for entry in page.xpath("//ol[contains(@class, 'findings')]/li"):
        files = [code.text_content() for code in entry.xpath(".//code")]
        words = " ".join(entry.text_content().split())
        if words.startswith(ERROR) and any(stem in file for file in files):
            return words[:300]
    return ""


def _stem(name: str) -> str:
    """What a file is called however the studio shortens its name."""
    return name.replace("\\", "/").rpartition("/")[2].partition(".bpmn")[0][:40]


def _resident(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) // 1024 if found else 0


def _password(one: Installation) -> str:
    """The designer's password, as the installation shows it to its operator."""
    for line in one.command("demo", "accounts").stdout.splitlines():
        words = line.split()
        if words[:1] == [DESIGNER]:
            return words[1]
    raise ConnectionError(f"the installation has no account {DESIGNER}")
