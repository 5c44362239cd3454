// What libraries of the editors ask of a browser and Chromium 109 lacks; tests/frontend/test_oldest_browsers.py finds it.

function lacking(owner, name, value) {
  if (!(name in owner)) Object.defineProperty(owner, name, { value, writable: true, configurable: true });
}

lacking(Array.prototype, 'toSorted', function toSorted(compare) {
  return [...this].sort(compare);
});

lacking(URL, 'canParse', (address, base) => {
  try {
    return Boolean(new URL(address, base));
  } catch {
    return false;
  }
});
