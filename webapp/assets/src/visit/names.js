// What the page of a visit and its service worker call the things that they share.

/** The caches: pages of visits with the drafts that belong to them, and the built files that those pages load. */
export const PAGES = 'one-window-visit-pages';
export const ASSETS = 'one-window-visit-assets';
/** The header of a page that may be taken along: whose it is and until when ("17 2026-11-28T18:00:00+00:00"). */
export const TAKE_ALONG = 'X-Take-Along';
/** Beside a kept page: what the office has of its form, as JSON. */
export const DRAFT = '?kept-draft';
/** Built files: their name follows their content, so a kept one is never an old one. */
export const BUILT = /\/static\/dist\//;

/** Whose a kept page is, and the moment (ms) after which it is shown to nobody. */
export function taken(headers) {
  const [owner, until] = (headers.get(TAKE_ALONG) ?? '').split(' ');
  return { owner, until: Date.parse(until) };
}
