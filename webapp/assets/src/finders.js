// A box above a long list of people or posts (_macros/finder.html): what is typed leaves those whom it finds.

import { reads, words } from './pinyin.js';
import { say } from './words.js';

const plain = (text) => text.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

function finds(typed, one) {
  if (!/^[a-z]+$/.test(typed)) return plain(one.textContent).includes(typed);
  return reads(typed, one.dataset.pinyin ?? '') || words(one.textContent).some((word) => word.startsWith(typed));
}

const choices = new WeakMap(); // list -> all that it offers

function narrow(box) {
  const list = document.getElementById(box.dataset.finder);
  const input = box.querySelector('input');
  if (!list || !input) return;
  if (!choices.has(list)) choices.set(list, [...list.children]);
  const typed = plain(input.value);
  const every = choices.get(list);
  const found = every.filter((one) => one.value !== '' && finds(typed, one));
  if (list instanceof HTMLSelectElement) {
    // Options that are hidden are shown all the same in some browsers: they are taken out. What is chosen stays.
    const chosen = list.value;
    list.replaceChildren(...every.filter((one) => one.value === '' || one.value === chosen || found.includes(one)));
    list.value = chosen;
  } else {
    for (const one of every) one.hidden = !found.includes(one) && !one.querySelector(':checked');
  }
  box.querySelector('[role="status"]').textContent = typed ? say('found', { count: found.length }) : '';
}

function prepare() {
  for (const box of document.querySelectorAll('[data-finder]')) {
    box.hidden = false;
    box.querySelector('button')?.remove(); // the list follows the typing
    if (box.querySelector('input').value) narrow(box);
  }
}

function onInput({ target }) {
  const box = target instanceof Element && target.closest('[data-finder]');
  if (box) narrow(box);
}

/** Enter would send the form around the list. */
function onKey(event) {
  if (event.key === 'Enter' && event.target instanceof Element && event.target.closest('[data-finder]')) event.preventDefault();
}

export function watchFinders() {
  prepare();
  document.addEventListener('input', onInput);
  document.addEventListener('keydown', onKey);
  document.addEventListener('htmx:after:swap', prepare);
}
