// The list of what the server found in the file; a click goes to the place in the editor.

import { say } from '../words.js';

const RANK = { error: 3, warning: 2, note: 1 };

/** The gravest of these findings. */
export function gravest(findings) {
  return [...findings].sort((a, b) => RANK[b.severity] - RANK[a.severity])[0];
}

/** `target(element)` gives what goes to the element, null where it cannot be shown. */
export function listFindings({ findings, errors, warnings }, target) {
  const list = document.getElementById('designer-findings');
  list.replaceChildren(...findings.map((one) => entry(one, one.element ? target(one.element) : null)));
  document.getElementById('designer-counts').textContent = say('designerCounts', { errors, warnings });
}

function entry({ element, severity, text, remedy, name, link }, go) {
  const item = document.createElement('li');
  const head = document.createElement(go ? 'button' : 'span');
  head.className = `designer-finding is-${severity}`;
  const place = name || element;
  head.textContent = `${say(severity)}  ${place ? place + say('colon') : ''}${text}`;
  if (go) {
    head.type = 'button';
    head.addEventListener('click', go);
  }
  const rest = document.createElement('span');
  rest.className = 'd-block text-secondary';
  rest.textContent = remedy;
  if (link) {
    const way = document.createElement('a');
    way.className = 'btn btn-sm ms-2';
    way.href = link.url;
    way.textContent = link.text;
    rest.append(way);
  }
  item.append(head, rest);
  return item;
}

/** What was found when the page was made. */
export function firstFindings() {
  return JSON.parse(document.getElementById('designer-first').textContent);
}

/** What a finding may mean by its element: the element, or one of whose text it speaks ("credit_code.label"). */
export function ways(element) {
  const parts = (element ?? '').split('.');
  return parts.map((_, left) => parts.slice(0, parts.length - left).join('.')).filter(Boolean);
}
