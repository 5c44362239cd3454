// Signing out takes what a phone kept of site visits with it; what was not sent yet is asked about first.

import { forgetPages } from './kept.js';
import { forgetAll, mayHold, waiting } from './store.js';
import { say } from '../words.js';

async function signOut(form) {
  const unsent = await waiting();
  if (unsent && !window.confirm(say('unsentLost', { count: unsent }))) return;
  await forgetAll();
  await forgetPages();
  form.submit();
}

export function watchSignOut() {
  // The session is over: pages that were taken along are shown to nobody. What was not sent waits for its owner.
  if (mayHold() && document.querySelector('[data-signs-in]')) forgetPages();
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!form.matches('[data-sign-out]') || !mayHold()) return;
    event.preventDefault();
    signOut(form);
  });
}
