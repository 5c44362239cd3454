// Fields change their order by keyboard and button too; the library has dragging alone. A field goes past its neighbour,
// into a group that is next to it, and out of its own.

import { announce, say } from '../words.js';

const KEYS = { ArrowUp: -1, ArrowDown: 1 };
/** Containers that change no field's name: what stands in a list or under a path has another. */
const isOpen = ({ type, path }) => type === 'group' && !path;

export class Moves {
  constructor(editor, mount) {
    Object.assign(this, { editor, mount });
    this.buttons = [['form-up', -1], ['form-down', 1]].map(([id, by]) => ({ button: document.getElementById(id), by }));
    for (const { button, by } of this.buttons) button.addEventListener('click', () => this.move(by));
    mount.addEventListener('keydown', (event) => this.pressed(event), true);
    editor.on('selection.changed', () => this.draw());
    this.draw();
  }

  get field() {
    const selected = this.editor.get('selection').get();
    return selected && selected.type !== 'default' ? this.editor.get('formFieldRegistry').get(selected.id) : null;
  }

  /** Buttons for which there is nothing to move are off. */
  draw() {
    for (const { button, by } of this.buttons) button.disabled = !this.field || !this.placeFor(this.field, by);
  }

  /** {from, index, to, at}: out of which container and place, into which; null at the end of the form. */
  placeFor(field, by) {
    const registry = this.editor.get('formFieldRegistry');
    const from = registry.get(field._parent);
    const index = from.components.findIndex(({ id }) => id === field.id);
    const neighbour = from.components[index + by];
    if (neighbour && isOpen(neighbour) && field.type !== 'group') {
      return { from, index, to: registry.get(neighbour.id), at: by > 0 ? 0 : neighbour.components.length };
    }
    // The library takes the field out first: places behind it are one less then.
    if (neighbour) return { from, index, to: from, at: by > 0 ? index + 2 : index - 1 };
    if (!isOpen(from)) return null;
    const around = registry.get(from._parent);
    return { from, index, to: around, at: around.components.findIndex(({ id }) => id === from.id) + (by > 0 ? 1 : 0) };
  }

  move(by) {
    const { field } = this;
    if (!field) return;
    const place = this.placeFor(field, by);
    if (!place) {
      announce(say('formAtTheEnd'));
      return;
    }
    const { from, index, to, at } = place;
    const row = this.editor.get('formLayouter').getRowForField(field);
    const alone = from === to && row?.components.length === 1;
    this.editor.get('modeling').moveFormField(field, from, to, index, at, row, alone ? row : null);
    const moved = this.editor.get('formFieldRegistry').get(field.id);
    this.editor.get('selection').set(moved);
    const container = this.editor.get('formFieldRegistry').get(moved._parent);
    const number = container.components.findIndex(({ id }) => id === moved.id) + 1;
    announce(say(from === to || !container.label ? 'formMoved' : 'formMovedInto', { label: moved.label || moved.key || moved.id, number, group: container.label }));
    requestAnimationFrame(() => this.show(moved.id));
  }

  /** The field in sight, with the focus where that was in the form. */
  show(id) {
    const drawn = this.mount.querySelector(`.fjs-form-container [data-id="${CSS.escape(id)}"]`);
    if (!drawn) return;
    drawn.scrollIntoView({ block: 'nearest' });
    if (document.activeElement === document.body || this.mount.contains(document.activeElement)) drawn.focus({ preventScroll: true });
    this.draw();
  }

  pressed(event) {
    const by = event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey && KEYS[event.key];
    if (!by || !this.field || !event.target.closest('.fjs-form-container')) return;
    event.preventDefault();
    event.stopPropagation();
    this.move(by);
  }
}
