// Where in the file an element of a finding stands, and its marks in the table.

import { ways } from '../editors/findings.js';
import { ownRules } from '../editors/own-rules.js';
import { say } from '../words.js';

const GLYPH = { error: '×', warning: '!', note: 'i' };
const COLOUR = { error: '#b42318', warning: '#8a4b00', note: '#1a56db' };
const CONTAINED = ['decisionLogic', 'encapsulatedLogic', 'variable', 'input', 'output', 'rule', 'inputEntry', 'outputEntry', 'inputExpression', 'inputValues', 'outputValues', 'expression', 'formalParameter', 'informationRequirement', 'knowledgeRequirement', 'authorityRequirement', 'contextEntry', 'value', 'binding', 'row'];

/** {owner, element}: the decision or the like that holds what a finding means; null where nothing does. */
export function placeOf(definitions, wanted) {
  for (const id of ways(wanted)) {
    for (const owner of definitions.drgElement ?? []) {
      const element = held(owner, id);
      if (element) return { owner, element };
    }
  }
  return null;
}

function held(owner, id) {
  const waiting = [owner];
  while (waiting.length) {
    const element = waiting.pop();
    if (element.id === id) return element;
    for (const name of CONTAINED) {
      const inside = element[name];
      if (Array.isArray(inside)) waiting.push(...inside.filter((one) => one?.$type));
      else if (inside?.$type) waiting.push(inside);
    }
  }
  return null;
}

/** What a person calls the place: "规则 3 · 事项". */
export function nameOf({ owner, element }) {
  const table = owner.decisionLogic;
  if (table?.$type !== 'dmn:DecisionTable') return owner.name || owner.id;
  const rule = element.$type === 'dmn:DecisionRule' ? element : element.$parent;
  const row = (table.rule ?? []).indexOf(rule);
  const column = columnOf(table, rule, element);
  const parts = [row >= 0 ? say('decisionRule', { number: row + 1 }) : '', column].filter(Boolean);
  return parts.length ? parts.join(' · ') : owner.name || owner.id;
}

function columnOf(table, rule, element) {
  const labels = [...(table.input ?? []), ...(table.output ?? [])];
  const cells = [...(rule?.inputEntry ?? []), ...(rule?.outputEntry ?? [])];
  const column = labels.find((one) => one === element || one.inputExpression === element) ?? labels[cells.indexOf(element)];
  return column?.label || column?.name || column?.inputExpression?.text || '';
}

const sheet = ownRules();

/** Marks rows, cells and columns ([{id, severity}]) by rules of style: the table draws its cells anew as it likes. */
export function markCells(findings) {
  const worst = new Map();
  for (const { id, severity } of findings) {
    if (!worst.has(id) || severity === 'error') worst.set(id, severity);
  }
  const rules = [...worst].map(([id, severity]) => {
    const quoted = CSS.escape(id);
    const at = `.dmn-decision-table-container :is(:is(td, th)[data-element-id="${quoted}"], th[data-col-id="${quoted}"])`;
    const colour = COLOUR[severity];
    return `${at} { box-shadow: inset 0 0 0 2px ${colour}; position: relative; }
      ${at}::after { content: "${GLYPH[severity]}"; position: absolute; top: 0; right: 2px; color: ${colour}; font-weight: 700; }`;
  });
  sheet.replaceSync(rules.join('\n'));
}

/** Brings a cell or row into sight and puts the cursor there. */
export function showCell(container, id) {
  const at = CSS.escape(id);
  const cell = container.querySelector(`[data-element-id="${at}"]`) ?? container.querySelector(`[data-row-id="${at}"]`) ?? container.querySelector(`[data-col-id="${at}"]`);
  if (!cell) return;
  cell.scrollIntoView({ block: 'center', inline: 'center' });
  (cell.querySelector('[contenteditable="true"], textarea, input') ?? cell).focus();
}

/** Says of a cell's text box, when it gets the focus, which rule and column it is; the library calls all alike. */
export function nameCells(container, definitions) {
  container.addEventListener('focus', ({ target }) => {
    const cell = target.closest?.('td[data-element-id]');
    const place = cell && target.getAttribute('role') === 'textbox' ? placeOf(definitions(), cell.dataset.elementId) : null;
    if (place && !cell.classList.contains('annotation')) target.setAttribute('aria-label', nameOf(place));
  }, true);
}
