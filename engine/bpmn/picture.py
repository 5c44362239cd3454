"""A diagram as SVG, drawn from its BPMNDI: shapes, lines and labels, for paper and for pages without script.

Shapes have the sizes of the file in pixels. Colours are presentation attributes, so that nothing depends on a style
sheet. How each kind looks: BPMN 2.0.2, chapter 7.2 and annex B.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from engine.bpmn.interchange import DI, box_of, label_of, points_of, refers
from engine.bpmn.labels import LABEL_WIDTH, along, fitted, segments
from engine.bpmn.lettering import LEADING, SIZE, lines_of, size_for, width_of
from engine.bpmn.svg import INK, Box, circle_of, head_id, head_of, path_of, px, rectangle_of
from engine.bpmn.taken import Taken

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"

SOFT, WALKED, NEVER = "#5b6772", "#0b5cad", "#b42318"
MARGIN = 12
#: The least size of a long name within its element, and what an attached event takes of the room below it.
LEAST, ATTACHED = 8.5, 20
#: Of a mark: the size of its words, and how far its frame reaches beyond the element.
SMALL, SMALL_LEADING, FRAME = 10, 12, 6
TASKS = frozenset(
    (
        *("task", "userTask", "serviceTask", "sendTask", "receiveTask"),
        *("manualTask", "businessRuleTask", "scriptTask", "callActivity"),
    )
)
#: What lies around others, so that names stand on it, but not on its border.
AROUND = frozenset(("participant", "lane", "group"))
HALO = ' stroke="#fff" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'
#: In the keys of what is taken: the name of a shape or line, and that of what lies around others.
NAME, HEAD = "name", "head"
#: How wide the strip with a lane's name is.
STRIP = 30
SUBPROCESSES = frozenset(("subProcess", "transaction", "adHocSubProcess"))
EVENTS = frozenset(("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"))
GATEWAYS = {
    "exclusiveGateway": "×",
    "parallelGateway": "+",
    "inclusiveGateway": "○",
    "eventBasedGateway": "◇",
    "complexGateway": "∗",
    "gateway": "",
}
#: A word on the task says its kind, since colours and small pictures do not print.
KINDS = {
    "userTask": ("人工", "person"),
    "serviceTask": ("系统", "system"),
    "sendTask": ("发送", "send"),
    "receiveTask": ("接收", "receive"),
    "manualTask": ("线下", "by hand"),
    "businessRuleTask": ("决策", "decision"),
    "scriptTask": ("计算", "script"),
    "callActivity": ("调用", "calls"),
}
DEFINITIONS = {
    "messageEventDefinition": ("信", "M"),
    "timerEventDefinition": ("时", "T"),
    "errorEventDefinition": ("错", "E"),
    "escalationEventDefinition": ("升", "Es"),
    "signalEventDefinition": ("号", "S"),
    "conditionalEventDefinition": ("条", "C"),
    "compensateEventDefinition": ("补", "Co"),
    "linkEventDefinition": ("链", "L"),
    "terminateEventDefinition": ("止", "X"),
    "cancelEventDefinition": ("取", "Ca"),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """The SVG with its size in pixels."""

    svg: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Mark:
    """What is said at an element: words in lines, on a colour that is also drawn around the element; `foot` below."""

    lines: tuple[str, ...]
    fill: str
    foot: str = ""


@dataclass
class _Drawing:
    """What was drawn so far, and how far it reaches."""

    chinese: bool
    elements: Mapping[str, etree._Element]
    walked: Mapping[str, int] | None
    marks: Mapping[str, Mark]
    way: Mapping[str, int] | None
    attached: Taken = field(default_factory=Taken)  # the events on borders
    taken: Taken = field(default_factory=Taken)  # what no name should cover, by the id of its shape or line
    parts: list[str] = field(default_factory=list)
    over: list[str] = field(default_factory=list)
    corners: list[tuple[float, float]] = field(default_factory=list)

    def reach(self, *corners: tuple[float, float]) -> None:
        self.corners += corners


def draw(
    content: bytes,
    family: str,
    *,
    chinese: bool = True,
    walked: Mapping[str, int] | None = None,
    marks: Mapping[str, Mark] | None = None,
    way: Mapping[str, int] | None = None,
) -> Picture | None:
    """The first plane of a diagram in the font `family`; None where the file cannot be read or has no picture.

    With `walked` (sequence flow -> how often it was taken) each line shows its number, and those that were never
    taken are red and dashed. `marks` are said at their elements. With `way` (sequence flow -> how often) one way
    through the diagram stands out: its lines are wide, with their number where it is more than one.
    """
    root = _root(content)
    plane = next(root.iter(f"{DI}BPMNPlane"), None) if root is not None else None
    if root is None or plane is None:
        return None
    elements = {str(one.get("id")): one for one in root.iter(f"{BPMN}*") if one.get("id")}
    drawing = _Drawing(chinese, elements, walked, marks or {}, way)
    shapes = [one for one in plane.iter(f"{DI}BPMNShape") if box_of(one) is not None]
    _take(drawing, plane)
    for shape in sorted(shapes, key=lambda one: _depth(drawing, one)):
        _shape(drawing, shape)
    for edge in plane.iter(f"{DI}BPMNEdge"):
        _edge(drawing, edge)
    return _finished(drawing, family) if drawing.corners else None


def _finished(drawing: _Drawing, family: str) -> Picture:
    left = min(x for x, _ in drawing.corners) - MARGIN
    top = min(y for _, y in drawing.corners) - MARGIN
    width = round(max(x for x, _ in drawing.corners) + MARGIN - left)
    height = round(max(y for _, y in drawing.corners) + MARGIN - top)
    heads = "".join(head_of(colour) for colour in (INK, WALKED, NEVER))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="{px(left)} {px(top)} {width} {height}" font-family={quoteattr(family)} font-size="{SIZE}">'
        f"<defs>{heads}</defs>{''.join(drawing.parts)}{''.join(drawing.over)}</svg>"
    )
    return Picture(svg, width, height)


def _take(drawing: _Drawing, plane: etree._Element) -> None:
    """Note where shapes, lines and names will be."""
    for shape in plane.iter(f"{DI}BPMNShape"):
        box, kind, key = box_of(shape), _kind(drawing, shape), refers(shape)
        if box is None:
            continue
        if kind in AROUND or (kind in SUBPROCESSES and shape.get("isExpanded") != "false"):
            for number, part in enumerate(segments(box.corners)):
                drawing.taken.put(f"{key} {number}", part)
            if kind != "group":
                drawing.taken.put(f"{key} {HEAD}", _head_of(drawing, box, kind, key))
        elif kind in GATEWAYS:  # the corners of the square around it are free
            drawing.taken.put(key, Box(box.x, box.y + box.height / 4, box.width, box.height / 2))
            drawing.taken.put(f"{key} upright", Box(box.x + box.width / 4, box.y, box.width / 2, box.height))
        else:
            drawing.taken.put(key, box)
        if kind == "boundaryEvent":
            drawing.attached.put(key, box)
        if label := label_of(shape):
            drawing.taken.put(f"{key} {NAME}", label)
    for edge in plane.iter(f"{DI}BPMNEdge"):
        for number, part in enumerate(segments(points_of(edge))):
            drawing.taken.put(f"{refers(edge)} {number}", part)
        if label := label_of(edge):
            drawing.taken.put(f"{refers(edge)} {NAME}", label)


def _head_of(drawing: _Drawing, box: Box, kind: str, key: str) -> Box:
    """Where the name of a lane stands, upright at its left, or that of an open subprocess, in its middle above."""
    if kind in ("participant", "lane"):
        return Box(box.x, box.y, STRIP, box.height)
    name = str(drawing.elements[key].get("name", "")) if key in drawing.elements else ""
    wide = min(width_of(name), box.width)
    return Box(box.middle[0] - wide / 2, box.y, wide, 18)


# ---------------------------------------------------------------- shapes


def _depth(drawing: _Drawing, shape: etree._Element) -> int:
    """What lies behind comes first: pools, lanes, subprocesses, then the rest."""
    kind = _kind(drawing, shape)
    order = {"participant": 0, "lane": 1, "group": 2}
    if kind in SUBPROCESSES:
        return 3 + sum(1 for _ in drawing.elements[refers(shape)].iterancestors())
    return order.get(kind, 1_000 if kind == "boundaryEvent" else 500)


def _shape(drawing: _Drawing, shape: etree._Element) -> None:
    box, kind = box_of(shape), _kind(drawing, shape)
    assert box is not None
    element = drawing.elements.get(refers(shape))
    name = str(element.get("name", "")) if element is not None else ""
    drawing.reach((box.x, box.y), (box.x + box.width, box.y + box.height))
    if mark := drawing.marks.get(refers(shape)):
        _mark(drawing, box, mark, inside=kind in TASKS or kind in SUBPROCESSES)
    if kind in ("participant", "lane"):
        _lane(drawing, box, name)
    elif kind in TASKS:
        _task(drawing, box, kind, name)
    elif kind in SUBPROCESSES:
        _subprocess(drawing, box, kind, name, expanded=shape.get("isExpanded") != "false")
    elif kind in EVENTS and element is not None:
        _event(drawing, box, kind, element)
        _label(drawing, shape, box, name)
    elif kind in GATEWAYS:
        _gateway(drawing, box, GATEWAYS[kind])
        _label(drawing, shape, box, name)
    elif kind == "textAnnotation" and element is not None:
        told = element.findtext(f"{BPMN}text") or ""
        drawing.parts.append(path_of(f"M{px(box.x + 12)} {px(box.y)}h-12v{px(box.height)}h12", SOFT))
        _text(drawing, told, Box(box.x + 4, box.y, box.width - 4, box.height), colour=SOFT)
    else:
        drawing.parts.append(rectangle_of(box, SOFT, 1, dashed=kind == "group"))
        _label(drawing, shape, box, name)


def _mark(drawing: _Drawing, box: Box, mark: Mark, *, inside: bool) -> None:
    """A frame behind the element; the words over its upper left corner, or above what is too small for them.

    What is drawn there says the kind of a task, and nothing stands beside: names of boundary events are below.
    """
    around = Box(box.x - FRAME, box.y - FRAME, box.width + 2 * FRAME, box.height + 2 * FRAME)
    drawing.reach((around.x, around.y), (around.x + around.width, around.y + around.height))
    drawing.parts.append(_filled(around, mark.fill, round_=12))
    if not inside:
        lines = (*mark.lines, *((mark.foot,) if mark.foot else ()))
        width, height = _size_of(lines)
        place = Box(box.middle[0] - width / 2, around.y - height, width, height)
        _words_of_mark(drawing, place, lines, mark.fill)
        return
    if mark.lines:
        width, height = _size_of(mark.lines)
        _words_of_mark(drawing, Box(around.x, box.y - 8, width, height), mark.lines, mark.fill)
    if mark.foot:
        width, height = _size_of((mark.foot,))
        place = Box(around.x, box.y + box.height - height / 2, width, height)
        _words_of_mark(drawing, place, (mark.foot,), "#fff")


def _size_of(lines: Sequence[str]) -> tuple[float, float]:
    return max(width_of(line) for line in lines) * SMALL / SIZE + 8, SMALL_LEADING * len(lines) + 4


def _words_of_mark(drawing: _Drawing, box: Box, lines: Sequence[str], fill: str) -> None:
    drawing.reach((box.x, box.y), (box.x + box.width, box.y + box.height))
    drawing.over.append(_filled(box, fill, round_=4))
    for number, line in enumerate(lines):
        y = box.y + 2 + SMALL_LEADING * (number + 0.5)
        drawing.over.append(
            f'<text x="{px(box.middle[0])}" y="{px(y)}" fill="{INK}" font-size="{SMALL}" text-anchor="middle"'
            f' dominant-baseline="central">{escape(line)}</text>'
        )


def _filled(box: Box, fill: str, *, round_: int) -> str:
    return (
        f'<rect x="{px(box.x)}" y="{px(box.y)}" width="{px(box.width)}" height="{px(box.height)}" rx="{round_}"'
        f' fill="{fill}" stroke="{SOFT}" stroke-width="1"/>'
    )


def _lane(drawing: _Drawing, box: Box, name: str) -> None:
    drawing.parts.append(rectangle_of(box, SOFT, 1))
    if not name:
        return
    x, y = box.x + STRIP / 2, box.y + box.height / 2
    drawing.parts.append(path_of(f"M{px(box.x + STRIP)} {px(box.y)}v{px(box.height)}", SOFT))
    drawing.parts.append(
        f'<text x="{px(x)}" y="{px(y)}" fill="{INK}" text-anchor="middle" dominant-baseline="central"'
        f' transform="rotate(-90 {px(x)} {px(y)})">{escape(name)}</text>'
    )


def _task(drawing: _Drawing, box: Box, kind: str, name: str) -> None:
    drawing.parts.append(rectangle_of(box, INK, 3 if kind == "callActivity" else 1.4, round_=8))
    if kind in KINDS:
        word = KINDS[kind][0 if drawing.chinese else 1]
        drawing.parts.append(
            f'<text x="{px(box.x + 7)}" y="{px(box.y + 13)}" fill="{SOFT}" font-size="9">{escape(word)}</text>'
        )
    taken = ATTACHED if any(_hangs_below(box, one) for one in drawing.attached.near(box)) else 0
    _fitting(drawing, name, Box(box.x + 4, box.y + (12 if taken else 8), box.width - 8, box.height - 12 - taken))


def _hangs_below(box: Box, event: Box) -> bool:
    """The attached event sits on the lower border."""
    x, y = event.middle
    return box.x <= x <= box.x + box.width and abs(y - box.y - box.height) < 2


def _subprocess(drawing: _Drawing, box: Box, kind: str, name: str, *, expanded: bool) -> None:
    drawing.parts.append(rectangle_of(box, INK, 1.4, round_=8))
    if kind == "transaction":
        drawing.parts.append(rectangle_of(Box(box.x + 3, box.y + 3, box.width - 6, box.height - 6), INK, 1, round_=6))
    if expanded:
        width = _free_above(drawing, box) - 12
        _fitting(drawing, name, Box(box.x + 6, box.y + 1, width, 17))
        return
    _fitting(drawing, name, Box(box.x + 4, box.y + 2, box.width - 8, box.height - 18))
    x, y = box.x + box.width / 2, box.y + box.height - 9
    drawing.parts.append(rectangle_of(Box(x - 7, y - 7, 14, 14), INK, 1))
    drawing.parts.append(path_of(f"M{px(x - 4)} {px(y)}h8M{px(x)} {px(y - 4)}v8", INK))


def _free_above(drawing: _Drawing, box: Box) -> float:
    """How wide the name of an open subprocess may be: left of the events on its upper border, if they leave half."""
    on_border = [one.x for one in drawing.attached.near(box) if abs(one.middle[1] - box.y) < 2 and box.x < one.x]
    left = min((x for x in on_border if x < box.x + box.width), default=box.x + box.width) - box.x
    return left if left > box.width / 2 else box.width


def _event(drawing: _Drawing, box: Box, kind: str, element: etree._Element) -> None:
    x, y = box.middle
    radius = box.width / 2
    goes_on = element.get("cancelActivity") == "false" or element.get("isInterrupting") == "false"
    drawing.parts.append(circle_of(x, y, radius, 3.5 if kind == "endEvent" else 1.4, dashed=goes_on))
    if kind not in ("startEvent", "endEvent"):
        drawing.parts.append(circle_of(x, y, radius - 3.5, 1.2, dashed=goes_on))
    for child in element:
        word = DEFINITIONS.get(etree.QName(child).localname) if isinstance(child.tag, str) else None
        if word is not None:
            _text(drawing, word[0 if drawing.chinese else 1], box)
            return


def _gateway(drawing: _Drawing, box: Box, mark: str) -> None:
    x, y = box.middle
    drawing.parts.append(
        f'<path d="M{px(x)} {px(box.y)}L{px(box.x + box.width)} {px(y)}L{px(x)} {px(box.y + box.height)}'
        f'L{px(box.x)} {px(y)}Z" fill="#fff" stroke="{INK}" stroke-width="1.4"/>'
    )
    half = box.width / 6
    lines = {
        "×": f"M{px(x - half)} {px(y - half)}L{px(x + half)} {px(y + half)}"
        f"M{px(x + half)} {px(y - half)}L{px(x - half)} {px(y + half)}",
        "+": f"M{px(x - 1.4 * half)} {px(y)}h{px(2.8 * half)}M{px(x)} {px(y - 1.4 * half)}v{px(2.8 * half)}",
    }
    if mark in lines:
        drawing.parts.append(path_of(lines[mark], INK, 2.5))
    elif mark == "○":
        drawing.parts.append(circle_of(x, y, 1.3 * half, 2.2))
    elif mark == "◇":
        drawing.parts.append(circle_of(x, y, 1.7 * half, 1) + circle_of(x, y, 1.3 * half, 1))
    elif mark:
        drawing.parts.append(path_of(lines["×"] + lines["+"], INK, 2))


# ---------------------------------------------------------------- lines


def _edge(drawing: _Drawing, edge: etree._Element) -> None:
    points = points_of(edge)
    if len(points) < 2:
        return
    element = drawing.elements.get(refers(edge))
    kind = etree.QName(element).localname if element is not None else ""
    flow = refers(edge)
    colour, width, dash = INK, 1.3, {"messageFlow": "8 5", "association": "2 4"}.get(kind, "")
    times = None if drawing.walked is None or kind != "sequenceFlow" else drawing.walked.get(flow, 0)
    if times is not None:
        colour, width, dash = (WALKED, 2.2, "") if times else (NEVER, 1.6, "6 4")
    turns = drawing.way.get(flow) if drawing.way is not None and kind == "sequenceFlow" else None
    if turns:
        colour, width = WALKED, 3.2
    path = "M" + "L".join(f"{px(x)} {px(y)}" for x, y in points)
    head = "" if kind == "association" else f' marker-end="url(#{head_id(colour)})"'
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    drawing.parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{px(width)}"{dashed}{head}/>')
    drawing.reach(*points)
    if times is not None:
        _count(drawing, points, times, colour)
    elif turns and turns > 1:
        _count(drawing, points, turns, colour)
    name = str(element.get("name", "")) if element is not None else ""
    if name:
        x, y = _halfway(points)
        label = label_of(edge) or Box(x - LABEL_WIDTH / 2, y - 18, LABEL_WIDTH, 14)
        _beside(drawing, flow, name, label, along(points, label))


def _count(drawing: _Drawing, points: Sequence[tuple[float, float]], times: int, colour: str) -> None:
    x, y = _halfway(points)
    told = str(times)
    width = 8 + 7 * len(told)
    drawing.over.append(
        f'<rect x="{px(x - width / 2)}" y="{px(y - 8)}" width="{width}" height="16" rx="8" fill="#fff"'
        f' stroke="{colour}"/><text x="{px(x)}" y="{px(y)}" fill="{colour}" font-size="11" text-anchor="middle"'
        f' dominant-baseline="central">{told}</text>'
    )


def _halfway(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The middle of the line as one walks it."""
    lengths = [abs(b[0] - a[0]) + abs(b[1] - a[1]) for a, b in itertools.pairwise(points)]
    left = sum(lengths) / 2
    for (a, b), length in zip(itertools.pairwise(points), lengths, strict=True):
        if length and left <= length:
            share = left / length
            return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
        left -= length
    return points[0]


