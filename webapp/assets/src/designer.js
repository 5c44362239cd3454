// The diagram editor of a working copy: bpmn-js with the panel of properties, saved by itself, checked by the server.
// Whatever is drawn here can also be read and written as text; the list of findings beside it is the accessible form.

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
import { firstFindings, gravest, listFindings } from './editors/findings.js';
import { Saving } from './editors/saving.js';
import { openWhenWide } from './editors/wide.js';
import { withPicture } from './lay-out.js';

const FONT = getComputedStyle(document.documentElement).getPropertyValue('--ow-font') || 'sans-serif';
const TEXT = { fontFamily: FONT, fontSize: 12, lineHeight: 1.3 };
const GLYPH = { error: '×', warning: '!', note: 'i' };
// Pixels at the left and above that the palette and the minimap's switch cover, and of air at the other sides.
const PALETTE = 125, SWITCH = 75, AIR = 20;

function badge({ severity, text }, count) {
  const mark = document.createElement('span');
  mark.className = `diagram-finding is-${severity}`;
  mark.textContent = count > 1 ? `${GLYPH[severity]} ${count}` : GLYPH[severity];
  mark.title = text;
  return mark;
}

/** Draws the findings on their elements and lists them beside the diagram. */
function showFindings(modeler, said) {
  const overlays = modeler.get('overlays');
  const registry = modeler.get('elementRegistry');
  overlays.remove({ type: 'finding' });
  const byElement = new Map();
  for (const one of said.findings) byElement.set(one.element, [...(byElement.get(one.element) ?? []), one]);
  for (const [id, ofElement] of byElement) {
    if (!registry.get(id)) continue;
    overlays.add(id, 'finding', { position: { top: -12, left: -12 }, html: badge(gravest(ofElement), ofElement.length) });
  }
  listFindings(said, (id) => (registry.get(id) ? () => goTo(modeler, id) : null));
}

function goTo(modeler, id) {
  const element = modeler.get('elementRegistry').get(id);
  modeler.get('selection').select(element);
  modeler.get('canvas').scrollToElement(element, 120);
}

async function fetched(src) {
  const answer = await fetch(src);
  if (!answer.ok) throw new Error(`${src}: ${answer.status}`);
  return answer.text();
}

/** The whole diagram beside the palette, never larger than drawn. */
function fit(canvas) {
  const { inner, outer } = canvas.viewbox();
  if (!inner.width || !inner.height) return;
  const across = (outer.width - PALETTE - AIR) / inner.width, down = (outer.height - SWITCH - AIR) / inner.height;
  const scale = Math.min(1, across, down);
  canvas.viewbox({
    x: inner.x - PALETTE / scale, y: inner.y - SWITCH / scale, width: outer.width / scale, height: outer.height / scale,
  });
}

async function open(mount) {
  const { language, src } = mount.dataset;
  const [{ Modeler, minimap, zeebe }, { default: panel }, words, source] = await Promise.all([
    import('./designer/drawing.js'), import('./designer/panel.js'), translation(language), fetched(src),
  ]);
  const modeler = new Modeler({
    container: mount,
    propertiesPanel: { parent: '#designer-properties' },
    moddleExtensions: { zeebe },
    textRenderer: { defaultStyle: TEXT, externalStyle: { ...TEXT, fontSize: 11, lineHeight: 1.2 } },
    additionalModules: [...panel, minimap, words],
  });
  const { xml, laidOut } = await withPicture(source);
  await modeler.importXML(xml);
  modeler.get('elementTemplatesLoader').setTemplates(elementTemplates(language));
  const canvas = modeler.get('canvas');
  fit(canvas);
  const saving = new Saving(mount, {
    text: async () => (await modeler.saveXML({ format: true })).xml,
    shown: (said) => showFindings(modeler, said),
  });
  showFindings(modeler, firstFindings());
  modeler.on('commandStack.changed', () => saving.changed());
  if (laidOut) saving.changed();
  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'f' && document.activeElement?.closest('.djs-container')) {
      event.preventDefault();
      modeler.get('searchPad').toggle();
    }
  });
  for (const [id, act] of [['designer-undo', 'undo'], ['designer-redo', 'redo']]) {
    document.getElementById(id).addEventListener('click', () => modeler.get('commandStack')[act]());
  }
  document.getElementById('designer-search')?.addEventListener('click', () => modeler.get('searchPad').toggle());
  mount.dataset.ready = '';
  // What has no Chinese yet; a test asks for it.
  mount.untranslated = missing;
  mount.modeler = modeler;
}

openWhenWide(document.querySelector('[data-designer]'), open, 'diagramFailed');
