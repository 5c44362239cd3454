"""Running processes: by bundle and release, on the diagram with what waits at each element, and one by one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.catalogue import Published, published
from webapp.errors import NotFound
from webapp.identity import signed_in
from webapp.languages import language
from webapp.pages.operation.blueprint import AGES, KINDS, TYPES, age, blueprint, number
from webapp.pages.studio.shared import STATES
from webapp.pages.studio.shared import chosen as one_of
from webapp.pages.support import needs, words
from webapp.permissions import Permission, may
from webapp.queries import heat_aside
from webapp.queries import running as queries
from webapp.queries.release_diagrams import read_named
from webapp.queries.running import BundleLine, Place, Running
from webapp.queries.running_instances import STATES as INSTANCE_STATES
from webapp.queries.running_instances import Wanted, instances
from webapp.services.heat_aside import count_again as have_counted_again

#: What the address of a page of instances keeps while one goes on.
KEPT = ("release", "process", "at", "item", "state", "days")


@blueprint.get("")
@needs(Permission.OPERATION_SEE)
def bundles() -> ResponseReturnValue:
    """Every bundle with what runs of it."""
    lines, counted_at = queries.bundles()
    by = signed_in()
    return render_template(
        "operation/bundles.html",
        bundles=lines,
        counted_at=counted_at,
        states=STATES,
        uncounted=heat_aside.uncounted(),
        uncounted_all=heat_aside.how_many(),
        counted_alone=heat_aside.counted_alone(),
        names={one.key: one.name for one in lines},
        may_retry=may(by, Permission.INCIDENT_RETRY),
        may_case=may(by, Permission.CASE_REPAIR),
    )


@blueprint.post("/uncounted")
@needs(Permission.INCIDENT_RETRY)
def count_again() -> ResponseReturnValue:
    """Have the worker count again what the heat maps leave out: all, or one `instance`."""
    given = request.form.get("instance", "")
    instance = int(given) if given.isascii() and given.isdecimal() and len(given) <= 18 else 0
    have_counted_again(instance, by=signed_in())
    flash(gettext("已安排重试，后台一分钟内重新统计。"), "success")
    return redirect(url_for("operation.bundles", _anchor="uncounted"))


@blueprint.get("/bundles/<key>")
@needs(Permission.OPERATION_SEE)
def bundle(key: str) -> ResponseReturnValue:
    """One `release` of a bundle: a `process` drawn with what waits, and its instances.

    `at`: "process:element"; `item`: cases of this item; `state`: incident or suspended; `days`: running for at least
    so many; `after`: the id behind which the page of instances begins.
    """
    found = queries.bundle(key, number("release"))
    release_id = _release(found)
    item = request.args.get("item", "")
    shown = queries.of_release(release_id, item)
    process = _process(shown)
    wanted = _wanted(shown, process, item)
    rows, after = instances(shown.release, wanted, number("after"))
    kept = {name: value for name in KEPT if (value := request.args.get(name))}
    places = [one for one in shown.places if one.process == process]
    return render_template(
        "operation/bundle.html",
        bundle=found,
        release=next(one for one in found.releases if one.id == release_id),
        shown=shown,
        process=process,
        process_tabs=_tabs(found, shown, process),
        places=places,
        elsewhere=[one for one in shown.places if not one.process],  # of a release before: its element is no more
        diagram=_diagram(shown.release, process, places, key),
        wanted=wanted,
        at_name=_at_name(shown, wanted.at),
        items=_items(shown.release, process),
        rows=rows,
        after=after,
        kept=kept,
        ages=AGES,
        types=TYPES,
        kinds=KINDS,
        release_states=STATES,
        may_case=may(signed_in(), Permission.CASE_REPAIR),
    )


def _release(found: BundleLine) -> int:
    """The release of the address, else the one on which most runs."""
    wanted = number("release")
    if any(one.id == wanted for one in found.releases):
        return wanted
    if wanted:
        raise NotFound()
    return max(found.releases, key=lambda one: (one.running, one.id)).id


def _process(shown: Running) -> str:
    offered = [one.id for one in shown.processes]
    return one_of(request.args.get("process", ""), offered, shown.release.bundle.entry_process)


def _wanted(shown: Running, process: str, item: str) -> Wanted:
    """A process that others call has no instances of its own: then those of all."""
    own = next((one.id for one in shown.processes if one.id == process and one.running), "")
    state = one_of(request.args.get("state", ""), INSTANCE_STATES, "")
    at = request.args.get("at", "")
    if at:
        queries.node_of(shown.release, at)
    return Wanted(shown.release.id, "" if at or item else own, at, item, state, age())


def _tabs(found: BundleLine, shown: Running, process: str) -> list[tuple[str, str, bool, int | None]]:
    return [
        (
            words(one.name),
            url_for("operation.bundle", key=found.key, release=shown.release.id, process=one.id),
            one.id == process,
            one.waiting or None,
        )
        for one in shown.processes
    ]


def _items(release: Published, process: str) -> list[tuple[str, str]]:
    """The items whose process this is: (key, name)."""
    return [
        (item.key, words(item.name)) for item in release.bundle.items if queries.called_of(release, item.key) == process
    ]


def _at_name(shown: Running, at: str) -> str:
    return words(queries.place_name(shown, at)) if at else ""


def address(release: Published, key: str, place: Place) -> str:
    """The instances at a place; of an item's call activity, those in which the item's process runs. Those that wait
    for a message are found by its name, whichever of the elements is asked for."""
    element = place.id or next(iter(place.several), "")
    chosen: dict[str, Any] = {"item": place.item} if place.item else {"at": f"{place.process}:{element}"}
    if not place.item and (item := request.args.get("item")):
        chosen["item"] = item
    return url_for(
        "operation.bundle", key=key, release=release.id, process=place.process, **chosen, _anchor="instances"
    )


def _diagram(release: Published, process: str, places: list[Place], key: str) -> dict[str, Any] | None:
    """What the picture shows; None where the process has none."""
    path = release.program.file_of(process)
    drawn = read_named(path, release.files[path], language(), release.bundle if language() != "zh" else None)
    if drawn is None or not drawn.is_drawn:
        return None
    marks = [_mark(release, key, one) for one in places if one.id in drawn.drawn]
    return {"src": url_for("studio.diagram", release_id=release.id, path=path), "marks": marks}


def _mark(release: Published, key: str, place: Place) -> dict[str, Any]:
    name = words(place.name)
    said = [gettext("%(count)s 处等待", count=place.waiting)] if place.waiting else []
    said += [gettext("%(count)s 个异常", count=place.incidents)] if place.incidents else []
    label = f"{name}{gettext('：')}{gettext('，').join(said)}"
    return {
        "element": place.id,
        "count": place.waiting,
        "incidents": place.incidents,
        "label": label,
        "href": address(release, key, place),
    }


@blueprint.app_template_global("place_address")
def place_address(release_id: int, key: str, place: Place) -> str:
    """For the table beside the picture: the same addresses as on it."""
    return address(published(release_id), key, place)
