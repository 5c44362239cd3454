// An XML file as text with the places of its elements and remarks: what is changed in it stays the only change.

const TOKEN = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[[\s\S]*?\]\]>|<![^>]*>|<\/[^>]*>|<([^\s/>]+)((?:"[^"]*"|'[^']*'|[^"'>])*)>/g;
const LAST_ON_LINE = /^(?:[^\S\n]|<!--[^\n]*?-->|<\?[^\n]*?\?>)*(?:\n|<\/|$)/;
/** Elements whose text tells them from their siblings; others are told by an attribute, or by their number. */
const BY_TEXT = new Set(['incoming', 'outgoing', 'flowNodeRef']);

export const localName = ({ name }) => name.split(':').at(-1);

function attribute(text, name) {
  return new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(text)?.slice(1).find((one) => one !== undefined) ?? '';
}

/** The document; its root stands in an element without name. A remark is a comment or a processing instruction. */
export function readText(xml) {
  const top = { name: '', attributes: '', from: 0, opened: 0, closing: xml.length, to: xml.length, children: [], parent: null };
  let inside = top;
  for (const { 0: token, 1: name, 2: attributes, index } of xml.matchAll(TOKEN)) {
    const to = index + token.length;
    if (token.startsWith('<!--') || (token.startsWith('<?') && !/^<\?xml\s/i.test(token))) {
      const former = inside.children.at(-1);
      const sameLine = former && !xml.slice(former.to, index).includes('\n') && (former.name || former.beside);
      const beside = Boolean(sameLine) && LAST_ON_LINE.test(xml.slice(to));
      inside.children.push({ remark: token.replaceAll('\r\n', '\n'), from: index, to, beside, parent: inside });
    } else if (token.startsWith('</')) {
      Object.assign(inside, { closing: index, to });
      inside = inside.parent;
    } else if (name) {
      const empty = attributes.endsWith('/');
      const made = { name, attributes, from: index, opened: to, closing: to, to, empty, children: [], parent: inside };
      inside.children.push(made);
      if (!empty) inside = made;
    }
  }
  return top;
}

/** Gives every element a key that it has in each version of the file; returns them by it. `renamed`: old id -> new. */
export function keyed(top, xml, renamed = new Map()) {
  const found = new Map([['', top]]);
  const waiting = [top];
  top.key = '';
  while (waiting.length) {
    const parent = waiting.pop();
    const counts = new Map();
    for (const one of parent.children) {
      if (!one.name) continue;
      one.id = parent === top ? '' : attribute(one.attributes, 'id');
      const local = localName(one);
      const told = BY_TEXT.has(local)
        ? xml.slice(one.opened, one.closing).trim()
        : ['target', 'name', 'key'].map((name) => attribute(one.attributes, name)).find(Boolean) ?? '';
      const plain = `${parent.key}/${local}(${told})`;
      counts.set(plain, (counts.get(plain) ?? 0) + 1);
      one.key = one.id ? `#${renamed.get(one.id) ?? one.id}` : parent === top ? '/' : `${plain}[${counts.get(plain)}]`;
      found.set(one.key, one);
      waiting.push(one);
    }
  }
  return found;
}

/** Prefix ("" where there is none) -> namespace, of what stands in an element. */
export function namespacesAt(element) {
  const around = [];
  for (let one = element; one; one = one.parent) around.unshift(one);
  const found = new Map();
  for (const { attributes } of around) {
    for (const [, prefix = '', quoted, single] of attributes.matchAll(/\sxmlns(?::([\w.-]+))?\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
      found.set(prefix, quoted ?? single);
    }
  }
  return found;
}

/** The namespace of an element, "" where it has none. */
export function namespaceOf(element) {
  const [prefix] = element.name.includes(':') ? element.name.split(':') : [''];
  return namespacesAt(element).get(prefix) ?? '';
}

/** The white space at the beginning of the line on which `at` stands; null where something else stands before it. */
export function indentAt(xml, at) {
  const line = xml.slice(xml.lastIndexOf('\n', at - 1) + 1, at);
  return /^\s*$/.test(line) ? line : null;
}

/** The text with every edit {at, cut, text} made; of two at one place the one that stands first comes first. */
export function edited(xml, edits) {
  let made = xml;
  for (const { at, cut, text } of [...edits].reverse().sort((a, b) => b.at - a.at)) {
    made = made.slice(0, at) + text + made.slice(at + cut);
  }
  return made;
}
