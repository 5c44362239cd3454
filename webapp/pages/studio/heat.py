"""等候热力图: where cases of a bundle wait and for how long, on its diagrams and as tables; the ways that they took."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from engine.bpmn import Mark, draw
from webapp import clock, moments
from webapp.catalogue import Published
from webapp.errors import NotFound
from webapp.histograms import ERROR
from webapp.languages import language
from webapp.organisation_names import department_names
from webapp.pages.studio.shared import blueprint, chosen
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries import heat as queries
from webapp.queries import heat_aside
from webapp.queries.diagram import diagram_xml
from webapp.queries.example_runs import FAMILY
from webapp.queries.heat import Asked, Heat, Spans
from webapp.queries.heat_ways import flows_of_way, ways_of
from webapp.services.heat_instance import MOST_TURNS

ALL, ALL_MONTHS = "", "all"
MINUTE, HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class Shade:
    """A step of the legend: up to so many days the 90th percentile (None: longer), and its colour."""

    days: float | None
    fill: str
    words: Words


#: From light to dark; ink stands out on each, and the words stand beside it wherever it is used.
SHADES = (
    Shade(0.5, "#fff7dc", Words("不到半天", "under half a day")),
    Shade(1, "#fde08a", Words("半天至 1 天", "half a day to 1 day")),
    Shade(3, "#fbb65c", Words("1 至 3 天", "1 to 3 days")),
    Shade(10, "#f28a52", Words("3 至 10 天", "3 to 10 days")),
    Shade(None, "#e879a0", Words("10 天以上", "over 10 days")),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the address asks for, as far as it exists."""

    asked: Asked
    release: Published
    releases: Sequence[queries.ReleaseChoice]
    months: Sequence[date]
    month: str
    way: str

    def address(self, endpoint: str = "studio.heat", **other: Any) -> str:
        """The page with some of it changed."""
        values = {
            "process": self.asked.process,
            "month": self.month,
            "department": self.asked.department,
            "release": self.asked.release_id or "",
            **other,
        }
        kept = {name: value for name, value in values.items() if value not in ("", None)}
        return url_for(endpoint, key=self.asked.bundle, **kept)


@blueprint.get("/bundles/<key>/heat")
@needs(Permission.RELEASE_SEE)
def heat(key: str) -> ResponseReturnValue:
    """One process of the bundle: picture, elements, ways. Which, and of what time, stands in the URL."""
    shown = _shown(key)
    office_day = queries.office_day_seconds()
    found = queries.heat_of(shown.asked, shown.release, office_day)
    elements = [one.element for one in found.elements]
    element = chosen(request.args.get("element", ""), elements, "")
    names = department_names()
    return render_template(
        "studio/heat.html",
        shown=shown,
        name=shown.release.bundle.name,
        found=found,
        chosen_element=next((one for one in found.elements if one.element == element), None),
        parts=(found.by_department(element), found.by_month(element)) if element else None,
        ways=ways_of(shown.asked, shown.release),
        processes=_processes(shown.release),
        departments=_departments(found, shown, names),
        department_name=lambda one: words(names.get(one, Words(one, one))) if one else gettext("不属于哪个部门"),
        picture=shown.address("studio.heat_picture", way=shown.way),
        shades=SHADES,
        shade_of=_shade_of(office_day),
        lasting=_lasting(office_day),
        office_hours=_tenth(office_day / HOUR),
        share=lambda part, whole: _tenth(100 * part / whole),
        error=round(ERROR * 100),
        most_turns=MOST_TURNS,
        uncounted=heat_aside.how_many(key),
    )


@blueprint.get("/bundles/<key>/heat/picture")
@needs(Permission.RELEASE_SEE)
def heat_picture(key: str) -> ResponseReturnValue:
    """The diagram with the waits at its elements, or with one way through it, as SVG."""
    shown = _shown(key)
    flows = flows_of_way(shown.asked.bundle, shown.asked.process, shown.way)
    office_day = queries.office_day_seconds()
    marks = {} if flows is not None else _marks(queries.heat_of(shown.asked, shown.release, office_day), office_day)
    content = diagram_xml(shown.release, shown.asked.process, language())
    drawn = draw(content, FAMILY, chinese=language() == "zh", marks=marks, way=flows)
    if drawn is None:
        raise NotFound()
    return Response(drawn.svg, mimetype="image/svg+xml")


