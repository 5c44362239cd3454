import htmx from 'htmx.org';

import { announce, csrfToken, say } from './words.js';

// A list that is brought up to date keeps the row that the keyboard is at.
htmx.config.morphIgnore.push('data-current');

document.addEventListener('htmx:config:request', ({ detail }) => {
  const { request } = detail.ctx;
  if (request.method !== 'GET') request.headers['X-CSRFToken'] = csrfToken();
});

// A request that never reached the server: the page stays as it is, and says so.
document.addEventListener('htmx:error', () => announce(say('requestFailed')));
