// A BPMN diagram to look at: where a case is, or what was found in an upload.
// The words beside it are the accessible form; nothing here can be reached only by the picture.

import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';

import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import './styles/diagram.css';

import { placeLabels } from './diagram-labels.js';
import { withPicture } from './lay-out.js';
import { say } from './words.js';

const FONT = getComputedStyle(document.documentElement).getPropertyValue('--ow-font') || 'sans-serif';
const LEAST_ZOOM = 0.7; // below it the labels cannot be read: rather show a part
const LOWEST = 220; // pixels of the frame's height
const HIGHEST = 960; // a diagram up to this height is shown whole: the page scrolls, not the picture
const MARGIN = 24;
const RANK = { error: 3, warning: 2, note: 1 };
const GLYPH = { error: '×', warning: '!', note: 'i' };

function embedded(mount, name) {
  const script = mount.querySelector(`script[data-${name}]`);
  return script ? JSON.parse(script.textContent) : null;
}

async function fetched(url, read) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer[read]();
}

/** Where the server does not know which flows were taken: those that must have been, from a finished element to one
that was reached, each its only way out or the other's only way in. */
function walked(registry, done, reached) {
  const flows = (all) => all.filter(({ type }) => type === 'bpmn:SequenceFlow');
  return registry.filter(({ type, source, target, waypoints }) => (
    waypoints && type === 'bpmn:SequenceFlow' && done.has(source?.id) && reached.has(target?.id)
    && (flows(source.outgoing).length === 1 || flows(target.incoming).length === 1)
  )).map(({ id }) => id);
}

function badge(className, text) {
  const element = document.createElement('span');
  element.className = className;
  element.textContent = text;
  return element;
}

/** Marks a case's state: {done, current, counts, flows}. Ids that this diagram does not have are left out. */
function markState(viewer, { done = [], current = [], counts = {}, flows = null }, counted) {
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  const taken = flows ?? walked(registry, new Set(done), new Set([...done, ...current]));
  const marks = { done: [...done, ...taken], current };
  for (const [mark, ids] of Object.entries(marks)) {
    for (const id of ids) {
      if (registry.get(id)) canvas.addMarker(id, `is-${mark}`);
    }
  }
  for (const [id, count] of Object.entries(counts)) {
    if (!registry.get(id)) continue;
    const html = badge('diagram-count', say(counted, { count }));
    viewer.get('overlays').add(id, { position: { top: -10, right: 24 }, html });
  }
}

/** Counts that lead to what they count: {element, count, incidents, label, href}. */
function markBadges(viewer, badges) {
  const registry = viewer.get('elementRegistry');
  for (const { element, count, incidents, label, href } of badges) {
    const shape = registry.get(element);
    if (!shape) continue;
    const link = document.createElement('a');
    Object.assign(link, { className: 'diagram-badge', href, title: label });
    if (count) link.append(badge('diagram-badge-count', count));
    if (incidents) link.append(badge('diagram-badge-incidents', `! ${incidents}`));
    link.setAttribute('aria-label', `${link.textContent} ${label}`);
    link.addEventListener('focus', () => { if (link.matches(':focus-visible')) centre(viewer, shape); });
    viewer.get('overlays').add(element, { position: { top: -12, right: 18 }, html: link });
    viewer.get('canvas').addMarker(element, incidents ? 'has-error' : 'is-current');
  }
}

function markEntry(entry) {
  for (const other of document.querySelectorAll('.findings [data-current]')) delete other.dataset.current;
  entry.dataset.current = '';
}

function goToEntry(target) {
  const entry = document.getElementById(target);
  if (!entry) return;
  markEntry(entry);
  entry.focus();
  entry.scrollIntoView({ block: 'nearest' });
}

/** One badge per element: the worst severity, how many; leads to the first of them in the list. */
function markFindings(viewer, findings) {
  const canvas = viewer.get('canvas');
  const byElement = Map.groupBy ? Map.groupBy(findings, ({ element }) => element) : new Map();
  if (!Map.groupBy) for (const f of findings) byElement.set(f.element, [...(byElement.get(f.element) ?? []), f]);
  for (const [id, ofElement] of byElement) {
    if (!viewer.get('elementRegistry').get(id)) continue;
    const [worst] = [...ofElement].sort((a, b) => RANK[b.severity] - RANK[a.severity]);
    const button = document.createElement('button');
    button.type = 'button';
    button.className = `diagram-finding is-${worst.severity}`;
    button.textContent = ofElement.length > 1 ? `${GLYPH[worst.severity]} ${ofElement.length}` : GLYPH[worst.severity];
    button.title = ofElement.map(({ severity, text }) => `${say(severity)} ${text}`).join('\n');
    button.setAttribute('aria-label', `${button.textContent} ${button.title}`);
    button.addEventListener('click', () => goToEntry(worst.target));
    viewer.get('overlays').add(id, { position: { top: -12, left: -12 }, html: button });
    canvas.addMarker(id, `has-${worst.severity}`);
  }
}

