// All Chinese words of the diagram editor: the libraries' own translation, then ours.

import zn from 'bpmn-js-i18n/translations/zn.js';

import { ZH } from './zh.js';
import { ELEMENTS } from './zh-elements.js';

/** "Call activity" in a menu is "Call Activity" in the panel: both have our word, whatever the library's is. */
const plain = (text) => text.toLowerCase().replaceAll('-', ' ');
const OF_KIND = new Map(Object.entries(ELEMENTS).map(([text, chinese]) => [plain(text), chinese]));
const inMenus = Object.fromEntries(Object.keys(zn).filter((text) => OF_KIND.has(plain(text))).map((text) => [text, OF_KIND.get(plain(text))]));

export const CHINESE = { ...zn, ...inMenus, ...ELEMENTS, ...ZH };
