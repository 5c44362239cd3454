// A material opened in place: page by page, larger or smaller, turned, with the notes that stand on it.
// A document is a <details data-document>; without script, or where a page cannot be drawn, the browser's own viewer
// shows it in a frame, and the notes stand below as text either way.

import htmx from 'htmx.org';

import { announce, say } from './words.js';

const ZOOM = 1.25; // one step
const LEAST = 0.25; // of the width of the frame
const MOST = 6;
const LARGEST = 16_000_000; // pixels of a canvas: more is refused by browsers or by phones
const SIDE = 1000; // notes are kept in thousandths of the page
const SMALLEST = 8; // of these: what is drawn smaller was a click
const HEIGHTS = 0.75; // of the window

const views = new WeakMap();

/** The form for notes on a document: the one that came with it, or a copy of the page's, in place of the link to it. */
function noteForm(details) {
  const link = details.querySelector('a[data-note-open]');
  const template = document.querySelector('template[data-note-template]');
  if (link && template) {
    const fold = template.content.firstElementChild.cloneNode(true);
    const form = fold.querySelector('form');
    const id = details.id.replace('file-', '');
    for (const name of ['action', 'hx-post']) form.setAttribute(name, form.getAttribute(name).replace('/files/0/', `/files/${id}/`));
    form.setAttribute('hx-target', `#notes-${id}`);
    if (link.dataset.pages) form.querySelector('[name="page"]').max = link.dataset.pages;
    link.parentElement.replaceWith(fold);
    htmx.process(fold);
  }
  return details.querySelector('form[data-note-form]');
}

/** What draws the pages of a PDF. The library is loaded with the first one that is opened. */
async function pdfSource(url) {
  const pdfjs = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const folder = new URL(`./${PDFJS_FOLDER}/`, import.meta.url).href;
  if (!pdfjs.GlobalWorkerOptions.workerPort) {
    pdfjs.GlobalWorkerOptions.workerPort = new Worker(`${folder}worker.js`, { type: 'module' });
  }
  const file = await pdfjs.getDocument({
    url,
    cMapUrl: `${folder}cmaps/`,
    cMapPacked: true,
    standardFontDataUrl: `${folder}standard_fonts/`,
    wasmUrl: `${folder}decoders/`,
    useWasm: false, // the policy of our pages compiles nothing
    isEvalSupported: false,
    enableXfa: false,
  }).promise;
  return {
    pages: file.numPages,
    async size(number) {
      const { width, height } = (await file.getPage(number)).getViewport({ scale: 1 });
      return { width, height };
    },
    async draw(canvas, number, scale, turned) {
      const page = await file.getPage(number);
      const viewport = page.getViewport({ scale, rotation: (page.rotate + turned) % 360 });
      canvas.width = Math.round(viewport.width);
      canvas.height = Math.round(viewport.height);
      return page.render({ canvas, canvasContext: canvas.getContext('2d'), viewport });
    },
  };
}

/** A picture is a document of one page. */
async function pictureSource(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  const bitmap = await createImageBitmap(await answer.blob());
  return {
    pages: 1,
    size: async () => ({ width: bitmap.width, height: bitmap.height }),
    async draw(canvas, _number, scale, turned) {
      const sideways = turned % 180 !== 0;
      const [width, height] = [bitmap.width * scale, bitmap.height * scale].map(Math.round);
      [canvas.width, canvas.height] = sideways ? [height, width] : [width, height];
      const pen = canvas.getContext('2d');
      pen.translate(canvas.width / 2, canvas.height / 2);
      pen.rotate((turned * Math.PI) / 180);
      pen.drawImage(bitmap, -width / 2, -height / 2, width, height);
      return { promise: Promise.resolve(), cancel() {} };
    },
  };
}

/** A part of the upright page, as it lies on the page turned by so many degrees; `back`: the other way round. */
export function turnedArea([left, top, width, height], turned, back = false) {
  const quarter = ((back ? 360 - turned : turned) / 90) % 4;
  let area = { left, top, width, height };
  for (let n = 0; n < quarter; n += 1) {
    area = { left: SIDE - area.top - area.height, top: area.left, width: area.height, height: area.width };
  }
  return [area.left, area.top, area.width, area.height];
}

