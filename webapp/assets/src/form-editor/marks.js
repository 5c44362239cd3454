// Marks of findings on the fields of the drawn form; by rules of style, since the editor draws its fields anew.

import { gravest } from '../editors/findings.js';
import { ownRules } from '../editors/own-rules.js';

const GLYPH = { error: '×', warning: '!', note: 'i' };
const COLOUR = { error: '#b42318', warning: '#8a4b00', note: '#1a56db' };

const sheet = ownRules();

/** `byId`: id of a component -> its findings. */
export function markFields(byId) {
  sheet.replaceSync([...byId].map(([id, findings]) => {
    const { severity } = gravest(findings);
    const at = `.fjs-form-container [data-id="${CSS.escape(id)}"]`;
    return `${at} { box-shadow: inset 3px 0 0 ${COLOUR[severity]}; }
      ${at}::after { content: "${GLYPH[severity]} ${findings.length > 1 ? findings.length : ''}"; position: absolute; top: 2px; right: 36px; z-index: 2; color: ${COLOUR[severity]}; font-weight: 700; }`;
  }).join('\n'));
}
