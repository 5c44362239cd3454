// Naming a colleague with @ in a text box: a list below it, worked with the arrow keys, Enter, Tab and Escape.

import { say } from './words.js';

const REST = 150; // milliseconds without a key before the list is asked for
const CALLED = /(?:^|[^0-9A-Za-z_.])@([^\s@,，。；;：:、!！?？()（）<>《》"“”]{0,20})$/u;

let box = null; // the text box whose list is open
let list = null;
let timer = 0;
let asked = 0;

function close() {
  clearTimeout(timer);
  asked += 1;
  list?.remove();
  box?.removeAttribute('aria-activedescendant');
  box?.removeAttribute('aria-controls');
  box = null;
  list = null;
}

function typedName(area) {
  return area.selectionStart === area.selectionEnd ? CALLED.exec(area.value.slice(0, area.selectionStart))?.[1] : undefined;
}

function choose(option) {
  const area = box;
  const end = area.selectionStart;
  const begin = end - (typedName(area) ?? '').length;
  area.setRangeText(`${option.dataset.written} `, begin, end, 'end');
  area.dispatchEvent(new Event('input', { bubbles: true }));
  close();
  area.focus();
}

function mark(option) {
  for (const one of list.children) one.setAttribute('aria-selected', String(one === option));
  box.setAttribute('aria-activedescendant', option.id);
  option.scrollIntoView({ block: 'nearest' });
}

function open(area, people) {
  close();
  if (!people.length) return;
  box = area;
  list = document.createElement('ul');
  list.className = 'mention-list';
  list.id = 'mention-list';
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', say('mention'));
  people.forEach((person, place) => {
    const option = document.createElement('li');
    option.id = `mention-${place}`;
    option.setAttribute('role', 'option');
    option.dataset.written = person.written;
    const unit = document.createElement('span');
    unit.className = 'text-secondary small';
    unit.textContent = person.unit;
    option.append(person.written === person.name ? person.name : `${person.name} (${person.written})`, unit);
    option.addEventListener('mousedown', (event) => {
      event.preventDefault();
      choose(option);
    });
    list.append(option);
  });
  area.after(list);
  area.setAttribute('aria-controls', list.id);
  mark(list.firstElementChild);
  document.getElementById('announce').textContent = say('mentionFound', { count: people.length });
}

async function ask(area, name) {
  const turn = (asked += 1);
  const answer = await fetch(`${area.dataset.mention}?q=${encodeURIComponent(name)}`, { headers: { Accept: 'application/json' } });
  if (!answer.ok || answer.redirected) return;
  const { people } = await answer.json();
  if (turn === asked && document.activeElement === area) open(area, people);
}

function onInput({ target }) {
  if (!target.matches?.('textarea[data-mention]')) return;
  clearTimeout(timer);
  const name = typedName(target);
  if (name === undefined) {
    close();
    return;
  }
  timer = setTimeout(() => ask(target, name).catch((error) => console.warn(error)), REST);
}

function onKey(event) {
  if (!list || event.target !== box || event.isComposing) return;
  const current = list.querySelector('[aria-selected="true"]');
  const moves = { ArrowDown: current.nextElementSibling ?? list.firstElementChild, ArrowUp: current.previousElementSibling ?? list.lastElementChild };
  if (moves[event.key]) mark(moves[event.key]);
  else if (event.key === 'Enter' || event.key === 'Tab') choose(current);
  else if (event.key === 'Escape') close();
  else return;
  event.preventDefault();
}

export function watchMentions() {
  document.addEventListener('input', onInput);
  document.addEventListener('keydown', onKey);
  document.addEventListener('focusout', ({ target }) => target === box && close());
}
