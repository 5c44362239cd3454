// Saves what an editor holds by itself, over the content that the page was opened with.

import { announce, csrfToken, say } from '../words.js';

import { status } from './status.js';

const QUIET = 1200; // milliseconds without a change before it is saved

/** `text()` gives (a promise of) the file's content, `shown(answer)` shows what the server found in it. */
export class Saving {
  constructor(mount, { text, shown }) {
    Object.assign(this, { mount, text, shown, base: mount.dataset.digest, timer: null, running: null, dirty: false, stopped: false, unanswered: false });
    this.tellOwnFromTheirs();
    document.getElementById('designer-save').addEventListener('click', () => this.save());
    document.getElementById('designer-take').addEventListener('click', () => this.takeAlong());
    document.addEventListener('keydown', (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === 's') {
        event.preventDefault();
        this.save();
      }
    });
    window.addEventListener('beforeunload', (event) => {
      if (this.dirty || this.running) event.preventDefault();
    });
  }

  /** What the page asked before its own save was answered may tell of that save: it is not shown, the next answer is. */
  tellOwnFromTheirs() {
    const asked = new WeakMap(); // a request of who is around -> what the page had of the file
    document.addEventListener('htmx:before:request', ({ detail: { ctx } }) => {
      if (ctx.sourceElement?.id === 'copy-around') asked.set(ctx, this.base);
    });
    document.addEventListener('htmx:before:swap', (event) => {
      const { ctx } = event.detail;
      if (asked.has(ctx) && (this.running || this.unanswered || asked.get(ctx) !== this.base)) event.preventDefault();
    });
  }

  changed() {
    if (this.stopped) return;
    this.dirty = true;
    status('designerChanged');
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), QUIET);
  }

  /** One save at a time; what changed meanwhile follows. */
  async save() {
    clearTimeout(this.timer);
    if (this.running) return this.running;
    if (!this.dirty || this.stopped) return undefined;
    this.dirty = false;
    status('saving');
    this.running = this.send().finally(() => { this.running = null; });
    await this.running;
    return this.dirty && !this.stopped ? this.save() : undefined;
  }

  async send() {
    let body;
    try {
      body = new URLSearchParams({ csrf_token: csrfToken(), text: await this.text(), base: this.base });
    } catch (fault) {
      this.refused(say('designerUnwritable', { reason: fault.message }));
      return;
    }
    const answer = await this.answered(body);
    if (!answer) {
      this.dirty = true;
      this.unanswered = true; // it may have been saved all the same
      status('designerNotSaved');
      this.timer = setTimeout(() => this.save(), 5 * QUIET);
      return;
    }
    const { said } = answer;
    this.unanswered = false;
    if (!said.digest) {
      this.refused(said.error ?? say('designerRefused', { status: answer.status }), said);
      return;
    }
    this.base = said.digest;
    const told = document.getElementById('copy-digest');
    if (told) told.value = said.digest; // what the page asks with whether a colleague has saved since
    this.shown(said);
    status('designerSaved', { time: said.at });
  }

  /** What the server says, {status, said}; undefined where it cannot be reached or is in trouble: then it is tried again. */
  async answered(body) {
    let answer;
    let text;
    try {
      answer = await fetch(this.mount.dataset.save, { method: 'POST', body, headers: { accept: 'application/json' } });
      text = await answer.text();
    } catch {
      return undefined;
    }
    if (answer.status >= 500) return undefined;
    try {
      return { status: answer.status, said: JSON.parse(text) };
    } catch {
      return { status: answer.status, said: {} };
    }
  }

  /** Somebody saved meanwhile, or the file is refused: nothing more is sent; what was made can be taken along. */
  refused(text, { merge, aside } = {}) {
    this.stopped = true;
    this.dirty = true;
    const button = this.told(text).querySelector('[data-merge]');
    if (merge && button) {
      button.hidden = false;
      button.addEventListener('click', () => this.merge(merge, aside));
    }
    status('designerStopped');
  }

  /** Why it is not saved, for eyes and screen readers; returns the box that says it. */
  told(text) {
    const box = document.getElementById('designer-refused');
    box.querySelector('[data-text]').textContent = text;
    box.hidden = false;
    announce(text);
    return box;
  }

  /** To the page that puts both together, with what was made until now: the server has kept what it refused. */
  async merge(address, aside) {
    const body = new URLSearchParams({ csrf_token: csrfToken(), text: await this.text(), base: this.base, aside });
    const answer = await this.answered(body);
    if (!answer) {
      this.told(say('designerNotAnswered')); // the button can be pressed again
      return;
    }
    const { merge, digest, error } = answer.said;
    if (!merge && !digest) { // the copy has ended, or the session: what was made stays here
      this.told(error ?? say('designerRefused', { status: answer.status }));
      return;
    }
    this.dirty = false;
    window.location.assign(merge ?? address);
  }

  /** What was made as a file of its own. */
  async takeAlong() {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([await this.text()], { type: 'application/octet-stream' }));
    link.download = this.mount.dataset.name;
    link.click();
    URL.revokeObjectURL(link.href);
  }
}

/** A file that the editor cannot open: why, in words; the text is beside it. */
export function notOpened(text) {
  const box = document.getElementById('designer-refused');
  box.querySelector('[data-text]').textContent = text;
  box.hidden = false;
  for (const control of document.querySelectorAll('.designer-bar button')) control.disabled = true;
  status('designerNotOpened');
}
