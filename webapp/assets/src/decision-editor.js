// The editor of decision files in a working copy: dmn-js with its table, diagram and expression views, saved by itself,
// checked by the server. The same file can be read and written as text; the list of findings is the accessible form.

import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression-controls.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn.css';
import './styles/designer.css';
import './styles/decision-editor.css';

import './editors/older-browsers.js';

import { lendNotes, lendNotesAgain, returnNotes } from './decision-editor/annotations.js';
import { drawWhereMissing } from './decision-editor/picture.js';
import { markCells, nameCells, nameOf, placeOf, showCell } from './decision-editor/places.js';
import { Steps } from './decision-editor/steps.js';
import { missing, translationOf } from './designer/translate.js';
import { firstFindings, listFindings } from './editors/findings.js';
import { withKnownNames } from './editors/known-names.js';
import { ReadPast, knownNamespaces } from './editors/read-past.js';
import { Saving, notOpened } from './editors/saving.js';
import { fetched } from './editors/source.js';
import { openWhenWide } from './editors/wide.js';
import { say } from './words.js';

const TYPES = ['string', 'boolean', 'number', 'date', 'time', 'dateTime', 'dayTimeDuration', 'yearMonthDuration', 'list', 'context', 'Any'];
const OPENED = new Set(['dmn:DecisionTable', 'dmn:LiteralExpression']);

/** Pixels at the left and above that the palette and the file's name cover in the requirements diagram. */
const BESIDE = 90, BELOW = 125, AIR = 20;

/** Offers the bundle's names to every editor of FEEL. */
const moreNames = {
  __init__: ['moreNames'],
  moreNames: ['type', class {
    static $inject = ['variableResolver'];

    constructor(variableResolver) {
      variableResolver.registerProvider({ getVariables: (variables) => withKnownNames(variables) });
    }
  }],
};

/** Buttons for the views of the file, and words for decisions that no view can show. */
class Views {
  constructor(modeler) {
    Object.assign(this, { modeler, bar: document.getElementById('decision-views'), note: document.getElementById('decision-only-text') });
    modeler.on('views.changed', ({ activeView }) => {
      this.draw();
      const opened = activeView?.type === 'drd' && !this.isGraph;
      this.isGraph = activeView?.type === 'drd';
      if (opened) fit(modeler.getActiveViewer().get('canvas'));
    });
  }

  draw() {
    const active = this.modeler.getActiveView();
    const focused = this.bar.contains(document.activeElement) ? document.activeElement.dataset.view : null;
    this.bar.replaceChildren(...this.modeler.getViews().map((view) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'btn btn-sm';
      button.dataset.view = `${view.type} ${view.id}`;
      button.textContent = view.type === 'drd' ? say('decisionGraph') : view.name || view.id;
      button.setAttribute('aria-pressed', String(active?.element === view.element));
      button.addEventListener('click', () => this.modeler.open(view));
      return button;
    }));
    if (focused) this.bar.querySelector(`[data-view="${CSS.escape(focused)}"]`)?.focus();
    const closed = (this.modeler.getDefinitions()?.drgElement ?? [])
      .filter(({ decisionLogic }) => decisionLogic && !OPENED.has(decisionLogic.$type));
    this.note.hidden = closed.length === 0;
    this.note.textContent = say('decisionOnlyText', { names: closed.map(({ name, id }) => name || id).join(say('designerComma')) });
  }
}

/** The requirements diagram beside its palette and below the file's name, never larger than drawn. */
function fit(canvas) {
  const { inner, outer } = canvas.viewbox();
  if (!inner.width || !inner.height) return;
  const scale = Math.min(1, (outer.width - BESIDE - AIR) / inner.width, (outer.height - BELOW - AIR) / inner.height);
  canvas.viewbox({ x: inner.x - BESIDE / scale, y: inner.y - BELOW / scale, width: outer.width / scale, height: outer.height / scale });
}

