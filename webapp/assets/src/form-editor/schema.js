// A form's file as the editor gets and gives it: only what a person changed is changed.

/** A number of the file that JavaScript would change; null where there is none. */
export function inexactNumber(text) {
  const outside = text.replaceAll(/"(?:\\.|[^"\\])*"/g, '""');
  const numbers = outside.match(/-?\d[\d.]*(?:[eE][+-]?\d+)?/g) ?? [];
  return numbers.find((one) => one.replaceAll(/[^\d]/g, '').replace(/^0+/, '').length > 15 || /e/i.test(one)) ?? null;
}

/** The components in the order of the form, with what the engine calls each: [{component, element}]. */
export function walk(components, path = '', place = '') {
  return (components ?? []).flatMap((component) => {
    const { type, id, key, path: own, components: inner } = component;
    if (type === 'group' || (type === 'dynamiclist' && component.isRepeating !== true)) {
      return [{ component, element: `${place}${id}` }, ...walk(inner, own ? `${path}${own}.` : path, place)];
    }
    if (type === 'dynamiclist') {
      const of = `${place}${path}${own ?? ''}`;
      return [{ component, element: of }, ...walk(inner, '', `${of}.`)];
    }
    return [{ component, element: place + (key ? path + key : id) }];
  });
}

/** The ids of containers in which no component has a place in the grid; "" is the form. */
export function withoutGrid(root) {
  const found = new Set();
  const visit = (id, components) => {
    if (!(components ?? []).some(({ layout }) => layout)) found.add(id);
    for (const one of components ?? []) if (one.components) visit(one.id, one.components);
  };
  visit('', root.components);
  return found;
}

const OBJECTS = ['conditional', 'validate', 'properties', 'appearance', 'layout'];
const ORDER = ['type', 'id', 'key', 'path', 'subtype', 'label', 'dateLabel', 'timeLabel', 'description'];
/** What the editor adds where the file is silent, and means the same. */
const IMPLIED = { showOutline: true };

/** Every component of the file by its id. */
function byId(components, found = new Map()) {
  for (const one of components ?? []) {
    found.set(one.id, one);
    byId(one.components, found);
  }
  return found;
}

const isEmpty = (name, value) => value === undefined || value === null
  || (OBJECTS.includes(name) && Object.values(value).every((one) => one === undefined || one === ''));

/** A component with its attributes in the order of the file, new ones after them, nothing that says nothing. */
function tidied(component, before) {
  const names = [...new Set([...Object.keys(before ?? {}), ...ORDER, ...Object.keys(component)])]
    .filter((name) => name !== 'components' && name in component && !isEmpty(name, component[name]))
    .filter((name) => !(before && name in IMPLIED && !(name in before) && component[name] === IMPLIED[name]));
  const made = Object.fromEntries(names.map((name) => [name, component[name]]));
  return component.components ? { ...made, components: component.components } : made;
}

/**
 * What is saved. The editor gives every component a row of its own; where the file had no grid and nobody put two
 * fields side by side, there is none afterwards: what has no grid is filled as it comes (docs/forms.md).
 */
export function cleaned(schema, gridless, source) {
  const before = byId(source.components);
  const container = (id, components) => {
    const rows = components.map(({ layout }) => layout?.row);
    const plain = new Set(rows).size === rows.length && components.every(({ layout }) => !layout?.columns);
    return components.map((one) => {
      const inner = one.components ? { ...one, components: container(one.id, one.components) } : { ...one };
      if (plain && gridless.has(id)) delete inner.layout;
      return tidied(inner, before.get(one.id));
    });
  };
  const names = [...new Set([...Object.keys(source), ...Object.keys(schema)])].filter((name) => schema[name] !== undefined);
  const ordered = Object.fromEntries(names.map((name) => [name, schema[name]]));
  return { ...ordered, components: container('', schema.components ?? []) };
}
