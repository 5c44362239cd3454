// The number of unread notices beside the bell: asked for after the page, at most twice a minute over all its pages.

const REST = 30_000; // milliseconds for which a number is good
const KEPT = 'onewindow-notices';

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT)) ?? {};
  } catch {
    return {}; // another page wrote what is no JSON: ask anew
  }
}

function show(bell, told) {
  bell.querySelector('[data-notice-number]').textContent = told.count ?? '';
  if (told.words) {
    bell.setAttribute('aria-label', told.words);
    bell.title = told.words;
  }
}

async function ask(bell) {
  const answer = await fetch(bell.dataset.noticeCount, { headers: { Accept: 'application/json' } });
  if (!answer.ok || answer.redirected) return; // signed out: the next page says so
  const told = { ...(await answer.json()), at: Date.now(), who: bell.dataset.noticeOf };
  sessionStorage.setItem(KEPT, JSON.stringify(told));
  show(bell, told);
}

function look(bell) {
  const told = kept();
  const ours = told.who === bell.dataset.noticeOf;
  if (ours) show(bell, told);
  const fresh = ours && Date.now() - told.at < REST && !location.pathname.startsWith('/notices');
  if (!fresh && document.visibilityState === 'visible') ask(bell).catch((error) => console.warn(error));
}

export function watchNotices() {
  const bell = document.querySelector('[data-notice-count]');
  if (!bell) return;
  look(bell);
  setInterval(() => look(bell), REST);
  document.addEventListener('submit', ({ target }) => {
    if (new URL(target.action, location).pathname.startsWith('/notices')) sessionStorage.removeItem(KEPT);
  });
  document.addEventListener('visibilitychange', () => look(bell));
}
