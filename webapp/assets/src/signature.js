// A signature drawn on a canvas: pen, finger or mouse. Kept as a PNG data URL in a hidden input.
// Whoever cannot draw types the name and confirms it; that part of the form needs no script.

import { say } from './words.js';

const INK = '#111827';
const PEN = 2.4; // CSS pixels

class Signature {
  constructor(root) {
    this.area = root.querySelector('[data-signature-draw]');
    this.canvas = this.area.querySelector('canvas');
    this.value = root.querySelector('[data-signature-value]');
    this.state = root.querySelector('[data-signature-state]');
    this.strokes = []; // lists of [x, y], each from 0 to 1 of the canvas' size, so that a resize keeps them
    this.area.hidden = false;
    this.own = ''; // what this page drew, or shows already
    if (this.value.value) this.recall();
    this.value.addEventListener('change', () => this.value.value !== this.own && this.recall());
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    this.canvas.addEventListener('pointerdown', (event) => this.begin(event));
    this.canvas.addEventListener('pointermove', (event) => this.go(event));
    for (const kind of ['pointerup', 'pointercancel']) this.canvas.addEventListener(kind, () => this.end());
    root.querySelector('[data-signature-clear]').addEventListener('click', () => this.clear());
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  /** Shows a signature that was drawn before: it comes with the draft. */
  recall() {
    this.own = this.value.value;
    this.strokes = [];
    this.picture = null;
    this.state.textContent = say(this.own ? 'signed' : 'notSigned');
    const picture = new Image();
    picture.addEventListener('load', () => {
      this.picture = picture;
      this.draw();
    });
    if (this.own) picture.src = this.own;
    else this.draw();
  }

  begin(event) {
    if (event.button !== 0) return;
    this.picture = null; // who signs again begins anew
    this.canvas.setPointerCapture(event.pointerId);
    this.stroke = [this.point(event)];
    this.strokes.push(this.stroke);
    this.draw();
    event.preventDefault();
  }

  go(event) {
    if (!this.stroke) return;
    for (const part of event.getCoalescedEvents?.() ?? [event]) this.stroke.push(this.point(part));
    this.draw();
  }

  end() {
    if (!this.stroke) return;
    this.stroke = null;
    this.keep(this.canvas.toDataURL('image/png'));
  }

  clear() {
    this.strokes = [];
    this.picture = null;
    this.draw();
    this.keep('');
  }

  keep(png) {
    this.value.value = png;
    this.own = png;
    this.state.textContent = say(png ? 'signed' : 'notSigned');
    this.value.dispatchEvent(new Event('change', { bubbles: true }));
  }

  draw() {
    const scale = window.devicePixelRatio || 1;
    const width = this.canvas.clientWidth;
    const height = this.canvas.clientHeight;
    this.canvas.width = width * scale;
    this.canvas.height = height * scale;
    const pen = this.canvas.getContext('2d');
    pen.scale(scale, scale);
    Object.assign(pen, { lineWidth: PEN, lineCap: 'round', lineJoin: 'round', strokeStyle: INK });
    if (this.picture) pen.drawImage(this.picture, 0, 0, width, height);
    for (const [first, ...rest] of this.strokes) {
      pen.beginPath();
      pen.moveTo(first[0] * width, first[1] * height);
      for (const [x, y] of rest.length ? rest : [first]) pen.lineTo(x * width, y * height);
      pen.stroke();
    }
  }
}

for (const root of document.querySelectorAll('[data-signature]')) new Signature(root);