function button(text, act, run, attributes = {}) {
  const made = document.createElement('button');
  Object.assign(made, { type: 'button', className: 'btn btn-sm', textContent: text, title: say(act) });
  made.dataset.act = act;
  made.setAttribute('aria-label', say(act));
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.addEventListener('click', run);
  return made;
}

class View {
  constructor(details) {
    this.details = details;
    this.mount = details.querySelector('[data-view]');
    this.form = noteForm(details);
    Object.assign(this, { page: Number(details.dataset.page) || 1, zoom: 1, turned: 0, drawing: false });
    this.build();
  }

  build() {
    const { mount } = this;
    mount.hidden = false;
    mount.tabIndex = 0;
    mount.setAttribute('role', 'group');
    mount.setAttribute('aria-label', `${this.details.dataset.name} · ${say('documentKeys')}`);
    this.told = document.createElement('span');
    this.told.className = 'document-page';
    this.bar = document.createElement('div');
    this.bar.className = 'document-tools';
    this.frame = document.createElement('div');
    this.frame.className = 'document-frame';
    this.frame.tabIndex = 0; // it scrolls
    this.frame.setAttribute('role', 'group');
    this.frame.setAttribute('aria-label', this.details.dataset.name);
    this.sheet = document.createElement('div');
    this.sheet.className = 'document-sheet';
    this.canvas = document.createElement('canvas');
    this.canvas.setAttribute('role', 'img');
    this.marks = document.createElement('div');
    this.marks.className = 'document-marks';
    this.sheet.append(this.canvas, this.marks);
    this.frame.append(this.sheet);
    this.bar.append(
      button('‹', 'pageBack', () => this.goTo(this.page - 1)),
      this.told,
      button('›', 'pageOn', () => this.goTo(this.page + 1)),
      button('−', 'zoomOut', () => this.zoomTo(this.zoom / ZOOM)),
      button('+', 'zoomIn', () => this.zoomTo(this.zoom * ZOOM)),
      button('⤢', 'fitWidth', () => this.zoomTo(1)),
      button('↻', 'rotate', () => this.turn()),
    );
    if (this.form) {
      this.pen = button(say('annotate'), 'annotate', () => this.draws(!this.drawing), { 'aria-pressed': 'false' });
      this.bar.append(this.pen);
      this.form.addEventListener('submit', () => this.draws(false));
      this.form.querySelector('[name="page"]').addEventListener('change', ({ target }) => this.goTo(Number(target.value)));
    }
    const others = document.querySelectorAll('details[data-document]');
    if (others.length > 1) {
      this.bar.append(
        button(say('documentBack'), 'documentBack', () => this.next(-1)),
        button(say('documentOn'), 'documentOn', () => this.next(1)),
      );
    }
    mount.replaceChildren(this.bar, this.frame);
    mount.addEventListener('keydown', (event) => this.onKey(event));
    this.drawByPointer();
    const notes = this.details.querySelector('[data-notes]');
    this.count = this.details.querySelectorAll('[data-note]').length;
    if (notes) new MutationObserver(() => this.onNotes(notes)).observe(notes, { childList: true });
    this.details.addEventListener('click', (event) => this.onNote(event));
    new ResizeObserver(() => this.fitted !== this.frame.clientWidth && this.draw()).observe(this.frame);
  }

  async open() {
    this.told.textContent = say('opening');
    const { src, type } = this.details.dataset;
    try {
      this.source = await (type === 'application/pdf' ? pdfSource(src) : pictureSource(src));
      await this.goTo(this.page);
      this.mount.dataset.ready = '';
    } catch (error) {
      console.warn(error);
      this.byBrowser();
    }
  }

  /** The browser's own viewer, where ours cannot show it. */
  byBrowser() {
    const { src, type, name } = this.details.dataset;
    const shown = document.createElement(type.startsWith('image/') ? 'img' : 'iframe');
    shown.src = src;
    shown[shown.tagName === 'IMG' ? 'alt' : 'title'] = name;
    this.mount.replaceChildren(shown);
    this.mount.dataset.ready = 'browser';
  }

