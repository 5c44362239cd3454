// The office's posts as the page knows them, and which of them somebody means who types.

import { reads, words } from '../pinyin.js';

const COMMAS = /[,，、]/;
const lowered = (text) => text.normalize('NFKC').toLowerCase();

/** [{key, name, department, pinyin: of name and department}]; none on a page that knows no posts. */
export const knownPosts = () => JSON.parse(document.getElementById('designer-posts')?.textContent ?? '[]');

/** The posts that a text names, commas between. */
export const named = (text) => text.split(COMMAS).map((one) => one.trim());

/** The post at a place of such a text: from where to where it is written, and as what. */
export function written(text, place) {
  const before = text.slice(0, place).split(COMMAS).pop().length;
  const after = text.slice(place).split(COMMAS)[0].length;
  const [from, to] = [place - before, place + after];
  return { from, to, text: text.slice(from, to).trim() };
}

/** Whether a post has this word in key, name or department, or is read by it as pinyin. */
function has({ key, name, department, pinyin }, word) {
  if (lowered(`${key} ${name} ${department}`).includes(word)) return true;
  return /^[a-z]+$/.test(word) && pinyin.some((one) => reads(word, one));
}

/** Whether key or name begin with this word, the name's pinyin as well. */
function begins({ key, name, pinyin: [pinyin] }, word) {
  const syllables = words(pinyin);
  const told = [lowered(key), lowered(name), syllables.join(''), syllables.map((one) => one[0]).join('')];
  return told.some((one) => one.startsWith(word));
}

/** The posts that have every word of `typed`; those whose key or name begins so come first. */
export function found(posts, typed) {
  const sought = lowered(typed).split(/\s+/).filter(Boolean);
  const fits = posts.filter((post) => sought.every((word) => has(post, word)));
  const first = (post) => sought.length > 0 && begins(post, sought[0]);
  return [...fits.filter(first), ...fits.filter((post) => !first(post))];
}
