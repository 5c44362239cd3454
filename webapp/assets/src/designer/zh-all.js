// All Chinese words of the diagram editor: the libraries' own translation, then ours.

import zn from 'bpmn-js-i18n/translations/zn.js';

import { ZH } from './zh.js';
import { ELEMENTS } from './zh-elements.js';

export const CHINESE = { ...zn, ...ELEMENTS, ...ZH };
