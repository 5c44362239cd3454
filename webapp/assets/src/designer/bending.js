// Bending a line by keys: with one line selected, B takes hold of its middle part, B again of the next; the arrow keys
// move the part, Enter leaves it there, Escape puts it back. It is the library's own drag of a part, led by keys.

import { announce, say } from '../words.js';

const ARROWS = { ArrowUp: ['y', -1], ArrowDown: ['y', 1], ArrowLeft: ['x', -1], ArrowRight: ['x', 1] };
// Pixels of the drawing for a press of an arrow, and with Shift.
const STEP = 10, FINE = 1;
// Before the keys that move elements, and between what snaps a part and what draws it.
const BEFORE_MOVING = 2000, BEHIND_SNAPPING = 1100;
const MODIFIERS = new Set(['Shift', 'Control', 'Alt', 'Meta']);

/** The parts of a line that run along an axis, each by the place of its end among the corners. */
const parts = ({ waypoints }) => waypoints
  .map((corner, place) => [place, waypoints[place - 1], corner])
  .filter(([, before, { x, y }]) => before && (Math.abs(before.x - x) <= 1 || Math.abs(before.y - y) <= 1))
  .map(([place]) => place);

class Bending {
  static $inject = ['canvas', 'connectionSegmentMove', 'contextPad', 'dragging', 'eventBus', 'keyboard', 'selection'];

  constructor(canvas, connectionSegmentMove, contextPad, dragging, eventBus, keyboard, selection) {
    Object.assign(this, { canvas, connectionSegmentMove, contextPad, dragging, selection, held: null });
    keyboard.addListener(BEFORE_MOVING, ({ keyEvent }) => {
      if (!keyboard.hasModifier(keyEvent) && keyboard.isKey(['b', 'B'], keyEvent)) return this.hold();
      return this.held ? this.onKey(keyEvent) : undefined;
    });
    eventBus.on('connectionSegment.move.move', BEHIND_SNAPPING, (event) => this.held && this.lead(event));
    eventBus.on('connectionSegment.move.cleanup', () => this.rest());
    eventBus.on(['element.mousedown', 'canvas.focus.changed'], BEFORE_MOVING, ({ focused }) => {
      if (!focused) this.leave();
    });
  }

  /** Takes hold of a part of the one selected line, or of the next; undefined where no line is selected. */
  hold() {
    const last = this.held?.number;
    this.leave();
    const [line, ...others] = this.selection.get();
    if (!line?.waypoints || others.length) return undefined;
    const ends = parts(line);
    if (!ends.length) return undefined;
    const number = last === undefined ? Math.floor(ends.length / 2) : (last + 1) % ends.length;
    const [before, after] = [line.waypoints[ends[number] - 1], line.waypoints[ends[number]]];
    const held = { line, number, by: 0, middle: { x: (before.x + after.x) / 2, y: (before.y + after.y) / 2 } };
    this.dragging.setOptions({ manual: true, keepSelection: true }); // the mouse does not lead it
    this.connectionSegmentMove.start(this.pointer(held.middle), line, ends[number]);
    this.dragging.setOptions({ manual: false, keepSelection: false });
    const begun = this.dragging.context();
    if (!begun) return undefined;
    this.held = { ...held, axis: begun.data.context.axis };
    this.dragging.move(this.pointer(held.middle), true);
    this.contextPad.close(); // it may lie over the line
    announce(say('designerBending', { number: number + 1, count: ends.length }));
    return true;
  }

  /** What a pointer at a place of the drawing would tell. */
  pointer({ x, y }) {
    const { left, top } = this.canvas.getContainer().getBoundingClientRect();
    const viewbox = this.canvas.viewbox();
    return new MouseEvent('mousemove', {
      clientX: left + (x - viewbox.x) * viewbox.scale, clientY: top + (y - viewbox.y) * viewbox.scale,
    });
  }

  onKey({ key, shiftKey, ctrlKey, metaKey }) {
    if (MODIFIERS.has(key)) return undefined;
    if (key === 'Escape') {
      this.dragging.cancel();
      return true;
    }
    const [axis, sign] = (!ctrlKey && !metaKey && ARROWS[key]) || [];
    if (!axis) {
      this.leave();
      return key === 'Enter' || undefined;
    }
    if (axis === this.held.axis) {
      this.held.by += sign * (shiftKey ? FINE : STEP);
      this.dragging.move(this.pointer(this.held.middle), true);
    }
    return true;
  }

  /** The part stands where the keys have led it, on no grid. */
  lead(event) {
    const { axis, by, middle } = this.held;
    Object.assign(event, { ...middle, dx: 0, dy: 0 });
    event[axis] += by;
    event[`d${axis}`] = by;
  }

  rest() {
    if (!this.held) return;
    if (this.selection.isSelected(this.held.line)) this.contextPad.open(this.held.line);
    this.held = null;
  }

  /** Lets go of the part, which stays where it is. */
  leave() {
    if (!this.held) return;
    if (this.held.by) this.dragging.end();
    else this.dragging.cancel();
  }
}

export default { __init__: ['bending'], bending: ['type', Bending] };
