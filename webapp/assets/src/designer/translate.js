// The editor's own words in the person's language. What has no translation is shown in English and remembered, so
// that a test can ask for it.

import { speak } from '../editors/said.js';

/** The texts that were asked for and have no translation. */
export const missing = new Set();

function filled(text, values) {
  return text.replace(/{([^}]+)}/g, (place, name) => values[name.trim()] ?? place);
}

/** A module for editors of bpmn.io that say `words` in Chinese; in other languages what they say by themselves. */
export function translationOf(words) {
  const translate = (text, values = {}) => {
    if (!words || !text) return filled(text ?? '', values);
    if (!(text in words) && /[a-z]{2}/i.test(text) && !/[\u3400-\u9fff]/.test(text)) missing.add(text);
    return filled(words[text] ?? text, values);
  };
  return { translate: ['value', translate] };
}

/** A module for the editor of diagrams, in `language`; only its words are loaded. */
export async function translation(language) {
  const words = language === 'zh' ? (await import('./zh-all.js')).CHINESE : null;
  if (words) speak(words);
  return translationOf(words);
}