/** A part of the diagram around `element`, without showing emptiness beside the diagram. */
function centre(viewer, element) {
  const canvas = viewer.get('canvas');
  const { inner, x, y, width, height, scale } = canvas.viewbox();
  const middle = element.waypoints
    ? element.waypoints[Math.floor(element.waypoints.length / 2)]
    : { x: element.x + element.width / 2, y: element.y + element.height / 2 };
  const edge = MARGIN / scale;
  const within = (wanted, start, size, shown, now) => (
    size <= shown ? now : Math.min(Math.max(wanted - shown / 2, start - edge), start + size + edge - shown)
  );
  canvas.viewbox({
    x: within(middle.x, inner.x, inner.width, width, x),
    y: within(middle.y, inner.y, inner.height, height, y),
    width,
    height,
  });
}

/** From where to where the shapes reach whose middle is in the columns shown, without pools, lanes and frames. */
function column(viewer) {
  const { x, width } = viewer.get('canvas').viewbox();
  const shapes = viewer.get('elementRegistry').filter((one) => (
    one.parent && !one.waypoints && !one.labelTarget && one.x + one.width / 2 > x && one.x + one.width / 2 < x + width
    && !one.children?.some((child) => !child.waypoints && !child.labelTarget)
  ));
  if (!shapes.length) return null;
  return [Math.min(...shapes.map((one) => one.y)), Math.max(...shapes.map((one) => one.y + one.height))];
}

/** Up and down to what stands in the columns shown: sideways is how a part is looked through. */
function follow(viewer) {
  const canvas = viewer.get('canvas');
  const found = column(viewer);
  if (!found) return;
  const [top, bottom] = found;
  const { x, y, width, height, scale } = canvas.viewbox();
  const edge = MARGIN / scale;
  const middle = (top + bottom - height) / 2;
  const within = Math.min(Math.max(y, top - edge), bottom + edge - height);
  canvas.viewbox({ x, y: bottom - top + 2 * edge <= height ? middle : within, width, height });
}

/** No emptiness above and below a part: the frame is as high as what stands in its columns. */
function crop(viewer, mount, zoom) {
  const canvas = viewer.get('canvas');
  const found = column(viewer);
  if (!found) return;
  const wanted = (found[1] - found[0]) * zoom + 4 * MARGIN; // the words that it is a part stand below
  mount.style.height = `${Math.max(LOWEST, Math.min(wanted, canvas.viewbox().outer.height))}px`;
  const { x, y } = canvas.viewbox();
  canvas.resized();
  const frame = canvas.viewbox().outer;
  canvas.viewbox({ x, y, width: frame.width / zoom, height: frame.height / zoom });
  follow(viewer);
}

/** The whole diagram where it can be read, else a readable part around `focus`; the frame takes its height.

`whole`: all of it, however small. Returns whether all of it is shown. */
function fit(viewer, mount, focus, whole = false) {
  const canvas = viewer.get('canvas');
  const { inner, outer } = canvas.viewbox();
  const everything = Math.min(1, (outer.width - 2 * MARGIN) / inner.width);
  const zoom = whole ? everything : Math.max(everything, LEAST_ZOOM);
  const wanted = inner.height * zoom + 2 * MARGIN;
  mount.style.height = `${Math.min(Math.max(wanted, LOWEST), Math.max(window.innerHeight * 0.7, HIGHEST))}px`;
  canvas.resized();
  const frame = canvas.viewbox().outer;
  const [width, height] = [frame.width / zoom, frame.height / zoom];
  const edge = MARGIN / zoom;
  const start = (from, size, shown) => (size <= shown ? from - (shown - size) / 2 : from - edge);
  canvas.viewbox({
    x: start(inner.x, inner.width, width),
    y: start(inner.y, inner.height, height),
    width,
    height,
  });
  if (focus) centre(viewer, focus);
  if (zoom !== everything) crop(viewer, mount, zoom);
  return zoom === everything;
}

/** Where a part is shown, words say so and how to see the rest; the last of the tools changes between part and whole. */
function partNote(mount) {
  const note = document.createElement('p');
  note.className = 'diagram-part';
  note.textContent = say('diagramPart');
  mount.append(note);
  return note;
}

/** The window was resized or turned: what is shown is fitted to the frame's new width. */
function refitWithWidth(mount, refit) {
  let width = mount.clientWidth;
  new ResizeObserver(() => {
    if (mount.clientWidth === width || !mount.clientWidth) return;
    width = mount.clientWidth;
    refit();
  }).observe(mount);
}

