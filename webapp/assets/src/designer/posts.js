// The office's posts below a field of the panel that names them: by click, typing or the arrow keys. The field stays
// free text: several posts with commas between, or an expression.

import { announce, say } from '../words.js';

import { found, knownPosts, named, written } from './known-posts.js';
import { FIELDS_OF_POSTS } from './templates.js';

// Pixels: between field and list, of air at the edges of the window, and of the list (as low as it may get below the field).
const GAP = 4, AIR = 8, TALLEST = 320, LOWEST = 180;

const atCaret = ({ value, selectionStart }) => written(value, selectionStart);

function line(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

class Posts {
  constructor(panel, list, posts) {
    Object.assign(this, { panel, list, posts, box: null });
    const listen = (type, act) => panel.addEventListener(type, (event) => this.isField(event.target) && act(event));
    listen('click', ({ target }) => this.open(target, ''));
    listen('input', (event) => !event.isComposing && this.follow(event.target));
    listen('compositionend', ({ target }) => this.follow(target));
    listen('focusout', () => this.close());
    // Before the panel and the drawing hear of them.
    panel.addEventListener('keydown', (event) => this.isField(event.target) && this.onKey(event), true);
    list.addEventListener('mousedown', (event) => {
      event.preventDefault(); // the field keeps the focus
      const option = event.target.closest('[role="option"]');
      if (option) this.choose(option);
    });
    const stay = () => this.box && (this.isInSight() ? this.place() : this.close());
    window.addEventListener('resize', stay);
    document.addEventListener('scroll', stay, true);
    // The panel draws its fields anew for every element.
    new MutationObserver(() => this.prepare()).observe(panel, { childList: true, subtree: true });
    this.prepare();
  }

  isField({ tagName, name }) {
    return tagName === 'INPUT' && FIELDS_OF_POSTS.has(name);
  }

  prepare() {
    if (this.box && !this.box.isConnected) this.close();
    for (const box of this.panel.querySelectorAll('input[type="text"]:not([role])')) {
      if (!this.isField(box)) continue;
      const roles = { role: 'combobox', 'aria-autocomplete': 'list', 'aria-controls': this.list.id, 'aria-expanded': 'false' };
      for (const [name, value] of Object.entries(roles)) box.setAttribute(name, value);
    }
  }

  /** While somebody types: the posts that fit; all of them where nothing is written yet. */
  follow(box) {
    if (box.value.startsWith('=')) this.close();
    else this.open(box, atCaret(box).text);
  }

  open(box, typed) {
    this.close();
    const shown = found(this.posts, typed);
    if (!shown.length) return;
    const chosen = new Set(named(box.value));
    this.box = box;
    this.list.replaceChildren(...shown.map(({ key, name, department }, place) => {
      const option = document.createElement('li');
      option.id = `${this.list.id}-${place}`;
      option.setAttribute('role', 'option');
      option.dataset.key = key;
      option.classList.toggle('is-named', chosen.has(key));
      option.append(line('b', name), line('code', key), line('small', department));
      return option;
    }));
    this.list.hidden = false;
    box.setAttribute('aria-expanded', 'true');
    this.place();
    const { text } = atCaret(box);
    this.mark(this.options().find(({ dataset }) => dataset.key === text) ?? (typed ? this.options()[0] : null));
    announce(say('found', { count: shown.length }));
  }

  options() {
    return [...this.list.children];
  }

  close() {
    if (!this.box) return;
    this.box.setAttribute('aria-expanded', 'false');
    this.box.removeAttribute('aria-activedescendant');
    this.box = null;
    this.list.hidden = true;
  }

  isInSight() {
    const { top, bottom } = this.box.getBoundingClientRect(), around = this.panel.getBoundingClientRect();
    return bottom > Math.max(around.top, 0) && top < Math.min(around.bottom, window.innerHeight);
  }

  /** Below the field, or above it where there is more room. */
  place() {
    const { left, top, bottom, width } = this.box.getBoundingClientRect();
    const above = top - AIR - GAP, below = window.innerHeight - bottom - AIR - GAP;
    const isBelow = below >= Math.min(above, this.list.scrollHeight, LOWEST);
    Object.assign(this.list.style, {
      left: `${left}px`, width: `${width}px`, maxHeight: `${Math.min(Math.max(isBelow ? below : above, 0), TALLEST)}px`,
      top: isBelow ? `${bottom + GAP}px` : 'auto', bottom: isBelow ? 'auto' : `${window.innerHeight - top + GAP}px`,
    });
  }

  current() {
    return this.options().find((one) => one.getAttribute('aria-selected') === 'true');
  }

  mark(option) {
    for (const one of this.options()) one.setAttribute('aria-selected', String(one === option));
    if (!option) return;
    this.box.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest' });
  }

  /** Puts the post in the place of what is written at the caret; the others stay. */
  choose({ dataset: { key } }) {
    const box = this.box;
    const { from, to } = atCaret(box);
    const [before, after] = [box.value.slice(0, from), box.value.slice(to)].map((one) => one.replaceAll(/[，、]/g, ','));
    box.value = `${before}${key}${after}`;
    box.setSelectionRange(from + key.length, from + key.length);
    box.dispatchEvent(new Event('input', { bubbles: true }));
    this.close();
  }

  onKey(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) this.step(event.target, moves[event.key]);
    else if (!this.box || !this.answers(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** One post down or up; a list that is closed is opened. */
  step(box, by) {
    if (!this.box) {
      this.open(box, '');
      return;
    }
    const options = this.options();
    const at = options.indexOf(this.current());
    this.mark(options.at(at < 0 && by < 0 ? -1 : (at + by) % options.length));
  }

  /** Whether the key was for the open list. */
  answers(key) {
    if (key === 'Escape') this.close();
    else if (key === 'Enter' && this.current()) this.choose(this.current());
    else {
      if (['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(key)) this.close(); // the caret goes to another post
      return false;
    }
    return true;
  }
}

/** The posts that the page knows, for the fields of the panel. */
export function offerPosts() {
  new Posts(document.getElementById('designer-properties'), document.getElementById('designer-post-list'), knownPosts());
}
