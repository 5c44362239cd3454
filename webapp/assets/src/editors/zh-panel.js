// The panel of properties hands its hook for translation to some of its parts only; the others fall back to this.

export const PANEL = {};

export const PATTERNS = [
  ['function translateFallback(template, replacements) {', 'function translateFallback(template, replacements) {\n  return __said(template, replacements);'],
];
