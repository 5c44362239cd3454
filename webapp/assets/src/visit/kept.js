// A visit page taken along: it opens again without a network, with what the office had of it.

import { ASSETS, BUILT, DRAFT, PAGES, TAKE_ALONG, taken } from './names.js';
import { mark } from './store.js';

/** Browsers give a service worker to https (and to this machine) alone. */
const ABLE = 'serviceWorker' in navigator && 'caches' in self;
/** The worker that was there when the page was asked for has kept it, at the page's own address. */
const WAS_THERE = ABLE && navigator.serviceWorker.controller !== null;
const WORKER = /\/visit-worker\.js$/;

/** The address of the visit's page: after a refused act the browser shows another one. */
const here = () => new URL(document.querySelector('[data-site-visit]').dataset.page, location.href).href;

/** Keeps this page and what it loads; `address`: of the worker. Answers whether the page opens without a network. */
export async function takeAlong(address) {
  if (!ABLE || !address) return false;
  try {
    mark();
    await navigator.serviceWorker.register(address);
    const { active } = await navigator.serviceWorker.ready;
    if (!WAS_THERE || here() !== location.href.split('#')[0]) await asked(active);
    await keepBuilt();
    return Boolean(await caches.match(here(), { cacheName: PAGES }));
  } catch (error) {
    console.info('the page is not taken along', error);
    return false;
  }
}

/** The worker has not seen this page being asked for: it is told to keep it, and says when it has. */
function asked(worker) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((done) => {
    port1.onmessage = done;
    worker.postMessage({ keep: here() }, [port2]);
  });
}

async function keepBuilt() {
  if (document.readyState !== 'complete') {
    await new Promise((done) => { window.addEventListener('load', done, { once: true }); });
  }
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name.split('#')[0]);
  const files = new Set(loaded.filter((name) => name.startsWith(location.origin) && BUILT.test(name)));
  const cache = await caches.open(ASSETS);
  for (const file of files) if (!(await cache.match(file))) await cache.add(file);
}

/** What the office has of the form now, for the next opening without a network. */
export async function keepDraft(fields, base) {
  if (!ABLE || !(await caches.match(here(), { cacheName: PAGES }))) return;
  const pages = await caches.open(PAGES);
  await pages.put(here() + DRAFT, new Response(JSON.stringify({ fields, base })));
}

/** {fields, base}, or nothing. */
export async function keptDraft() {
  const kept = ABLE && (await caches.match(here() + DRAFT, { cacheName: PAGES }));
  return kept ? kept.json() : undefined;
}

/** This page is signed, or about to be: it is not to be opened from here any more. */
export async function letGo() {
  if (ABLE && (await caches.has(PAGES))) await (await caches.open(PAGES)).delete(here(), { ignoreSearch: true });
}

/** Whether the office answers. Nothing is read but a built file. */
export async function answers(address) {
  try {
    return (await fetch(address, { method: 'HEAD', cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}

/** Nothing of a page stays, nor the worker. */
export async function forgetPages() {
  if (!ABLE) return;
  for (const name of [PAGES, ASSETS]) await caches.delete(name);
  for (const one of await navigator.serviceWorker.getRegistrations()) {
    const worker = one.active ?? one.waiting ?? one.installing;
    if (worker && WORKER.test(new URL(worker.scriptURL).pathname)) await one.unregister();
  }
}

/** Removes pages that somebody else took along. */
export async function forgetPagesOfOthers(owner) {
  if (!ABLE || !(await caches.has(PAGES))) return;
  const pages = await caches.open(PAGES);
  for (const request of await pages.keys()) {
    const kept = await pages.match(request);
    if (kept.headers.has(TAKE_ALONG) && taken(kept.headers).owner !== owner) {
      await pages.delete(request, { ignoreSearch: true });
    }
  }
}
