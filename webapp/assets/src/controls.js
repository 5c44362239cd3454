// Small behaviours: printing, copying, ticking all rows, one act per press.

import { announce, say } from './words.js';

async function copy(button) {
  const source = button.dataset.copyFrom && document.querySelector(button.dataset.copyFrom);
  await navigator.clipboard.writeText(source ? source.value ?? source.textContent.trim() : button.dataset.copy);
  announce(say('copied'));
  button.title = say('copied');
}

function countTicked(form) {
  const ticked = form.querySelectorAll('tbody .select input:checked').length;
  for (const place of form.querySelectorAll('[data-select-count]')) place.textContent = ticked;
}

function onChange({ target }) {
  const form = target.closest('form') ?? document.body;
  if (target.matches('[data-select-all]')) {
    for (const box of target.closest('table').querySelectorAll('tbody .select input')) box.checked = target.checked;
  }
  if (target.closest('.select')) countTicked(form);
  for (const fold of form.querySelectorAll('details[data-opens-with]')) {
    if (fold.dataset.opensWith === `${target.name}=${target.value}`) fold.open = true;
  }
  if (form.matches('[data-submit-on-change]')) form.requestSubmit();
}

/** After the first press of a `data-once` form its buttons rest; a page shown again from history wakes them. */
function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || !form.matches('[data-once]') || event.submitter?.formTarget === '_blank') return;
  if (form.dataset.sent) return void event.preventDefault();
  form.dataset.sent = 'yes';
  for (const button of form.querySelectorAll('button')) button.setAttribute('aria-disabled', 'true');
}

function wake() {
  for (const form of document.querySelectorAll('form[data-sent]')) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll('[aria-disabled]')) button.removeAttribute('aria-disabled');
  }
}

function onClick(event) {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest('[data-print]')) window.print();
  const copying = target?.closest('[data-copy], [data-copy-from]');
  if (copying) copy(copying);
  const link = target?.closest('.error-summary a');
  const control = link && document.getElementById(link.hash.slice(1));
  if (control) {
    event.preventDefault();
    control.focus();
    control.scrollIntoView({ block: 'center' });
  }
}

export function watchControls() {
  document.addEventListener('click', onClick);
  document.addEventListener('change', onChange);
  document.addEventListener('submit', onSubmit);
  window.addEventListener('pageshow', wake);
  // A list that is brought up to date keeps its ticks; rows that went away are no longer among them.
  document.addEventListener('htmx:after:swap', () => countTicked(document.body));
}