# ---------------------------------------------------------------- text


def _label(drawing: _Drawing, shape: etree._Element, box: Box, name: str) -> None:
    """A name beside its shape: where the file puts it, else below."""
    if name:
        below = Box(box.x + box.width / 2 - LABEL_WIDTH / 2, box.y + box.height + 3, LABEL_WIDTH, 14)
        _beside(drawing, refers(shape), name, label_of(shape) or below, [box])


def _beside(drawing: _Drawing, key: str, name: str, label: Box, owners: Sequence[Box]) -> None:
    """A name where the file puts it, as far as it fits between the rest, else near by; what it has to stand on all the
    same is kept off its letters."""
    own = f"{key} {NAME}"
    found = fitted(name, label, owners, drawing.taken, own)
    drawing.taken.put(own, found.box)
    _lines(drawing, found.lines, found.box, found.size, front=True, halo=not found.is_free)


def _fitting(drawing: _Drawing, text: str, box: Box) -> None:
    """A name within its element, in smaller letters where it is long."""
    size = size_for(text, box.width, box.height, LEAST)
    _lines(drawing, list(lines_of(text, box.width, size)), box, size)


def _text(drawing: _Drawing, text: str, box: Box, *, colour: str = INK) -> None:
    _lines(drawing, list(lines_of(text, max(box.width, SIZE))), box, SIZE, colour=colour)


