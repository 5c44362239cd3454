// What libraries without a hook for translation say: the build wraps their texts into `said` (build.mjs), and each
// editor gives the words of its libraries before they are loaded.

import { CHINESE as OF_FEEL } from './zh-feel.js';
import { CHINESE as MORE } from './zh-more.js';

const CHINESE = document.documentElement.lang.startsWith('zh');

/** Library text -> Chinese, of every library on the page. */
const words = { ...OF_FEEL, ...MORE };

export function speak(more) {
  Object.assign(words, more);
}

/** The text in the person's language, `{name}` places filled. */
export function said(text, values = {}) {
  const found = CHINESE ? words[text] ?? text : text;
  return found.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}
