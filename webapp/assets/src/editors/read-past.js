// What the libraries of the editors read past, or write otherwise than it was, goes into what is saved: comments and
// processing instructions, before what followed them or behind what they stood behind on its line; and the elements of
// other tools, word for word. What somebody wrote inside an element that was deleted goes with it, and comes back when
// the deletion is undone.

import { edited, indentAt, keyed, localName, namespaceOf, namespacesAt, readText } from './xml-text.js';

const STEP = '  ';

/** Where a remark goes: {before}, {behind} or {within} an element of `there`; null where what it stood in is gone. */
function placeOf(remark, there) {
  const kept = (those) => those.map(({ key }) => key !== undefined && there.get(key)).find(Boolean);
  let inside = remark.parent;
  let index = inside.children.indexOf(remark);
  const former = inside.children.slice(0, index).findLast(({ name }) => name);
  const beside = remark.beside && former && kept([former]);
  if (beside) return { behind: beside, beside: true };
  for (;;) {
    const before = kept(inside.children.slice(index + 1));
    if (before) return { before };
    const behind = kept(inside.children.slice(0, index).reverse());
    if (behind) return { behind };
    const within = there.get(inside.key);
    if (within) return { within };
    if (inside.id) return null;
    index = inside.parent.children.indexOf(inside);
    inside = inside.parent;
  }
}

/** What is put into the text for remarks that go to one place. */
function editFor(xml, { before, behind, within, beside }, remarks) {
  if (before) {
    const indent = indentAt(xml, before.from);
    return { at: before.from, cut: 0, text: remarks.map((one) => (indent === null ? one : `${one}\n${indent}`)).join('') };
  }
  if (behind) {
    const indent = indentAt(xml, behind.from);
    const apart = beside || indent === null ? ' ' : `\n${indent}`;
    return { at: behind.to, cut: 0, text: remarks.map((one) => `${apart}${one}`).join('') };
  }
  const indent = indentAt(xml, within.from) ?? '';
  if (within.empty) {
    const lines = remarks.map((one) => `\n${indent}${STEP}${one}`).join('');
    const at = xml.slice(within.from, within.to - '/>'.length).trimEnd().length + within.from;
    return { at, cut: within.to - at, text: `>${lines}\n${indent}</${within.name}>` };
  }
  const inLine = indentAt(xml, within.closing) === null;
  return { at: within.closing, cut: 0, text: remarks.map((one) => (inLine ? one : `${STEP}${one}\n${indent}`)).join('') };
}

/** An element as it stood, with the namespaces that it took from around it and that are not set where it goes. */
function asItWas(source, element, place) {
  const text = source.slice(element.from, element.to);
  const [was, is] = [namespacesAt(element), namespacesAt(place.parent)];
  const declared = new Set([...element.attributes.matchAll(/\sxmlns(?::([\w.-]+))?\s*=/g)].map(([, prefix = '']) => prefix));
  const lacking = [...was].filter(([prefix, uri]) => !declared.has(prefix) && is.get(prefix) !== uri && (!prefix || text.includes(`${prefix}:`)));
  const start = 1 + element.name.length;
  const set = lacking.map(([prefix, uri]) => ` xmlns${prefix && `:${prefix}`}="${uri}"`).join('');
  return text.slice(0, start) + set + text.slice(start);
}

/** Every element of an editor's model that has an id, by it. */
function identified(definitions) {
  const found = new Map();
  const seen = new Set();
  const waiting = [definitions];
  while (waiting.length) {
    const one = waiting.pop();
    if (seen.has(one)) continue;
    seen.add(one);
    if (one.id) found.set(one.id, one);
    for (const value of Object.values(one)) {
      for (const inside of Array.isArray(value) ? value : [value]) if (inside?.$type) waiting.push(inside);
    }
  }
  return found;
}

export class ReadPast {
  /**
   * `source` is the file as the page was opened with, `definitions` what the editor's library read from it; `known`: the
   * namespaces that the library has a model of.
   */
  constructor(source, definitions, known) {
    Object.assign(this, { source, top: readText(source), remarks: [], foreign: [] });
    const waiting = [this.top];
    while (waiting.length) {
      const inside = waiting.pop();
      for (const one of inside.children) {
        if (one.remark) this.remarks.push(one);
        else if (inside.name && localName(inside) === 'extensionElements' && !known.has(namespaceOf(one))) this.foreign.push(one);
        else waiting.push(one);
      }
    }
    this.remarks.sort((a, b) => a.from - b.from);
    this.elements = this.remarks.length || this.foreign.length ? identified(definitions) : new Map();
  }

  /** `xml`, which the library wrote, with what it read past. */
  into(xml) {
    if (!this.remarks.length && !this.foreign.length) return xml;
    keyed(this.top, this.source, new Map([...this.elements].map(([id, element]) => [id, element.id ?? id])));
    const there = keyed(readText(xml), xml);
    return edited(xml, [...this.remarksIn(xml, there), ...this.foreignIn(there)]);
  }

  remarksIn(xml, there) {
    const places = new Map();
    for (const one of this.remarks) {
      const place = placeOf(one, there);
      if (!place) continue;
      const [[kind, element]] = Object.entries(place);
      const name = `${kind} ${Boolean(place.beside)} ${element.key}`;
      places.set(name, { place, remarks: [...(places.get(name)?.remarks ?? []), one.remark] });
    }
    return [...places.values()].map(({ place, remarks }) => editFor(xml, place, remarks));
  }

  foreignIn(there) {
    return this.foreign.map((one) => ({ one, place: there.get(one.key) })).filter(({ place }) => place)
      .map(({ one, place }) => ({ at: place.from, cut: place.to - place.from, text: asItWas(this.source, one, place) }));
  }
}

/** The namespaces that the model of `definitions` knows. */
export function knownNamespaces({ $model }) {
  return new Set($model.getPackages().map(({ uri }) => uri));
}
