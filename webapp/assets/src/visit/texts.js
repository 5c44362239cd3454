// What is typed and ticked during a visit: kept on the phone until the office has it as the draft of the act.

import { say } from '../words.js';
import { one, put, remove } from './store.js';
import { contents, keptElsewhere, saveNow } from '../drafts.js';
import { keepDraft, keptDraft } from './kept.js';

const REST = 250; // milliseconds
const OWN = new Set(['csrf_token', 'key', 'revision', 'next', 'photo_taken_at', 'photo_point']);

const fieldsOf = (form) => [...contents(form)].filter(([name]) => !OWN.has(name));

export class Texts {
  constructor(root, form, changed) {
    Object.assign(this, { root, form, changed, timer: 0, version: 0, done: 0, conflict: '' });
    this.id = `${root.dataset.owner}:${root.dataset.task}`;
    const typed = () => {
      this.version += 1;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.keep(), REST);
    };
    form.addEventListener('input', typed);
    form.addEventListener('change', typed);
    form.addEventListener('draft:saving', () => { this.sent = this.version; });
    form.addEventListener('draft:saved', ({ detail }) => this.saved(detail));
    form.addEventListener('draft:failed', () => {
      for (const place of form.querySelectorAll('[data-save-state]')) place.textContent = '';
    });
    form.addEventListener('draft:refused', ({ detail }) => {
      this.conflict = detail.message;
      this.changed();
    });
  }

  get base() {
    return this.root.dataset.draftBase;
  }

  async keep() {
    clearTimeout(this.timer);
    if (this.version === this.done) return;
    await put('texts', { id: this.id, owner: this.root.dataset.owner, fields: fieldsOf(this.form), base: this.base });
    keptElsewhere(this.form);
    await this.changed();
  }

  /** The office has it: what has not changed since is no longer kept here. */
  async saved({ base }) {
    this.conflict = '';
    if (base) this.root.dataset.draftBase = base;
    if (this.sent !== this.version) return this.keep();
    this.done = this.version;
    clearTimeout(this.timer);
    await remove('texts', this.id);
    await keepDraft(fieldsOf(this.form), this.base);
    return this.changed();
  }

  /** Whether something was typed that the office does not have yet; a moment later it is kept here. */
  get typed() {
    return this.version !== this.done;
  }

  async waits() {
    return Boolean(await one('texts', this.id));
  }

  /** Puts back what an earlier page left; where the office has something newer, shows both and changes nothing. */
  async restore() {
    const row = await one('texts', this.id);
    if (!row) return;
    const differs = row.fields.filter(([name, value]) => !this.holds(name, value));
    if (!differs.length) {
      await remove('texts', this.id);
    } else if (row.base === this.base) {
      this.apply(differs);
    } else {
      this.offer(differs);
    }
  }

  /** On a page that was kept: what the office had of it when it was asked last. */
  async restoreKept() {
    const draft = await keptDraft();
    if (!draft) return;
    this.apply(draft.fields);
    this.root.dataset.draftBase = draft.base;
    clearTimeout(this.timer);
    this.done = this.version;
    keptElsewhere(this.form);
  }

  holds(name, value) {
    return new FormData(this.form).getAll(name).includes(value);
  }

  apply(fields) {
    for (const [name, value] of fields) {
      for (const control of this.form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (['radio', 'checkbox'].includes(control.type)) control.checked = control.value === value;
        else control.value = value;
        if (value && control.closest('details.remark')) control.closest('details.remark').open = true;
        control.dispatchEvent(new Event('change', { bubbles: true }));
      }
    }
  }

  /** Two versions: the office's stands in the form, this phone's beside it, to be taken over or let go. */
  offer(fields) {
    const place = this.root.querySelector('[data-kept-here]');
    const title = document.createElement('p');
    Object.assign(title, { className: 'mb-0', textContent: say('visitConflict') });
    const list = document.createElement('ul');
    list.className = 'facts';
    for (const [name, value] of fields.filter(([name]) => !name.startsWith('signature'))) {
      const item = document.createElement('li');
      item.textContent = `${this.label(name)}${say('colon')}${this.shown(name, value)}`;
      list.append(item);
    }
    const row = document.createElement('div');
    row.className = 'button-row';
    row.append(
      this.button('visitTakeOver', () => this.apply(fields)),
      this.button('visitLetGo', () => remove('texts', this.id)),
    );
    place.replaceChildren(title, list, row);
    place.hidden = false;
  }

  button(words, act) {
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', className: 'btn', textContent: say(words) });
    button.addEventListener('click', async () => {
      await act();
      this.root.querySelector('[data-kept-here]').hidden = true;
      await this.changed();
    });
    return button;
  }

  label(name) {
    const control = this.form.querySelector(`[name="${CSS.escape(name)}"]`);
    const legend = control?.closest('fieldset.point, fieldset.field')?.querySelector('legend');
    const own = control?.getAttribute('aria-label') ?? control?.labels?.[0]?.textContent;
    return (control?.type === 'radio' ? legend?.firstChild?.textContent : own)?.trim() ?? name;
  }

  shown(name, value) {
    const chosen = this.form.querySelector(`[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`);
    return chosen?.type === 'radio' ? chosen.closest('label').textContent.trim() : value;
  }

  /** Sends it now; returns whether the office has it. */
  async send() {
    for (let tries = 0; this.version !== this.done && tries < 3; tries += 1) {
      if (!(await saveNow(this.form))) return false; // typed on meanwhile: once more
    }
    return this.version === this.done;
  }
}
