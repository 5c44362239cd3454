// The variables that expressions of this bundle can read, as the editors of FEEL take them for completion.

let names = null;

const offered = ({ name, type, label, entries }) => (
  { name, detail: type, info: label || undefined, ...(entries && { entries: entries.map(offered) }) }
);

/** [{name, detail, info, entries: of a context the same again}]; read once from the page. */
export function knownNames() {
  if (names === null) {
    const given = document.getElementById('designer-names');
    names = given ? JSON.parse(given.textContent).map(offered) : [];
  }
  return names;
}

/** These variables, with what the bundle knows to be in them, and those of the bundle that are not among them. */
export function withKnownNames(variables) {
  const mine = new Set(variables.map(({ name }) => name));
  const entries = new Map(knownNames().map((one) => [one.name, one.entries]));
  const told = variables.map((one) => (entries.get(one.name) ? { entries: entries.get(one.name), ...one } : one));
  return [...told, ...knownNames().filter(({ name }) => !mine.has(name))];
}
