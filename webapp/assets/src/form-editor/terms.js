// The office's own terms of a field: which items read it, and in which format an answer stands. They are kept in the
// component's `properties`, and the panel of properties knows nothing of them.

const READ = new Set(['textfield', 'textarea', 'number', 'datetime', 'checkbox', 'checklist', 'radio', 'select', 'taglist', 'filepicker', 'dynamiclist', 'group', 'expression']);

export class Terms {
  constructor(editor) {
    Object.assign(this, { editor, box: document.getElementById('form-terms'), field: null });
    this.box.addEventListener('change', () => this.keep());
    editor.on('selection.changed', ({ selection }) => this.show(selection));
  }

  get items() {
    return [...this.box.querySelectorAll('input[name="items"]')];
  }

  get format() {
    return this.box.querySelector('select');
  }

  show(field) {
    this.field = field && READ.has(field.type) ? field : null;
    this.box.hidden = !this.field;
    if (!this.field) return;
    const { items = '', format = '' } = field.properties ?? {};
    const named = new Set(items.split(',').map((one) => one.trim()).filter(Boolean));
    for (const box of this.items) box.checked = named.has(box.value);
    this.format.value = format;
    this.format.closest('.field').hidden = field.type !== 'textfield';
  }

  /** The editor makes another object of a field that was changed. */
  get current() {
    return this.field && this.editor.get('formFieldRegistry').get(this.field.id);
  }

  /** What was changed or undone elsewhere is shown. */
  refresh() {
    if (this.field) this.show(this.current);
  }

  keep() {
    const field = this.current;
    const properties = { ...field.properties };
    const items = this.items.filter(({ checked }) => checked).map(({ value }) => value).join(',');
    for (const [name, value] of [['items', items], ['format', field.type === 'textfield' ? this.format.value : '']]) {
      if (value) properties[name] = value;
      else delete properties[name];
    }
    this.editor.get('modeling').editFormField(field, 'properties', Object.keys(properties).length ? properties : undefined);
  }
}
