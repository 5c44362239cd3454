// Rules of style that an editor makes while it works: the policy forbids <style>, and libraries draw anew as they like.

/** {replaceSync}. A browser that cannot make style sheets (Safari before 16.4) shows no marks; the list has them all. */
export function ownRules() {
  if (!('adoptedStyleSheets' in document)) return { replaceSync() {} };
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return sheet;
}
