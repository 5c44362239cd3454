// Where the words of a diagram stand. The places in the file are drawn for the Chinese names, which are shorter: the
// translation keeps the side of its element that the designer chose, and grows away from it.

const BOX = { x: 0, y: 0, width: 100, height: 30 }; // what a label is wrapped in
const GAP = 2;
const SLACK = 4; // a box as wide as its words breaks them where widths are rounded
const MARKER = 17; // pixels at the foot of a called or folded process that its sign takes

/** The bounds of a label of this size, drawn at `place`, of the shape `host`. All in the diagram's own pixels. */
export function beside(host, place, { width, height }) {
  const middle = { x: place.x + place.width / 2, y: place.y + place.height / 2 };
  const [right, bottom] = [host.x + host.width, host.y + host.height];
  if (place.y >= bottom - GAP) return { x: middle.x - width / 2, y: place.y, width, height };
  if (place.y + place.height <= host.y + GAP) {
    return { x: middle.x - width / 2, y: place.y + place.height - height, width, height };
  }
  const y = aside(host, place, middle.y, height);
  if (middle.x >= right) return { x: Math.max(place.x, right + GAP), y, width, height };
  if (middle.x <= host.x) return { x: Math.min(place.x + place.width, host.x - GAP) - width, y, width, height };
  return { x: middle.x - width / 2, y: middle.y - height / 2, width, height };
}

/** At the side: what was drawn low grows down, what was drawn high grows up, away from what its host stands on. */
function aside(host, place, middle, height) {
  const off = middle - (host.y + host.height / 2);
  if (off > GAP) return place.y;
  return off < -GAP ? place.y + place.height - height : middle - height / 2;
}

/** How far the words go up so that they do not stand in the sign at the foot; never out of the shape. */
export function lifted(height, text) {
  const below = text.y + text.height - (height - MARKER);
  return Math.max(0, Math.min(below, text.y - GAP));
}

function place(viewer, label) {
  const drawn = label.di?.label?.bounds;
  if (!drawn || !label.businessObject.name) return;
  const words = viewer.get('textRenderer').getExternalLabelBounds(BOX, label.businessObject.name);
  const size = { width: words.width + SLACK, height: words.height };
  const host = label.labelTarget;
  const bounds = host.waypoints
    ? { x: drawn.x + drawn.width / 2 - size.width / 2, y: drawn.y + drawn.height / 2 - size.height / 2, ...size }
    : beside(host, drawn, size);
  Object.assign(label, bounds);
  viewer.get('graphicsFactory').update('shape', label, viewer.get('canvas').getGraphics(label));
}

function lift(viewer, element) {
  const words = viewer.get('canvas').getGraphics(element).querySelector('text.djs-label');
  if (!words) return;
  const up = lifted(element.height, words.getBBox());
  if (up) words.setAttribute('transform', `translate(0 -${up})`);
}

/** Put the words of a translated diagram in their places, and those of a folded process above its sign. */
export function placeLabels(viewer, translated) {
  const registry = viewer.get('elementRegistry');
  if (translated) for (const label of registry.filter((one) => one.labelTarget)) place(viewer, label);
  const folded = (one) => one.type === 'bpmn:CallActivity' || (one.type === 'bpmn:SubProcess' && one.collapsed);
  for (const element of registry.filter((one) => !one.labelTarget && folded(one))) lift(viewer, element);
}
