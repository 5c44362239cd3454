// Keyboard work in lists and on a task. Single keys can be switched off in the help dialog (WCAG 2.1.4); the dialog
// lists what works on the page that is open.

import { openDialog } from './dialogs.js';
import { goTo, currentRow, step } from './rows.js';
import { announce, say } from './words.js';

const OFF = 'single-keys-off';
const CONTROLS = 'input:not([type="hidden"]), select, textarea';

function typing(target) {
  if (!(target instanceof HTMLElement)) return false;
  const box = target instanceof HTMLInputElement && ['checkbox', 'radio'].includes(target.type);
  return !box && (target.isContentEditable || target.matches('input, textarea, select'));
}

const one = (selector) => document.querySelector(selector);
const shown = (elements) => [...elements].find((element) => element.getClientRects().length > 0 && !element.matches(':disabled'));

function focusOn(element) {
  if (!element) return;
  element.scrollIntoView({ block: 'center' });
  element.focus();
}

/** The act's first control; where somebody has to claim first, that button; else the panel that says why not. */
function toAct() {
  const panel = one('#act');
  const control = shown(panel.querySelectorAll(`#act-form :is(${CONTROLS}), [data-claim]`));
  if (control) return focusOn(control);
  panel.tabIndex = -1;
  focusOn(panel);
}

/** The box of a new comment; it is fetched when the comments come into view. */
function toComments() {
  const part = one('#comments');
  part.scrollIntoView({ block: 'center' });
  const box = () => shown(part.querySelectorAll('textarea'));
  if (box()) return focusOn(box());
  const wait = new MutationObserver(() => {
    if (!box()) return;
    wait.disconnect();
    focusOn(box());
  });
  wait.observe(part, { childList: true, subtree: true });
}

function toSearch() {
  if (one('[data-search]')) return focusOn(one('[data-search]'));
  // From a task: the search of the list that one came from.
  const back = one('a[data-back]');
  window.location.assign(`${back.getAttribute('href')}#search`);
}

function claim(table) {
  const row = table && currentRow(table);
  const button = row ? row.querySelector('[data-claim]') : one('#act [data-claim]');
  button?.click();
}

/** Key -> where it works, and what it does with the page's list, if it has one. */
const KEYS = {
  j: ['table[data-keys]', (table) => step(table, 1)],
  k: ['table[data-keys]', (table) => step(table, -1)],
  Enter: ['table[data-keys]', (table) => currentRow(table)?.querySelector('a')?.click()],
  x: ['table[data-keys]', (table) => currentRow(table)?.querySelector('.select input')?.click()],
  c: ['table[data-keys], #act [data-claim]', claim],
  // What can be done with the ticked rows: first for whom, where that is chosen.
  b: ['[data-bulk]', () => one('[data-bulk]').querySelector('select, button').focus()],
  d: ['#act', toAct],
  m: ['#comments', toComments],
  n: ['a[data-next]', () => one('a[data-next]').click()],
  u: ['a[data-back]', () => one('a[data-back]').click()],
  '/': ['[data-search], #act', toSearch],
};

/** Ctrl+Enter: to the button that does what the form is for, and on that button: do it. A form that only asks or says
 *  something is sent at once. */
function send(event) {
  const within = event.target instanceof Element ? event.target : document.body;
  const form = within.closest('form') ?? one('#act-form') ?? one('main form:has(.btn-primary)');
  const button = form && shown(form.querySelectorAll('.btn-primary'));
  if (!button || button.getAttribute('aria-disabled')) return;
  event.preventDefault();
  if (form.id === 'act-form' && document.activeElement !== button) {
    focusOn(button);
    announce(say('pressAgain', { act: button.textContent.trim() }));
  } else {
    form.requestSubmit(button);
  }
}

/** Opens the help with the lines of this page alone. */
function help() {
  for (const line of document.querySelectorAll('#keyboard-help [data-works]')) {
    line.hidden = !one(line.dataset.works);
  }
  openDialog('keyboard-help');
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing || one('dialog[open]')) return;
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.altKey && !event.repeat) return void send(event);
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key !== 'Enter' && localStorage.getItem(OFF)) return;
  if (event.key === '?') {
    help();
  } else if (Object.hasOwn(KEYS, event.key) && one(KEYS[event.key][0])) {
    // Enter on a link or button is the browser's own.
    if (event.key === 'Enter' && event.target.closest('a, button, summary, input')) return;
    KEYS[event.key][1](one('table[data-keys]'));
  } else {
    return;
  }
  event.preventDefault();
}

export function watchKeys() {
  document.addEventListener('keydown', onKey);
  document.addEventListener('click', ({ target }) => {
    if (target instanceof Element && target.closest('[data-dialog-open="keyboard-help"]')) help();
  });
  const choice = document.getElementById('single-keys');
  if (!choice) return;
  choice.checked = !localStorage.getItem(OFF);
  choice.addEventListener('change', () => {
    if (choice.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, 'yes');
  });
}
