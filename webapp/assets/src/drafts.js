// Drafts save themselves; leaving with unsaved changes asks first.

import { csrfToken, say } from './words.js';

const REST = 1500; // milliseconds without a change before a draft is saved

const drafts = new WeakMap();

/** `data-guard="unsaved"`: the page answered with what was typed before, which nobody has saved. */
function draftOf(form) {
  const changed = form.dataset.guard === 'unsaved';
  if (!drafts.has(form)) drafts.set(form, { changed, saving: false, timer: 0, sent: false });
  return drafts.get(form);
}

function show(form, text) {
  for (const place of form.querySelectorAll('[data-save-state]')) place.textContent = text;
}

/** What the form holds, without files: those go with the form itself. */
export function contents(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) {
    if (value instanceof File) data.delete(name);
  }
  return data;
}

const clock = () => new Date().toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false });

/** What happened to a draft, for whoever keeps it besides (visit/texts.js). */
const tell = (form, what, detail = {}) => form.dispatchEvent(new CustomEvent(`draft:${what}`, { detail }));

/** The draft that the page went on from: a newer one is not written over. Empty where the page does not say. */
function baseOf(form) {
  const base = form.closest('[data-draft-base]')?.dataset.draftBase;
  return base === undefined ? {} : { 'X-Draft-Base': base };
}

/** Posts the draft. The answer may say {"saved_at": "09:41"}; a redirect means we were signed out. */
async function save(form, leaving = false) {
  const draft = draftOf(form);
  if (draft.saving || !draft.changed || draft.sent) return;
  Object.assign(draft, { saving: true, changed: false });
  if (!leaving) show(form, say('saving'));
  tell(form, 'saving');
  try {
    if (!navigator.onLine) throw new Error('no network');
    const answer = await fetch(form.dataset.autosaveUrl, {
      method: 'POST',
      body: contents(form),
      headers: { 'X-CSRFToken': csrfToken(), 'X-Autosave': '1', Accept: 'application/json', ...baseOf(form) },
      keepalive: leaving,
    });
    const told = answer.headers.get('Content-Type')?.includes('json') ? await answer.json() : {};
    if (told.message && !told.saved_at) {
      // Refused for a reason that trying again does not mend (the task is done, the text too long).
      show(form, told.message);
      tell(form, 'refused', told);
      return;
    }
    if (!answer.ok || answer.redirected) throw new Error(`draft not saved: ${answer.status}`);
    show(form, say('saved', { time: told.saved_at ?? clock() }));
    tell(form, 'saved', told);
    for (const id of told.put_right ?? []) clearMessages(id);
    const summary = document.querySelector('.error-summary');
    if (told.put_right?.length && summary) summary.querySelector('h2').lastChild.textContent = told.left;
  } catch (error) {
    draft.changed = true;
    show(form, say('saveFailed'));
    console[navigator.onLine ? 'warn' : 'info'](error);
    tell(form, 'failed');
    return;
  } finally {
    draft.saving = false;
  }
  if (draft.changed) plan(form);
}

/** Posts the draft now; answers whether it is kept. */
export async function saveNow(form) {
  const draft = draftOf(form);
  if (draft.sent) return false;
  clearTimeout(draft.timer);
  draft.changed = true;
  return new Promise((done) => {
    const answered = (kept) => {
      for (const what of ['saved', 'refused', 'failed']) form.removeEventListener(`draft:${what}`, listeners[what]);
      done(kept);
    };
    const listeners = { saved: () => answered(true), refused: () => answered(false), failed: () => answered(false) };
    for (const what of Object.keys(listeners)) form.addEventListener(`draft:${what}`, listeners[what]);
    save(form);
  });
}

/** What was wrong with a field is put right: its messages go, and its line of the summary above. */
function clearMessages(id) {
  for (const link of document.querySelectorAll(`.error-summary a[href="#${CSS.escape(id)}"]`)) link.closest('li').remove();
  const summary = document.querySelector('.error-summary');
  if (summary && !summary.querySelector('li')) summary.remove();
  const field = document.getElementById(id)?.closest('.field');
  if (!field?.classList.contains('has-error')) return;
  field.classList.remove('has-error');
  for (const message of field.querySelectorAll('.field-error')) message.remove();
  for (const control of field.querySelectorAll('[aria-invalid]')) control.removeAttribute('aria-invalid');
}

/** What was typed so far is kept by somebody else (visit/texts.js): leaving loses nothing. */
export function keptElsewhere(form) {
  draftOf(form).kept = true;
}

/** A page shown because the office did not answer: the office's own page sends what was typed on it. */
const onKeptPage = (form) => form.closest('[data-kept-at]') !== null;

function plan(form) {
  const draft = draftOf(form);
  clearTimeout(draft.timer);
  draft.timer = setTimeout(() => save(form), REST);
}

function onChange({ target }) {
  const form = target.form ?? target.closest?.('form');
  if (!form?.matches('[data-autosave-url], [data-guard]')) return;
  Object.assign(draftOf(form), { changed: true, kept: false });
  if (form.dataset.autosaveUrl && !onKeptPage(form)) plan(form);
}

export function watchDrafts() {
  document.addEventListener('input', onChange);
  document.addEventListener('change', onChange);
  document.addEventListener('submit', ({ target, submitter, defaultPrevented }) => {
    // What opens beside the page (a preview) leaves the page as it is.
    if (!defaultPrevented && submitter?.formTarget !== '_blank') draftOf(target).sent = true;
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'hidden') return;
    for (const form of document.querySelectorAll('form[data-autosave-url]')) if (!onKeptPage(form)) save(form, true);
  });
  window.addEventListener('beforeunload', (event) => {
    const forms = [...document.querySelectorAll('form[data-guard]')].map(draftOf);
    if (forms.some((draft) => (draft.changed || draft.saving) && !draft.sent && !draft.kept)) event.preventDefault();
  });
  window.addEventListener('pageshow', () => {
    for (const form of document.forms) draftOf(form).sent = false;
  });
}
