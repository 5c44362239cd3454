// Where one goes on after an act, and choices that a browser remembers.

import { announce } from './words.js';

const THEN = 'then-focus';

/** Gives the focus to what is not a control: a message, a panel. */
function read(element) {
  if (!element.matches('a, button, input, select, textarea, [tabindex]')) element.tabIndex = -1;
  element.focus({ preventScroll: element.matches('[data-said]') });
}

/** In this order: what is wrong, the place that the form named before it was sent, the address's, what was done. */
function goOn() {
  const then = sessionStorage.getItem(THEN);
  sessionStorage.removeItem(THEN);
  const said = document.querySelector('[data-said]');
  const named = document.getElementById(window.location.hash.slice(1));
  const place = document.querySelector('[data-focus]') ?? (then && document.querySelector(then)) ?? named ?? said;
  if (!place) return;
  read(place);
  if (said && place !== said) announce(said.textContent.trim());
  // The browser goes to the address's place when everything is loaded, and takes the focus away.
  if (named) window.addEventListener('load', () => read(place), { once: true });
}

/** A box whose state this browser keeps for all pages (data-remember names it). */
function remember(box) {
  const key = `remember-${box.dataset.remember}`;
  box.checked = localStorage.getItem(key) === 'yes';
  box.addEventListener('change', () => {
    if (box.checked) localStorage.setItem(key, 'yes');
    else localStorage.removeItem(key);
  });
}

/** Folded up on small screens, where they would push the list off the screen; the page itself comes with them so. */
function foldFilters({ matches }) {
  for (const filters of document.querySelectorAll('details[data-filters]')) {
    filters.open = !matches;
    filters.dataset.filters = 'fold'; // from here on they are shown as they are folded
  }
}

export function watchPlaces() {
  document.addEventListener('submit', ({ target, defaultPrevented }) => {
    if (!defaultPrevented && target.dataset.thenFocus) sessionStorage.setItem(THEN, target.dataset.thenFocus);
  });
  for (const box of document.querySelectorAll('input[data-remember]')) remember(box);
  const narrow = window.matchMedia('(max-width: 900px)');
  narrow.addEventListener('change', foldFilters);
  foldFilters(narrow);
  goOn();
}
