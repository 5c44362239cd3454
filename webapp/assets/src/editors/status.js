// How saving stands, for eyes and screen readers; the words come from the page.

import { say } from '../words.js';

export function status(key, values) {
  const line = document.getElementById('designer-status');
  line.textContent = say(key, values);
  line.dataset.state = key;
}
