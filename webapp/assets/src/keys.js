// Keyboard work in lists: j, k, Enter, c, x, b, /, ?. Single keys can be switched off in the help dialog (WCAG 2.1.4).

import { openDialog } from './dialogs.js';

const OFF = 'single-keys-off';

function typing(target) {
  if (!(target instanceof HTMLElement)) return false;
  const box = target instanceof HTMLInputElement && ['checkbox', 'radio'].includes(target.type);
  return !box && (target.isContentEditable || target.matches('input, textarea, select'));
}

const rowsOf = (table) => [...table.tBodies[0].rows].filter((row) => row.querySelector('a, [data-claim]'));
const currentRow = (table) => table.querySelector('tr[data-current]');

function goTo(table, row) {
  for (const other of table.querySelectorAll('tr[data-current]')) delete other.dataset.current;
  row.dataset.current = '';
  row.querySelector('a, [data-claim]').focus();
  row.scrollIntoView({ block: 'nearest' });
}

function step(table, by) {
  const rows = rowsOf(table);
  if (!rows.length) return;
  const at = rows.indexOf(currentRow(table));
  goTo(table, rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)]);
}

const inTable = {
  j: (table) => step(table, 1),
  k: (table) => step(table, -1),
  Enter: (table) => currentRow(table)?.querySelector('a')?.click(),
  c: (table) => currentRow(table)?.querySelector('[data-claim]')?.click(),
  x: (table) => currentRow(table)?.querySelector('.select input')?.click(),
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  if (document.querySelector('dialog[open]')) return;
  if (event.key !== 'Enter' && localStorage.getItem(OFF)) return;
  const table = document.querySelector('table[data-keys]');
  if (event.key === '?') {
    openDialog('keyboard-help');
  } else if (event.key === '/' && document.querySelector('[data-search]')) {
    document.querySelector('[data-search]').focus();
  } else if (event.key === 'b' && document.querySelector('[data-bulk]')) {
    // What can be done with the ticked rows: first for whom, where that is chosen.
    document.querySelector('[data-bulk]').querySelector('select, button').focus();
  } else if (table && Object.hasOwn(inTable, event.key)) {
    // Enter on a link or button is the browser's own.
    if (event.key === 'Enter' && event.target.closest('a, button, summary, input')) return;
    inTable[event.key](table);
  } else {
    return;
  }
  event.preventDefault();
}

export function watchKeys() {
  document.addEventListener('keydown', onKey);
  const choice = document.getElementById('single-keys');
  if (!choice) return;
  choice.checked = !localStorage.getItem(OFF);
  choice.addEventListener('change', () => {
    if (choice.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, 'yes');
  });
}
