// The text of a file in a box: numbers beside its lines, where the caret stands, and the way from a finding to its line.

import { say } from './words.js';

const ABOVE = 4; // lines that are seen above the one that is gone to

function placeOf({ value, selectionStart }) {
  const lines = value.slice(0, selectionStart).split('\n');
  return { line: lines.length, column: [...lines.at(-1)].length + 1 };
}

class SourceLines {
  constructor(box) {
    this.box = box;
    this.count = 0;
    this.numbers = document.createElement('div');
    this.numbers.className = 'source-numbers';
    this.numbers.setAttribute('aria-hidden', 'true');
    this.place = document.createElement('p');
    this.place.className = 'source-place';
    box.parentElement.prepend(this.numbers);
    box.parentElement.after(this.place);
    box.addEventListener('input', () => this.show());
    box.addEventListener('scroll', () => this.follow());
    for (const event of ['keyup', 'click', 'focus']) box.addEventListener(event, () => this.tell());
    this.show();
  }

  show() {
    const count = this.box.value.split('\n').length;
    if (count !== this.count) {
      this.count = count;
      this.numbers.textContent = Array.from({ length: count }, (_, line) => line + 1).join('\n');
    }
    this.follow();
    this.tell();
  }

  follow() {
    this.numbers.scrollTop = this.box.scrollTop;
  }

  tell() {
    this.place.textContent = say('sourcePlace', placeOf(this.box));
  }

  /** Marks the line and brings it into view. */
  go(line) {
    const before = this.box.value.split('\n').slice(0, line - 1);
    const start = before.reduce((length, one) => length + one.length + 1, 0);
    const end = this.box.value.indexOf('\n', start);
    this.box.focus();
    this.box.setSelectionRange(start, end < 0 ? this.box.value.length : end);
    this.box.scrollTop = Math.max(0, line - 1 - ABOVE) * parseFloat(getComputedStyle(this.box).lineHeight);
    this.follow();
    this.tell();
  }
}

export function watchSourceLines() {
  const box = document.querySelector('[data-source-lines]');
  if (!box) return;
  const lines = new SourceLines(box);
  if (box.dataset.sourceLines) lines.go(Number(box.dataset.sourceLines));
  document.addEventListener('click', (event) => {
    const link = event.target.closest('[data-source-line]');
    if (!link) return;
    event.preventDefault();
    lines.go(Number(link.dataset.sourceLine));
  });
}
