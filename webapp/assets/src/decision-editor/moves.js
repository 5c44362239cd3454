// Rules and columns of a decision table change places by keyboard and by menu too; the library has dragging alone.
// Alt with the up and down keys moves the rule in which the cursor is; the menu of a cell and of a column has the rest.

import { is, isInput } from 'dmn-js-shared/lib/util/ModelUtil';
import { createVNode } from 'inferno';

import { announce, say } from '../words.js';

const KEYS = { ArrowUp: -1, ArrowDown: 1 };

/** An entry as the library's own menu has them: its keys and its looks go by these classes. */
function entry(label, { name, hint, keys, possible, act }) {
  const said = hint ? [label, createVNode(1, 'kbd', 'context-menu-keys', hint, 0)] : label;
  return createVNode(1, 'div', `context-menu-group-entry ${possible ? '' : 'disabled'} context-menu-entry-${name}`, said, 0, {
    onClick: possible ? act : undefined, tabIndex: '-1', role: 'menuitem', 'aria-disabled': !possible, 'aria-keyshortcuts': keys,
  });
}

class Moves {
  static $inject = ['contextMenu', 'decisionTableContextMenu', 'elementRegistry', 'eventBus', 'modeling', 'renderer', 'rules', 'selection', 'sheet'];

  constructor(contextMenu, decisionTableContextMenu, elementRegistry, eventBus, modeling, renderer, rules, selection, sheet) {
    Object.assign(this, { contextMenu, elementRegistry, modeling, rules, selection, sheet });
    const others = decisionTableContextMenu._getEntries;
    decisionTableContextMenu._getEntries = (context) => {
      const entries = others(context);
      const mine = entries && this.entriesFor(elementRegistry.get(context.id));
      return mine?.length ? [...entries, createVNode(1, 'div', 'context-menu-group', mine, 0, { role: 'presentation' })] : entries;
    };
    // Before the editor of an expression gets the key, which would change the order of its lines.
    const pressed = (event) => this.pressed(event);
    eventBus.on('attach', () => renderer.getContainer().addEventListener('keydown', pressed, true));
    eventBus.on('detach', () => renderer.getContainer().removeEventListener('keydown', pressed, true));
  }

  /** Whether a rule or column can go `by` places. */
  can(element, by) {
    const { rows, cols } = this.sheet.getRoot();
    if (is(element, 'dmn:DecisionRule')) return rows[rows.indexOf(element) + by] !== undefined;
    const index = cols.indexOf(element) + by;
    return index >= 0 && index < cols.length && this.rules.allowed('col.move', { col: element, index });
  }

  move(element, by) {
    if (!this.can(element, by)) {
      announce(say('decisionAtTheEnd'));
      return;
    }
    const { rows, cols } = this.sheet.getRoot();
    const isRule = is(element, 'dmn:DecisionRule');
    const selected = this.selection.get();
    const inTurn = isRule ? element.cells.indexOf(selected) : rows.findIndex(({ cells }) => cells.includes(selected));
    const to = (isRule ? rows : cols).indexOf(element) + by;
    if (isRule) this.modeling.moveRow(element, to);
    else this.modeling.moveCol(element, to);
    this.contextMenu.close();
    // The cell that had the cursor keeps it, wherever it stands now.
    const cell = isRule ? element.cells[Math.max(inTurn, 0)] : element.cells[inTurn];
    if (cell) requestAnimationFrame(() => this.select(cell));
    announce(say(isRule ? 'decisionRuleMoved' : 'decisionColumnMoved', { from: to - by + 1, to: to + 1 }));
  }

  select(cell) {
    this.selection.deselect();
    this.selection.select(cell);
  }

  pressed(event) {
    const by = event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey && KEYS[event.key];
    const place = by && event.target.closest('[data-row-id]');
    const rule = place && this.elementRegistry.get(place.dataset.rowId);
    if (!rule) return;
    event.preventDefault();
    event.stopPropagation();
    this.move(rule, by);
  }

  entriesFor(element) {
    const rule = element?.row ?? element;
    const way = (moved, by, name, hint, keys) => entry(say(`decision${name}`), {
      name: name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).slice(1), hint, keys, possible: this.can(moved, by), act: () => this.move(moved, by),
    });
    if (is(rule, 'dmn:DecisionRule')) {
      return [way(rule, -1, 'MoveRuleUp', 'Alt+↑', 'Alt+ArrowUp'), way(rule, 1, 'MoveRuleDown', 'Alt+↓', 'Alt+ArrowDown')];
    }
    const column = element?.col ?? element;
    if (!is(column, 'dmn:InputClause') && !is(column, 'dmn:OutputClause')) return [];
    const kind = isInput(column) ? 'Input' : 'Output';
    return [way(column, -1, `Move${kind}Left`), way(column, 1, `Move${kind}Right`)];
  }
}

export default { __init__: ['moves'], moves: ['type', Moves] };
