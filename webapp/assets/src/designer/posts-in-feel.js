// The office's posts inside of the texts of an expression, where it says who does the work: "drug.review" and, behind
// a comma, further ones. Found as in the list below the plain field.

import { found, knownPosts, written } from './known-posts.js';
import { FIELDS_OF_POSTS } from './templates.js';

const PARTS = /\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)|"((?:[^"\\]|\\[^])*)("|$)/g;

/** The text of an expression in which a place lies, without its quotes, as [from, to]; null outside of one. */
function textAt(expression, place) {
  for (const part of expression.matchAll(PARTS)) {
    if (part.index >= place) return null;
    const from = part.index + 1;
    const to = part[1] === undefined ? 0 : from + part[1].length;
    if (place <= to) return [from, to];
  }
  return null;
}

function completion(posts) {
  const all = posts.map(({ key, name, department }) => ({ label: key, detail: name, info: department, type: 'text' }));
  const options = new Map(posts.map((post, place) => [post, all[place]]));
  return ({ state, pos }) => {
    const expression = state.doc.toString();
    const inside = textAt(expression, pos);
    if (!inside) return null;
    const [start, end] = inside;
    const one = written(expression.slice(start, end), pos - start);
    const fits = found(posts, one.text).map((post) => options.get(post));
    return fits.length ? { from: start + one.from, to: start + one.to, options: fits, filter: false } : null;
  };
}

/** What completes posts in the field of this name; null where it names none. */
export function postsInFeel(field) {
  return FIELDS_OF_POSTS.has(field) ? completion(knownPosts()) : null;
}