def _shown(key: str) -> Shown:
    """Raises NotFound for a bundle that was never in force."""
    releases = queries.releases_of(key)
    wanted = request.args.get("release", "")
    release_id = int(wanted) if wanted in {str(one.id) for one in releases} else 0
    release = queries.drawn_release(releases, release_id)
    process = chosen(request.args.get("process", ""), release.program.processes, release.bundle.entry_process)
    months = queries.months_of(key, process)
    month, first, last = _period(months)
    department = request.args.get("department", ALL)
    asked = Asked(key, process, first, last, department, release_id)
    return Shown(asked, release, releases, months, month, request.args.get("way", ""))


def _period(months: Sequence[date]) -> tuple[str, date, date]:
    """The month that is asked for; all; else the last twelve."""
    wanted = request.args.get("month", "")
    this = moments.local(clock.now()).date().replace(day=1)
    one = next((month for month in months if f"{month:%Y-%m}" == wanted), None)
    if one is not None:
        return wanted, one, one
    if wanted == ALL_MONTHS:
        return wanted, date.min, date.max
    back = this.year * 12 + this.month - queries.LATEST_MONTHS  # months since the year 0, the first of them
    return "", date(back // 12, back % 12 + 1, 1), this


def _processes(release: Published) -> list[tuple[str, Words]]:
    """The bundle's own process before those that it calls."""
    entry = release.bundle.entry_process
    order = sorted(release.program.processes, key=lambda one: (one != entry, one))
    return [(one, release.element_words(one, one, release.program.processes[one].name or one)) for one in order]


def _departments(found: Heat, shown: Shown, names: Mapping[str, Words]) -> list[tuple[str, str]]:
    """(value, name) of each department with waits here, and of the one that is chosen."""
    keys = set(found.departments)
    if shown.asked.department:
        keys.add("" if shown.asked.department == queries.NO_DEPARTMENT else shown.asked.department)
    told = [(one, words(names[one])) for one in sorted(keys) if one in names]
    return [*told, (queries.NO_DEPARTMENT, gettext("不属于哪个部门"))] if "" in keys else told


def _marks(found: Heat, office_day: int) -> dict[str, Mark]:
    """What the picture says: the words of the table, and the shade of the 90th percentile."""
    shade_of, lasting = _shade_of(office_day), _lasting(office_day)
    marks = {}
    for one in found.elements:
        lines: list[str] = []
        if one.spans.waits:
            lines.append(gettext("中位 %(time)s", time=lasting(one.spans.median, one.spans.in_office)))
            lines.append(gettext("九成 %(time)s", time=lasting(one.spans.ninth, one.spans.in_office)))
        foot = gettext("正在等候 %(count)s", count=one.waiting) if one.waiting else ""
        shade = shade_of(one.spans)
        marks[one.element] = Mark(tuple(lines), shade.fill if shade else "#fff", foot)
    return marks


def _shade_of(office_day: int) -> Callable[[Spans], Shade | None]:
    def shade(spans: Spans) -> Shade | None:
        long = queries.days(spans, office_day)
        if long is None:
            return None
        return next(one for one in SHADES if one.days is None or long < one.days)

    return shade


def _lasting(office_day: int) -> Callable[[float | None, bool], str]:
    """A span in words: days, hours or minutes; those of the office are days and hours of work."""

    def told(seconds: float | None, in_office: bool) -> str:
        if seconds is None:
            return "—"
        whole = office_day if in_office else queries.SECONDS_OF_DAY
        if seconds < MINUTE:
            return gettext("不到 1 分钟")
        if seconds < HOUR:
            return gettext("%(number)s 分钟", number=round(seconds / MINUTE))
        if seconds < whole:
            return gettext("%(number)s 小时", number=_tenth(seconds / HOUR))
        number = _tenth(seconds / whole)
        if in_office:
            return gettext("1 个工作日") if number == "1" else gettext("%(number)s 个工作日", number=number)
        return gettext("1 天") if number == "1" else gettext("%(number)s 天", number=number)

    return told


def _tenth(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def turns(times: int) -> str:
    """How often an element of a way was entered, where it was more than once."""
    if times <= 1:
        return ""
    return (
        gettext("（%(count)s 次）", count=times) if times < MOST_TURNS else gettext("（%(count)s 次以上）", count=times)
    )


blueprint.add_app_template_filter(turns, "turns")


def names_of(stops: Iterable[Any]) -> str:
    """The stops of a way in a line."""
    return " → ".join(words(one.name) + turns(one.times) for one in stops)


blueprint.add_app_template_filter(names_of, "way_names")
