// The one form while the server works out a part of it: what is typed meanwhile stays, the caret where it was.

const edited = new Map(); // id of a control -> when a person last changed it
const asked = new WeakMap(); // a request -> when it went off, and the list whose rows it moves
let waiting = []; // what was typed since the request that is being answered
let told = 0; // when the server was last asked
let around = []; // ids of the control that has the focus and of what stands around it, from the inside out

const isForm = (form) => form?.matches('form[data-autosave-url]');

function onInput({ target }) {
  if (target.id && isForm(target.form)) edited.set(target.id, performance.now());
}

function onRequest({ detail: { ctx } }) {
  const { name, value } = ctx.sourceElement;
  const list = name === '_remove' ? value.slice(0, value.lastIndexOf('[')) : '';
  told = performance.now();
  asked.set(ctx, { at: told, list });
}

/** Before the answer comes in: what its makers could not know. Rows that are moved are not what they were. */
function onSwap({ detail: { ctx } }) {
  around = idsAround(document.activeElement);
  const { at, list } = asked.get(ctx) ?? {};
  waiting = [...edited]
    .filter(([, when]) => when > at)
    .map(([id]) => document.getElementById(id))
    .filter((control) => control && !(list && control.name.startsWith(`${list}[`)))
    .map((control) => ({
      id: control.id,
      value: control.value,
      checked: control.checked,
      caret: control.selectionStart ?? null,
    }));
}

function idsAround(element) {
  const ids = [];
  for (let at = element; at && !isForm(at); at = at.parentElement) if (at.id) ids.push(at.id);
  return ids;
}

/** The control that had the focus was taken away: what stood around it has it now, not the top of the page. */
function keepFocus() {
  if (document.activeElement !== document.body) return;
  const left = around.map((id) => document.getElementById(id)).find((element) => element);
  if (!left) return;
  if (left.tabIndex < 0) left.tabIndex = -1;
  left.focus({ preventScroll: true });
}

function onSettle() {
  keepFocus();
  for (const { id, value, checked, caret } of waiting) {
    const control = document.getElementById(id);
    if (!control || control.type === 'file') continue;
    if (control.type === 'checkbox' || control.type === 'radio') control.checked = checked;
    else if (control.value !== value) control.value = value;
    if (caret !== null && control === document.activeElement) control.setSelectionRange?.(caret, caret);
  }
  tellLate();
}

/** What was chosen while the answer took its place, and nobody listened yet: the server is asked for it now. */
function tellLate() {
  const isChosen = (control) => control && (control.type === 'checkbox' || control.type === 'radio' || control.tagName === 'SELECT');
  const late = [...edited].filter(([, when]) => when > told).map(([id]) => document.getElementById(id)).find(isChosen);
  late?.dispatchEvent(new Event('change', { bubbles: true }));
}

export function watchForms() {
  document.addEventListener('input', onInput);
  document.addEventListener('htmx:before:request', onRequest);
  document.addEventListener('htmx:before:swap', onSwap);
  document.addEventListener('htmx:after:settle', onSettle);
}
