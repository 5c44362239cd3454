// Lists that the keyboard walks through, and what they say to a screen reader where rows are shown as cards.

const OPENED = 'row-opened';
// The roles that a table loses in some browsers when its rows are laid out as cards.
const ROLES = { table: 'table', thead: 'rowgroup', tbody: 'rowgroup', tr: 'row', td: 'cell' };

const rowsOf = (table) => [...table.tBodies[0].rows].filter((row) => row.querySelector('a, [data-claim]'));

/** The row at which the keyboard is. */
export const currentRow = (table) => table.querySelector('tr[data-current]');

function mark(table, row) {
  for (const other of table.querySelectorAll('tr[data-current]')) delete other.dataset.current;
  row.dataset.current = '';
}

/** Makes `row` the current one, with the focus on its link. */
export function goTo(table, row) {
  mark(table, row);
  row.querySelector('a, [data-claim]').focus();
  row.scrollIntoView({ block: 'nearest' });
}

/** One row down or up. */
export function step(table, by) {
  const rows = rowsOf(table);
  if (!rows.length) return;
  const at = rows.indexOf(currentRow(table));
  goTo(table, rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)]);
}

function nameRoles() {
  for (const table of document.querySelectorAll('table.as-cards')) {
    for (const [name, role] of Object.entries(ROLES)) {
      for (const part of name === 'table' ? [table] : table.querySelectorAll(name)) part.setAttribute('role', role);
    }
    for (const head of table.querySelectorAll('th')) {
      head.setAttribute('role', head.scope === 'row' ? 'rowheader' : 'columnheader');
    }
  }
}

/** Remembers the row whose link or button is pressed, so that whoever comes back goes on from there. */
function onClick({ target }) {
  const row = target instanceof Element && target.closest('table[data-keys] tbody tr');
  if (!row?.id || !target.closest('a, button')) return;
  const at = rowsOf(row.closest('table')).indexOf(row);
  sessionStorage.setItem(OPENED, JSON.stringify({ id: row.id, at }));
}

/** Back from a task: at its row, or where it stood. A message that the page begins with is read first. */
function comeBack() {
  const table = document.querySelector('table[data-keys]');
  const kept = sessionStorage.getItem(OPENED);
  if (!table || !kept || !document.referrer.startsWith(`${window.location.origin}/tasks/`)) return;
  sessionStorage.removeItem(OPENED);
  const { id, at } = JSON.parse(kept);
  const rows = rowsOf(table);
  const row = rows.find((other) => other.id === id) ?? rows[Math.min(at, rows.length - 1)];
  if (!row) return;
  if (document.querySelector('[data-focus], [data-said]')) mark(table, row);
  else goTo(table, row);
}

export function watchRows() {
  document.addEventListener('click', onClick);
  document.addEventListener('htmx:after:swap', nameRoles);
  nameRoles();
  comeBack();
}