function tools(mount, viewer, focus) {
  const note = partNote(mount);
  let wanted = false; // all of it, however small
  const refit = () => { note.hidden = fit(viewer, mount, focus, wanted); };
  const change = () => {
    wanted = !note.hidden || !wanted;
    refit();
  };
  refit();
  refitWithWidth(mount, refit);
  const bar = document.createElement('div');
  bar.className = 'diagram-tools';
  const acts = {
    zoomIn: ['+', () => viewer.get('zoomScroll').stepZoom(1)],
    zoomOut: ['−', () => viewer.get('zoomScroll').stepZoom(-1)],
    zoomFit: ['⤢', change],
  };
  for (const [act, [sign, run]] of Object.entries(acts)) {
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', className: 'btn btn-icon', textContent: sign, title: say(act) });
    button.setAttribute('aria-label', say(act));
    button.addEventListener('click', run);
    bar.append(button);
  }
  mount.append(bar);
}

/** A finger moves the picture sideways; up and down stays the page's (touch-action in the styles). */
function panByTouch(mount, viewer) {
  let last = null;
  mount.addEventListener('pointerdown', (event) => { last = event.pointerType === 'touch' ? event.clientX : null; });
  mount.addEventListener('pointermove', (event) => {
    if (last === null || event.pointerType !== 'touch') return;
    viewer.get('canvas').scroll({ dx: event.clientX - last, dy: 0 });
    follow(viewer);
    last = event.clientX;
  });
  for (const end of ['pointerup', 'pointercancel']) mount.addEventListener(end, () => { last = null; });
}

function zoomByWheel(mount, viewer) {
  mount.addEventListener('wheel', (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    viewer.get('zoomScroll').stepZoom(event.deltaY < 0 ? 1 : -1);
  }, { passive: false });
}

/** Entries of the findings list lead to their element in the picture. */
function followList(viewer, mount) {
  document.addEventListener('click', ({ target }) => {
    const entry = target instanceof Element && target.closest('.findings > li[data-element]');
    const element = entry && viewer.get('elementRegistry').get(entry.dataset.element);
    if (!element || target.closest('a')) return;
    markEntry(entry);
    centre(viewer, element);
    const canvas = viewer.get('canvas');
    for (const shown of viewer.get('elementRegistry').getAll()) canvas.removeMarker(shown.id, 'is-shown');
    canvas.addMarker(element.id, 'is-shown');
    mount.scrollIntoView({ block: 'nearest' });
  });
}

async function mountDiagram(mount) {
  const findings = embedded(mount, 'findings');
  const [xml, state] = await Promise.all([
    mount.dataset.src ? fetched(mount.dataset.src, 'text') : embedded(mount, 'source'),
    mount.dataset.stateUrl ? fetched(mount.dataset.stateUrl, 'json') : embedded(mount, 'state'),
  ]);
  const translated = !document.documentElement.lang.startsWith('zh');
  const text = { fontFamily: FONT, fontSize: translated ? 11 : 12, lineHeight: translated ? 1.15 : 1.3 };
  const viewer = new NavigatedViewer({
    container: mount,
    zoomScroll: { enabled: false },
    textRenderer: { defaultStyle: text, externalStyle: { ...text, fontSize: translated ? 10 : 11 } },
  });
  await viewer.importXML((await withPicture(xml)).xml);
  placeLabels(viewer, translated);
  if (state) markState(viewer, state, mount.dataset.counted || 'cases');
  if (state?.badges) markBadges(viewer, state.badges);
  if (findings) markFindings(viewer, findings);
  const registry = viewer.get('elementRegistry');
  const here = (ids) => ids?.find((id) => registry.get(id));
  // Where nothing is at work now, what was done last says where the case stands.
  const badged = state?.badges?.map(({ element }) => element);
  const focus = registry.get(here(state?.current) ?? here(badged) ?? here([...(state?.done ?? [])].reverse()) ?? findings?.[0]?.element ?? '');
  tools(mount, viewer, focus);
  panByTouch(mount, viewer);
  zoomByWheel(mount, viewer);
  if (findings) followList(viewer, mount);
  mount.dataset.ready = '';
  mount.dispatchEvent(new CustomEvent('diagram-ready', { detail: viewer, bubbles: true }));
}

for (const mount of document.querySelectorAll('[data-diagram]')) {
  mountDiagram(mount).catch((error) => {
    console[navigator.onLine ? 'warn' : 'info'](error);
    const note = document.createElement('p');
    note.className = 'diagram-failed';
    note.textContent = say('diagramFailed');
    mount.replaceChildren(note);
  });
}
