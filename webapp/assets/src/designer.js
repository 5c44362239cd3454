// The diagram editor of a working copy: bpmn-js with the panel of properties, saved by itself, checked by the server.
// Whatever is drawn here can also be read and written as text; the list of findings beside it is the accessible form.

import Modeler from 'bpmn-js/lib/Modeler';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, ZeebePropertiesProviderModule } from 'bpmn-js-properties-panel';
import { CloudElementTemplatesPropertiesProviderModule } from 'bpmn-js-element-templates';
import { CreateAppendAnythingModule, CreateAppendElementTemplatesModule } from 'bpmn-js-create-append-anything';
import ZeebeBehaviors from 'camunda-bpmn-js-behaviors/lib/camunda-cloud';
import minimap from 'diagram-js-minimap';
import zeebe from 'zeebe-bpmn-moddle/resources/zeebe.json';
import { layoutProcess } from 'bpmn-auto-layout';

import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import '@bpmn-io/properties-panel/dist/assets/properties-panel.css';
import 'bpmn-js-element-templates/dist/assets/element-templates.css';
import 'diagram-js-minimap/assets/diagram-js-minimap.css';
import './styles/diagram.css';
import './styles/designer.css';

import { elementTemplates } from './designer/templates.js';
import { missing, translation } from './designer/translate.js';
import { announce, csrfToken, say } from './words.js';

const QUIET = 1200; // milliseconds without a change before what was drawn is saved
const FONT = getComputedStyle(document.documentElement).getPropertyValue('--ow-font') || 'sans-serif';
const TEXT = { fontFamily: FONT, fontSize: 12, lineHeight: 1.3 };
const GLYPH = { error: '×', warning: '!', note: 'i' };
const RANK = { error: 3, warning: 2, note: 1 };
const PALETTE = 100; // pixels that the palette covers at the left

/** Says how saving stands, for eyes and screen readers. */
function status(key, values) {
  const line = document.getElementById('designer-status');
  line.textContent = say(key, values);
  line.dataset.state = key;
}

function badge({ severity, text }, count) {
  const mark = document.createElement('span');
  mark.className = `diagram-finding is-${severity}`;
  mark.textContent = count > 1 ? `${GLYPH[severity]} ${count}` : GLYPH[severity];
  mark.title = text;
  return mark;
}

/** Draws the findings on their elements and lists them beside the diagram. */
function showFindings(modeler, { findings, errors, warnings }) {
  const overlays = modeler.get('overlays');
  const registry = modeler.get('elementRegistry');
  overlays.remove({ type: 'finding' });
  const byElement = new Map();
  for (const one of findings) byElement.set(one.element, [...(byElement.get(one.element) ?? []), one]);
  for (const [id, ofElement] of byElement) {
    if (!registry.get(id)) continue;
    const worst = [...ofElement].sort((a, b) => RANK[b.severity] - RANK[a.severity])[0];
    overlays.add(id, 'finding', { position: { top: -12, left: -12 }, html: badge(worst, ofElement.length) });
  }
  const list = document.getElementById('designer-findings');
  list.replaceChildren(...findings.map((one) => entry(modeler, one)));
  document.getElementById('designer-counts').textContent = say('designerCounts', { errors, warnings });
}

function entry(modeler, { element, severity, text, remedy, name }) {
  const item = document.createElement('li');
  const known = element && modeler.get('elementRegistry').get(element);
  const head = document.createElement(known ? 'button' : 'span');
  head.className = `designer-finding is-${severity}`;
  head.textContent = `${say(severity)}  ${name || element || ''}  ${text}`;
  if (known) {
    head.type = 'button';
    head.addEventListener('click', () => goTo(modeler, element));
  }
  const rest = document.createElement('span');
  rest.className = 'd-block text-secondary';
  rest.textContent = remedy;
  item.append(head, rest);
  return item;
}

function goTo(modeler, id) {
  const element = modeler.get('elementRegistry').get(id);
  modeler.get('selection').select(element);
  modeler.get('canvas').scrollToElement(element, 120);
}

/** Saves what was drawn over the content that the page was opened with. */
class Saving {
  constructor(mount, modeler) {
    Object.assign(this, { mount, modeler, base: mount.dataset.digest, timer: null, running: null, dirty: false, stopped: false });
  }

