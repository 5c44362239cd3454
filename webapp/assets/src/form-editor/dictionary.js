// The shared field dictionary beside the form: found by name, put into the form as declared.

import { announce, say } from '../words.js';

import { walk } from './schema.js';

/** Where a new field goes: after what is selected, into a selected group, else to the end of the last group. */
function targetOf(editor) {
  const registry = editor.get('formFieldRegistry');
  const root = registry.getAll().find(({ type }) => type === 'default');
  const selected = editor.get('selection').get();
  if (selected && selected.type !== 'default') {
    if (selected.components) return [selected, selected.components.length];
    const parent = registry.get(selected._parent);
    return [parent, parent.components.findIndex(({ id }) => id === selected.id) + 1];
  }
  const group = root.components.filter(({ type }) => type === 'group').at(-1) ?? root;
  return [group, group.components.length];
}

export class Dictionary {
  constructor(editor) {
    this.editor = editor;
    const given = document.getElementById('form-dictionary');
    this.fields = new Map((given ? JSON.parse(given.textContent) : []).map((one) => [one.key, one]));
    this.list = document.getElementById('form-fields');
    this.list?.addEventListener('click', (event) => {
      const button = event.target.closest('button[data-field]');
      if (button) this.insert(this.fields.get(button.dataset.field));
    });
    this.search = document.getElementById('form-fields-search');
    this.search?.addEventListener('input', () => this.filter());
    this.draw();
  }

  /** Fields that the form has are not offered again. */
  draw() {
    const taken = new Set(walk(this.editor.getSchema().components).map(({ component }) => component.key));
    for (const button of this.list?.querySelectorAll('button[data-field]') ?? []) {
      const has = taken.has(button.dataset.field);
      button.disabled = has;
      button.title = has ? say('formHave') : '';
    }
  }

  filter() {
    const wanted = this.search.value.trim().toLowerCase();
    let shown = 0;
    for (const item of this.list.querySelectorAll('li')) {
      item.hidden = wanted !== '' && !item.textContent.toLowerCase().includes(wanted);
      shown += item.hidden ? 0 : 1;
    }
    for (const group of this.list.querySelectorAll('[data-fields-of]')) group.hidden = !group.querySelector('li:not([hidden])');
    const none = document.getElementById('form-fields-none');
    none.textContent = shown ? '' : say('formNoFields');
  }

  insert({ content, label }) {
    const [target, index] = targetOf(this.editor);
    const registry = this.editor.get('formFieldRegistry');
    const { id, layout, ...attrs } = structuredClone(content);
    const field = this.editor.get('modeling').addFormField(registry.get(id) ? attrs : { id, ...attrs }, target, index);
    this.editor.get('selection').set(field);
    announce(say('formAsDeclared', { label }));
  }
}
