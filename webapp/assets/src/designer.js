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

import './editors/older-browsers.js';

import { hearWhatIsComposed } from './designer/composing.js';
import { offerPosts } from './designer/posts.js';
import { elementTemplates } from './designer/templates.js';
import { missing, translation } from './designer/translate.js';
import { firstFindings, gravest, listFindings, ways } from './editors/findings.js';
import { ReadPast, knownNamespaces } from './editors/read-past.js';
import { Saving, notOpened } from './editors/saving.js';
import { fetched } from './editors/source.js';
import { openWhenWide } from './editors/wide.js';
import { withPicture } from './lay-out.js';
import { say } from './words.js';

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
  const drawn = (element) => ways(element).find((id) => registry.get(id));
  for (const one of said.findings) {
    const id = drawn(one.element);
    if (id) byElement.set(id, [...(byElement.get(id) ?? []), one]);
  }
  for (const [id, ofElement] of byElement) {
    overlays.add(id, 'finding', { position: { top: -12, left: -12 }, html: badge(gravest(ofElement), ofElement.length) });
  }
  listFindings(said, (element) => (drawn(element) ? () => goTo(modeler, drawn(element)) : null));
}

function goTo(modeler, id) {
  const element = modeler.get('elementRegistry').get(id);
  const canvas = modeler.get('canvas');
  canvas.getContainer().scrollIntoView({ block: 'nearest' }); // the list stands below the diagram
  modeler.get('selection').select(element);
  canvas.scrollToElement(element, 120);
  canvas.focus();
}

/** What is scrolled into sight is not put below the palette or the minimap's switch. */
function keepClear(canvas) {
  const scroll = canvas.scrollToElement.bind(canvas);
  canvas.scrollToElement = (element, padding = {}) => {
    const sides = typeof padding === 'number' ? { top: padding, right: padding, bottom: padding } : padding;
    scroll(element, { ...sides, top: Math.max(sides.top ?? 0, SWITCH + AIR), left: PALETTE + AIR });
  };
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
  const imported = await modeler.importXML(xml);
  // What the editor does not know would be lost by saving (and has been by laying it out): such a file is not opened.
  const { warnings } = laidOut ? await modeler.get('moddle').fromXML(source) : imported;
  const unknown = warnings.filter(({ message }) => message.startsWith('unparsable content'));
  if (unknown.length) {
    notOpened(say('designerUnreadable', { reason: unknown.map(({ message }) => message.split('\n')[0]).join(say('designerComma')) }));
    modeler.destroy();
    return;
  }
  modeler.get('elementTemplatesLoader').setTemplates(elementTemplates(language));
  const canvas = modeler.get('canvas');
  fit(canvas);
  keepClear(canvas);
  const definitions = modeler.getDefinitions();
  const readPast = new ReadPast(source, definitions, knownNamespaces(definitions));
  const saving = new Saving(mount, {
    text: async () => readPast.into((await modeler.saveXML({ format: true })).xml),
    shown: (said) => showFindings(modeler, said),
  });
  showFindings(modeler, firstFindings());
  modeler.on('commandStack.changed', () => saving.changed());
  if (laidOut) saving.changed();
  hearWhatIsComposed();
  offerPosts();
  document.addEventListener('keydown', (event) => {
    // Where the drawing has the focus, the library has opened the search by now.
    if ((event.ctrlKey || event.metaKey) && event.key === 'f' && !event.defaultPrevented && document.activeElement?.closest('.djs-container')) {
      event.preventDefault();
      modeler.get('searchPad').toggle();
    }
  });
  for (const [id, act] of [['designer-undo', 'undo'], ['designer-redo', 'redo']]) {
    document.getElementById(id).addEventListener('click', () => modeler.get('commandStack')[act]());
  }
  document.getElementById('designer-search')?.addEventListener('click', (event) => {
    event.stopPropagation(); // a click that reaches the page closes the search that it opens
    modeler.get('searchPad').toggle();
  });
  mount.dataset.ready = '';
  // What has no Chinese yet; a test asks for it.
  mount.untranslated = missing;
  mount.modeler = modeler;
}

openWhenWide(document.querySelector('[data-designer]'), open, 'diagramFailed');
