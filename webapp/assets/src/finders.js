// A box above a long list of people or posts (_macros/finder.html): what is typed leaves those whom it finds.

import { say } from './words.js';

const plain = (text) => text.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
const words = (text) => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

/** As names are kept -> as it is typed as well. */
const ALSO_TYPED = { lve: 'lue', nve: 'nue' };

/** Whether letters read a name's pinyin, as webapp/search.py does: by syllables from any of them on, or by first letters. */
function reads(letters, pinyin) {
  const syllables = words(pinyin);
  if (syllables.map((one) => one[0]).join('').includes(letters)) return true;
  const read = new Set([0]); // so many of the letters, by syllables so far
  let justBefore = new Set([0]); // and by the one before (or none)
  for (const one of syllables) {
    const further = new Set([0]);
    for (const place of [...read]) {
      const rest = letters.slice(place);
      for (const written of [one, ALSO_TYPED[one] ?? one]) {
        if (written === rest || (justBefore.has(place) && written.startsWith(rest))) return true;
        if (rest.startsWith(written)) further.add(place + written.length);
      }
    }
    for (const place of further) read.add(place);
    justBefore = further;
  }
  return false;
}

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
