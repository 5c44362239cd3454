// The editor's own words in the person's language. What has no translation is shown in English and remembered, so
// that a test can ask for it.

import zn from 'bpmn-js-i18n/translations/zn.js';

import { ZH } from './zh.js';
import { ELEMENTS } from './zh-elements.js';

const CHINESE = { ...zn, ...ELEMENTS, ...ZH };

/** The texts that were asked for and have no translation. */
export const missing = new Set();

function filled(text, values) {
  return text.replace(/{([^}]+)}/g, (place, name) => (name in values ? values[name] : place));
}

/** A module for the editors of diagrams, in `language`. */
export function translation(language) {
  const translate = (text, values = {}) => {
    if (language !== 'zh' || !text) return filled(text ?? '', values);
    if (!(text in CHINESE) && /[a-z]{2}/i.test(text)) missing.add(text);
    return filled(CHINESE[text] ?? text, values);
  };
  return { translate: ['value', translate] };
}