  changed() {
    if (this.stopped) return;
    this.dirty = true;
    status('designerChanged');
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), QUIET);
  }

  /** One save at a time; what changed meanwhile follows. */
  async save() {
    clearTimeout(this.timer);
    if (this.running) return this.running;
    if (!this.dirty || this.stopped) return undefined;
    this.dirty = false;
    status('saving');
    this.running = this.send().finally(() => { this.running = null; });
    await this.running;
    return this.dirty ? this.save() : undefined;
  }

  async send() {
    try {
      const { xml } = await this.modeler.saveXML({ format: true });
      const body = new URLSearchParams({ csrf_token: csrfToken(), text: xml, base: this.base });
      const answer = await fetch(this.mount.dataset.save, { method: 'POST', body });
      const said = await answer.json();
      if (answer.ok) {
        this.base = said.digest;
        showFindings(this.modeler, said);
        status('designerSaved', { time: new Date().toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }) });
      } else {
        this.refused(said.error);
      }
    } catch {
      this.dirty = true;
      status('designerNotSaved');
      this.timer = setTimeout(() => this.save(), 5 * QUIET);
    }
  }

  /** Somebody saved meanwhile, or the file is refused: nothing more is sent; what was drawn can be taken along. */
  refused(text) {
    this.stopped = true;
    this.dirty = true;
    const box = document.getElementById('designer-refused');
    box.querySelector('[data-text]').textContent = text;
    box.hidden = false;
    announce(text);
    status('designerStopped');
  }
}

/** What was drawn as a file of its own. */
async function takeAlong(modeler, name) {
  const { xml } = await modeler.saveXML({ format: true });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([xml], { type: 'application/xml' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** A file without a picture is laid out; lanes are not drawn by that. */
async function withPicture(xml) {
  return /<(\w+:)?BPMNShape\b/.test(xml) ? { xml, laidOut: false } : { xml: await layoutProcess(xml), laidOut: true };
}

function watchKeys(modeler, saving) {
  document.addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey)) return;
    if (event.key === 's') {
      event.preventDefault();
      saving.save();
    } else if (event.key === 'f' && document.activeElement?.closest('.djs-container')) {
      event.preventDefault();
      modeler.get('searchPad').toggle();
    }
  });
}

async function open(mount) {
  const { language, src, name } = mount.dataset;
  const modeler = new Modeler({
    container: mount,
    propertiesPanel: { parent: '#designer-properties' },
    moddleExtensions: { zeebe },
    textRenderer: { defaultStyle: TEXT, externalStyle: { ...TEXT, fontSize: 11, lineHeight: 1.2 } },
    additionalModules: [
      BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, ZeebePropertiesProviderModule,
      CloudElementTemplatesPropertiesProviderModule, CreateAppendAnythingModule, CreateAppendElementTemplatesModule,
      ZeebeBehaviors, minimap, translation(language),
    ],
  });
  const answer = await fetch(src);
  if (!answer.ok) throw new Error(`${src}: ${answer.status}`);
  const { xml, laidOut } = await withPicture(await answer.text());
  await modeler.importXML(xml);
  modeler.get('elementTemplatesLoader').setTemplates(elementTemplates(language));
  const canvas = modeler.get('canvas');
  canvas.zoom('fit-viewport');
  const box = canvas.viewbox();
  canvas.viewbox({ ...box, x: box.x - PALETTE / box.scale, width: box.width + PALETTE / box.scale });
  const saving = new Saving(mount, modeler);
  showFindings(modeler, JSON.parse(document.getElementById('designer-first').textContent));
  modeler.on('commandStack.changed', () => saving.changed());
  if (laidOut) saving.changed();
  watchKeys(modeler, saving);
  document.getElementById('designer-save').addEventListener('click', () => saving.save());
  document.getElementById('designer-take').addEventListener('click', () => takeAlong(modeler, name));
  for (const [id, act] of [['designer-undo', 'undo'], ['designer-redo', 'redo']]) {
    document.getElementById(id).addEventListener('click', () => modeler.get('commandStack')[act]());
  }
  window.addEventListener('beforeunload', (event) => {
    if (saving.dirty || saving.running) event.preventDefault();
  });
  mount.dataset.ready = '';
  // What has no Chinese yet; a test asks for it.
  mount.untranslated = missing;
  mount.modeler = modeler;
}

const mount = document.querySelector('[data-designer]');
if (mount) open(mount).catch(() => status('diagramFailed'));