  async goTo(number) {
    if (!this.source) return;
    this.page = Math.min(Math.max(Math.trunc(number) || 1, 1), this.source.pages);
    this.told.textContent = `${this.page} / ${this.source.pages}`;
    this.canvas.setAttribute('aria-label', say('page', { number: this.page }));
    this.bar.querySelector('[data-act="pageBack"]').disabled = this.page === 1;
    this.bar.querySelector('[data-act="pageOn"]').disabled = this.page === this.source.pages;
    if (this.form) this.form.querySelector('[name="page"]').value = this.page;
    this.area(null);
    this.frame.scrollTop = 0;
    announce(say('page', { number: this.page }));
    await this.draw();
  }

  zoomTo(zoom) {
    this.zoom = Math.min(Math.max(zoom, LEAST), MOST);
    return this.draw();
  }

  turn() {
    this.turned = (this.turned + 90) % 360;
    return this.draw();
  }

  /** Draws the page as it stands now; one drawing at a time, the last wish counts. */
  async draw() {
    if (!this.source) return;
    this.running?.cancel();
    const wish = Symbol('wish');
    this.wish = wish;
    const { width, height } = await this.source.size(this.page);
    this.fitted = this.frame.clientWidth;
    const across = this.turned % 180 ? height : width;
    const shown = Math.max(this.fitted - 2, 100) * this.zoom;
    const dense = Math.min(window.devicePixelRatio || 1, 2);
    const most = Math.sqrt(LARGEST / (width * height));
    const scale = Math.min((shown / across) * dense, most);
    const canvas = document.createElement('canvas');
    this.running = await this.source.draw(canvas, this.page, scale, this.turned);
    try {
      await this.running.promise;
    } catch (error) {
      if (error?.name === 'RenderingCancelledException') return;
      throw error;
    }
    if (this.wish !== wish) return;
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', say('page', { number: this.page }));
    this.canvas.replaceWith(canvas);
    this.canvas = canvas;
    this.mount.dataset.turned = this.turned;
    this.sheet.style.width = `${shown}px`;
    this.frame.style.maxHeight = `${Math.round(window.innerHeight * HEIGHTS)}px`;
    this.showNotes();
  }

  /** The list below came anew; where there are more, what was written is on it. */
  onNotes(list) {
    const count = list.querySelectorAll('[data-note]').length;
    if (count > this.count) {
      this.area(null);
      this.form.querySelector('[name="words"]').value = '';
    }
    this.count = count;
    this.showNotes();
  }

  notes() {
    return [...this.details.querySelectorAll('[data-note]')].filter(({ dataset }) => Number(dataset.page) === this.page);
  }

  showNotes() {
    const marks = this.notes().filter(({ dataset }) => dataset.area).map((line) => {
      const mark = document.createElement('button');
      mark.type = 'button';
      mark.className = 'document-mark';
      mark.dataset.of = line.id;
      mark.title = line.dataset.words;
      mark.setAttribute('aria-label', say('noteOf', { words: line.dataset.words }));
      this.place(mark, line.dataset.area.split(',').map(Number));
      mark.addEventListener('click', () => {
        line.focus();
        line.scrollIntoView({ block: 'nearest' });
      });
      return mark;
    });
    this.marks.replaceChildren(...marks);
    if (this.drawn) this.showDrawn();
  }

  place(mark, area) {
    const sides = turnedArea(area, this.turned).map((side) => `${side / (SIDE / 100)}%`);
    [mark.style.left, mark.style.top, mark.style.width, mark.style.height] = sides;
  }

  showDrawn() {
    const mark = this.marks.querySelector('[data-drawn]') ?? document.createElement('div');
    mark.className = 'document-mark';
    mark.dataset.drawn = '';
    this.place(mark, this.drawn);
    this.marks.append(mark);
  }

