// The variables that expressions of this bundle can read, as the editors of FEEL take them for completion.

let names = null;

/** [{name, detail, info}]; read once from the page. */
export function knownNames() {
  if (names === null) {
    const given = document.getElementById('designer-names');
    names = given
      ? JSON.parse(given.textContent).map(({ name, type, label }) => ({ name, detail: type, info: label }))
      : [];
  }
  return names;
}

/** These variables, and those of the bundle that are not among them. */
export function withKnownNames(variables) {
  const mine = new Set(variables.map(({ name }) => name));
  return [...variables, ...knownNames().filter(({ name }) => !mine.has(name))];
}
