// The editor of forms in a working copy: form-js with the shared field dictionary beside it, saved by itself, checked
// by the server. The same file can be read and written as text; the list of findings is the accessible form.

import '@bpmn-io/form-js-viewer/dist/assets/form-js-base.css';
import '@bpmn-io/form-js-editor/dist/assets/form-js-editor-base.css';
import '@bpmn-io/form-js-editor/dist/assets/properties-panel.css';
import '@bpmn-io/form-js-editor/dist/assets/dragula.css';
import './styles/designer.css';
import './styles/form-editor.css';

import './editors/older-browsers.js';

import { firstFindings, listFindings, ways } from './editors/findings.js';
import { knownNames } from './editors/known-names.js';
import { speak } from './editors/said.js';
import { Saving, notOpened } from './editors/saving.js';
import { fetched } from './editors/source.js';
import { openWhenWide } from './editors/wide.js';
import { Dictionary } from './form-editor/dictionary.js';
import { markFields } from './form-editor/marks.js';
import { Moves } from './form-editor/moves.js';
import { cleaned, inexactNumber, walk, withoutGrid } from './form-editor/schema.js';
import { Terms } from './form-editor/terms.js';
import { say } from './words.js';

function goTo(editor, component) {
  const field = editor.get('formFieldRegistry').get(component.id);
  if (!field) return;
  editor.get('selection').set(field);
  document.querySelector(`.fjs-form-container [data-id="${CSS.escape(component.id)}"]`)?.scrollIntoView({ block: 'center' });
}

function showFindings(editor, said) {
  const named = new Map(walk(editor.getSchema().components).map(({ component, element }) => [element, component]));
  const find = (element) => ways(element).map((one) => named.get(one)).find(Boolean);
  const byId = new Map();
  const findings = said.findings.map((one) => {
    const component = find(one.element);
    if (!component) return one;
    byId.set(component.id, [...(byId.get(component.id) ?? []), one]);
    return { ...one, name: component.label || component.dateLabel || component.text?.slice(0, 20) || one.element };
  });
  markFields(byId);
  listFindings({ ...said, findings }, (element) => {
    const component = find(element);
    return component ? () => goTo(editor, component) : null;
  });
}

/** The form of the file; null, with words, where the editor would change what nobody asked it to, or cannot open it. */
function read(text) {
  const number = inexactNumber(text);
  if (number) {
    notOpened(say('formExact', { number }));
    return null;
  }
  try {
    return JSON.parse(text);
  } catch (fault) {
    notOpened(say('formUnreadable', { reason: fault.message }));
    return null;
  }
}

async function open(mount) {
  const { language, src } = mount.dataset;
  if (language === 'zh') speak((await import('./form-editor/zh.js')).CHINESE);
  const [{ FormEditor }, text] = await Promise.all([import('@bpmn-io/form-js-editor'), fetched(src)]);
  const source = read(text);
  if (!source) return;
  const gridless = withoutGrid(source);
  const editor = new FormEditor({ container: mount, propertiesPanel: { parent: '#designer-properties' } });
  editor.withKnownNames = (names) => [...new Set([...names, ...knownNames().map(({ name }) => name)])];
  try {
    await editor.importSchema(source);
  } catch (fault) {
    editor.destroy();
    notOpened(say('formUnreadable', { reason: fault.message }));
    return;
  }
  const saving = new Saving(mount, {
    text: () => `${JSON.stringify(cleaned(editor.getSchema(), gridless, source), null, 2)}\n`,
    shown: (said) => showFindings(editor, said),
  });
  const dictionary = new Dictionary(editor);
  const terms = new Terms(editor);
  const moves = new Moves(editor, mount);
  showFindings(editor, firstFindings());
  editor.on('commandStack.changed', ({ trigger }) => {
    if (trigger === 'clear') return;
    saving.changed();
    dictionary.draw();
    terms.refresh();
    moves.draw();
  });
  for (const [id, act] of [['designer-undo', 'undo'], ['designer-redo', 'redo']]) {
    document.getElementById(id).addEventListener('click', () => editor.get('commandStack')[act]());
  }
  document.getElementById('form-preview').addEventListener('click', async (event) => {
    if (!saving.dirty && !saving.running) return;
    event.preventDefault();
    const { href } = event.currentTarget;
    await saving.save();
    window.open(href, '_blank', 'noopener');
  });
  mount.dataset.ready = '';
  mount.editor = editor;
}

openWhenWide(document.querySelector('[data-form-editor]'), open, 'formFailed');