async function goTo(modeler, { owner, element }) {
  const view = modeler.getView(owner);
  const drawn = modeler.getViews().find(({ type }) => type === 'drd');
  const wanted = view ?? drawn;
  if (!wanted) return;
  if (modeler.getActiveView() !== wanted) await modeler.open(wanted);
  if (wanted === view) {
    showCell(modeler._container, element.id);
    return;
  }
  const viewer = modeler.getActiveViewer();
  const shape = viewer.get('elementRegistry').get(owner.id);
  if (shape) viewer.get('selection').select(shape);
}

function showFindings(modeler, said) {
  const placed = said.findings.map((one) => [one, placeOf(modeler.getDefinitions(), one.element)]);
  markCells(placed.filter(([, place]) => place).map(([{ severity }, { element }]) => ({ id: element.id, severity })));
  const findings = placed.map(([one, place]) => (place ? { ...one, name: nameOf(place) } : one));
  listFindings({ ...said, findings }, (id) => {
    const place = placeOf(modeler.getDefinitions(), id);
    return place ? () => goTo(modeler, place) : null;
  });
}

/** Reads the file. What the editor does not know would be lost by saving: such a file is not opened. */
async function read(modeler, xml, types) {
  let unknown;
  try {
    ({ warnings: unknown } = await modeler.importXML(xml, { open: false }));
  } catch (fault) {
    notOpened(say('decisionUnreadable', { reason: fault.message }));
    return false;
  }
  if (unknown.length) {
    notOpened(say('decisionUnreadable', { reason: unknown.map(({ message }) => message.split('\n')[0]).join(say('designerComma')) }));
    return false;
  }
  const definitions = modeler.getDefinitions();
  types.push(...(definitions.itemDefinition ?? []).map(({ name }) => name).filter((name) => name && !types.includes(name)));
  lendNotes(definitions);
  drawWhereMissing(definitions);
  return true;
}

/** A text of one line stands in its cell's line, as people write it: a difference shows what changed. */
function compact(xml) {
  return xml.replaceAll(/>\n\s*(<text>[^\n]*<\/text>)\n\s*<\//g, '>$1</');
}

async function open(mount) {
  const { language, src } = mount.dataset;
  const [{ default: Modeler }, { default: moves }, words, xml] = await Promise.all([
    import('dmn-js/lib/Modeler'), import('./decision-editor/moves.js'), language === 'zh' ? import('./decision-editor/zh.js') : null, fetched(src),
  ]);
  const types = [...TYPES];
  const translation = translationOf(words?.CHINESE ?? null);
  const withNames = { additionalModules: [translation, moreNames] };
  const modeler = new Modeler({
    container: mount,
    common: { dataTypes: types },
    drd: { additionalModules: [translation] },
    decisionTable: { additionalModules: [translation, moreNames, moves] },
    literalExpression: withNames,
    boxedExpression: withNames,
  });
  const views = new Views(modeler);
  if (!(await read(modeler, xml, types))) return;
  const definitions = modeler.getDefinitions();
  const readPast = new ReadPast(xml, definitions, knownNamespaces(definitions));
  const saving = new Saving(mount, {
    text: async () => readPast.into(compact((await modeler.saveXML({ format: true })).xml)),
    shown: (said) => showFindings(modeler, said),
  });
  modeler.on('saveXML.start', ({ definitions }) => returnNotes(definitions));
  modeler.on('saveXML.done', () => lendNotesAgain(modeler.getDefinitions()));
  const steps = new Map();
  modeler.on('viewer.created', ({ viewer }) => {
    steps.set(viewer, new Steps(viewer));
    viewer.on('commandStack.changed', ({ trigger }) => {
      if (trigger !== 'clear') saving.changed();
    });
  });
  nameCells(mount, () => modeler.getDefinitions());
  const first = modeler.getViews().find(({ type }) => type !== 'drd') ?? modeler.getViews()[0];
  await modeler.open(first);
  views.draw();
  showFindings(modeler, firstFindings());
  for (const [id, act] of [['designer-undo', 'undo'], ['designer-redo', 'redo']]) {
    document.getElementById(id).addEventListener('click', () => steps.get(modeler.getActiveViewer())?.[act]());
  }
  mount.dataset.ready = '';
  // What has no Chinese yet; a test asks for it.
  mount.untranslated = missing;
  mount.modeler = modeler;
}

openWhenWide(document.querySelector('[data-decision-editor]'), open, 'decisionFailed');