def _lines(
    drawing: _Drawing,
    lines: Sequence[str],
    box: Box,
    size: float,
    *,
    colour: str = INK,
    front: bool = False,
    halo: bool = False,
) -> None:
    """Lines in the middle of a box; with a `halo`, what is drawn behind them ends beside their letters."""
    x, middle = box.middle
    leading = size * LEADING
    first = middle - leading * (len(lines) - 1) / 2
    into = drawing.over if front else drawing.parts
    sized = ("" if size == SIZE else f' font-size="{px(size)}"') + (HALO if halo else "")
    for number, line in enumerate(lines):
        y, half = first + number * leading, width_of(line, size) / 2
        drawing.reach((x - half, y - leading / 2), (x + half, y + leading / 2))
        into.append(
            f'<text x="{px(x)}" y="{px(y)}" fill="{colour}"{sized} text-anchor="middle"'
            f' dominant-baseline="central">{escape(line)}</text>'
        )


# ---------------------------------------------------------------- reading and writing


def _root(content: bytes) -> etree._Element | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return None
    return None if root.getroottree().docinfo.internalDTD is not None else root


def _kind(drawing: _Drawing, shape: etree._Element) -> str:
    element = drawing.elements.get(refers(shape))
    return etree.QName(element).localname if element is not None else ""
