// The service worker of visit pages: it shows a kept page where the office does not answer, and never otherwise.
// Its scope is the folder of tasks. What it does not keep goes through it untouched (docs/decisions/0011).

import { ASSETS, BUILT, PAGES, TAKE_ALONG, taken } from './names.js';

/** The page of a task, which is all that may be kept. */
const TASK = /\/tasks\/\d+$/;
/** An answer that says that there is no such page for this person now; of one of 5xx the kept page outlives the fault. */
const GONE = new Set([401, 403, 404, 410]);

/** Where the page is told that it is a kept one. What people typed cannot look like it: its quotes are escaped. */
const MARKED = /data-site-visit data-task="\d+"/;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (TASK.test(pathname) && !search) event.respondWith(page(event, origin + pathname));
  } else if (BUILT.test(pathname)) {
    event.respondWith(built(request));
  }
});

/** A page that was opened before this worker was there asks to be kept, and waits for the answer. */
self.addEventListener('message', (event) => {
  const { origin, pathname } = new URL(event.data.keep);
  const asked = origin === self.location.origin && TASK.test(pathname) ? keep(origin + pathname) : Promise.resolve();
  event.waitUntil(asked.then(() => event.ports[0].postMessage('')));
});

async function page(event, url) {
  let answer;
  try {
    answer = await fetch(event.request);
  } catch (failure) {
    const kept = await keptPage(url);
    if (kept) return kept;
    throw failure;
  }
  event.waitUntil(store(url, answer.clone()));
  return answer;
}

async function keptPage(url) {
  const kept = await caches.match(url, { cacheName: PAGES });
  if (!kept || taken(kept.headers).until > Date.now()) return kept;
  await remove(url);
  return undefined;
}

async function keep(url) {
  try {
    await store(url, await fetch(url, { redirect: 'manual' }));
  } catch (failure) {
    console.info('not kept', failure);
  }
}

/** Keeps the page where the office says that it may be taken along; forgets it where it is there no longer. */
async function store(url, answer) {
  const ours = answer.ok && answer.headers.has(TAKE_ALONG);
  if (ours || answer.ok || answer.type === 'opaqueredirect' || GONE.has(answer.status)) await remove(url);
  if (!ours) return;
  const headers = new Headers(answer.headers);
  for (const name of ['Content-Encoding', 'Content-Length']) headers.delete(name);
  const text = (await answer.text()).replace(MARKED, `$& data-kept-at="${new Date().toISOString()}"`);
  const pages = await caches.open(PAGES);
  await pages.put(url, new Response(text, { headers }));
}

/** The page, and the draft beside it. */
async function remove(url) {
  if (!(await caches.has(PAGES))) return;
  const pages = await caches.open(PAGES);
  await pages.delete(url, { ignoreSearch: true });
}

async function built(request) {
  return (await caches.match(request.url, { cacheName: ASSETS })) ?? fetch(request);
}
