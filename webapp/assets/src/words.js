// Words that scripts say come from the page (_components/script_words.html), in its language.

const source = document.getElementById('script-words');

/** The words of `key` with `{name}` places filled; empty where the page has none. */
export function say(key, values = {}) {
  const text = source?.dataset[key] ?? '';
  return text.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

/** Tells `text` to screen readers. */
export function announce(text) {
  const region = document.getElementById('announce');
  if (region) region.textContent = text;
}

/** Value of the page's CSRF token, for requests that scripts make. */
export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? '';
}