  /** The part of the page that the next note is about; null: the page as a whole. */
  area(drawn) {
    this.drawn = drawn;
    if (!drawn) this.marks.querySelector('[data-drawn]')?.remove();
    if (!this.form) return;
    for (const [index, name] of ['left', 'top', 'width', 'height'].entries()) {
      this.form.querySelector(`[name="${name}"]`).value = drawn ? drawn[index] : '';
    }
  }

  draws(on) {
    this.drawing = on;
    this.pen?.setAttribute('aria-pressed', String(on));
    this.marks.classList.toggle('is-drawing', on);
    if (!on) return;
    this.form.closest('details:not([data-document])')?.setAttribute('open', '');
    announce(say('drawNote'));
  }

  drawByPointer() {
    let from = null;
    const at = ({ clientX, clientY }) => {
      const box = this.marks.getBoundingClientRect();
      const within = (value) => Math.round(Math.min(Math.max(value, 0), 1) * SIDE);
      return [within((clientX - box.left) / box.width), within((clientY - box.top) / box.height)];
    };
    this.marks.addEventListener('pointerdown', (event) => {
      if (!this.drawing || event.button !== 0) return;
      event.preventDefault();
      from = at(event);
      this.marks.setPointerCapture(event.pointerId);
    });
    this.marks.addEventListener('pointermove', (event) => {
      if (!from) return;
      const to = at(event);
      const [left, right] = [from[0], to[0]].sort((a, b) => a - b);
      const [top, bottom] = [from[1], to[1]].sort((a, b) => a - b);
      this.area(turnedArea([left, top, right - left, bottom - top], this.turned, true));
      this.showDrawn();
    });
    this.marks.addEventListener('pointerup', () => {
      if (!from) return;
      from = null;
      if (!this.drawn || this.drawn[2] < SMALLEST || this.drawn[3] < SMALLEST) return this.area(null);
      this.draws(false);
      return this.form.querySelector('[name="words"]').focus();
    });
    this.marks.addEventListener('pointercancel', () => { from = null; });
  }

  /** A line of the list of notes leads to its page. */
  onNote({ target }) {
    const line = target.closest('[data-go-to-page]')?.closest('[data-note]');
    if (line) this.goTo(Number(line.dataset.page)).then(() => this.mount.scrollIntoView({ block: 'nearest' }));
  }

  next(by) {
    const all = [...document.querySelectorAll('details[data-document]')];
    const other = all[(all.indexOf(this.details) + by + all.length) % all.length];
    this.details.open = false;
    for (let fold = other.parentElement.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;
    other.open = true;
    other.scrollIntoView({ block: 'start' });
    viewOf(other).mount.focus();
  }

  onKey(event) {
    if (event.target.matches('input, textarea') || event.ctrlKey || event.metaKey || event.altKey) return;
    const acts = {
      ArrowRight: () => this.goTo(this.page + 1),
      PageDown: () => this.goTo(this.page + 1),
      ArrowLeft: () => this.goTo(this.page - 1),
      PageUp: () => this.goTo(this.page - 1),
      Home: () => this.goTo(1),
      End: () => this.goTo(this.source?.pages),
      '+': () => this.zoomTo(this.zoom * ZOOM),
      '=': () => this.zoomTo(this.zoom * ZOOM),
      '-': () => this.zoomTo(this.zoom / ZOOM),
      0: () => this.zoomTo(1),
      r: () => this.turn(),
      b: () => this.form && this.draws(!this.drawing),
      ']': () => this.next(1),
      '[': () => this.next(-1),
      ArrowDown: () => this.frame.scrollBy(0, 80),
      ArrowUp: () => this.frame.scrollBy(0, -80),
      Escape: () => this.draws(false),
    };
    if (!Object.hasOwn(acts, event.key)) return;
    event.preventDefault();
    acts[event.key]();
  }
}

function viewOf(details) {
  if (!views.has(details)) {
    const view = new View(details);
    views.set(details, view);
    view.open();
  }
  return views.get(details);
}

for (const details of document.querySelectorAll('details[data-document]')) {
  details.addEventListener('toggle', () => { if (details.open) viewOf(details); });
  if (details.open) viewOf(details);
}
