// An editor opens where there is room for it; on a phone the page offers the text instead.

import { status } from './status.js';

const WIDE = window.matchMedia('(min-width: 701px)');

/** Opens now, or as soon as the window is wide enough. `failed` names the words for what went wrong. */
export function openWhenWide(mount, open, failed) {
  if (!mount) return;
  const start = () => open(mount).catch((fault) => {
    console.warn(fault);
    status(failed);
  });
  if (WIDE.matches) {
    start();
    return;
  }
  WIDE.addEventListener('change', start, { once: true });
}
