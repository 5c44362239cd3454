// A joint visit on a phone: nothing typed, ticked or photographed is lost without a network (docs/site-visit.md).

import { say } from './words.js';
import { Photos } from './visit/photos.js';
import { answers, forgetPagesOfOthers, letGo, takeAlong } from './visit/kept.js';
import { forgetOthers, mayHold } from './visit/store.js';
import { Texts } from './visit/texts.js';

const AGAIN = 20_000; // milliseconds between tries while something waits
const REST = 2_000; // milliseconds without a touch before a page is loaded anew

class SiteVisit {
  constructor(root) {
    this.root = root;
    this.form = root.querySelector('#act-form');
    this.state = root.querySelector('[data-network]');
    this.texts = new Texts(root, this.form, () => this.show());
    this.photos = new Photos(root, () => this.show());
    this.form.addEventListener('submit', (event) => this.onSubmit(event), true);
    for (const kind of ['online', 'offline']) window.addEventListener(kind, () => this.send());
  }

  /** A page that this browser kept, because the office did not answer. */
  get keptAt() {
    return this.root.dataset.keptAt;
  }

  async begin() {
    if (mayHold()) {
      await forgetOthers(this.root.dataset.owner);
      await forgetPagesOfOthers(this.root.dataset.owner);
      if (this.keptAt) await this.texts.restoreKept();
      await this.texts.restore();
    }
    await this.photos.show();
    if (this.keptAt) this.awaitOffice();
    else this.takeAlong();
    await this.send();
    setInterval(async () => {
      if (navigator.onLine && ((await this.texts.waits()) || (await this.photos.rows()).length)) await this.send();
    }, AGAIN);
    this.root.dataset.ready = '';
  }

  async takeAlong() {
    this.taken = await takeAlong(this.root.dataset.visitWorker);
    this.root.dataset.takenAlong = this.taken ? 'yes' : 'no';
    await this.show();
  }

  /** A kept page is read and filled in; as soon as the office answers, its own page takes its place. */
  awaitOffice() {
    let touched = 0;
    let timer;
    for (const kind of ['input', 'pointerdown', 'pointerup', 'keydown']) {
      document.addEventListener(kind, () => { touched = Date.now(); }, true);
    }
    const wait = (pause) => {
      clearTimeout(timer);
      timer = setTimeout(look, pause);
    };
    const look = async () => {
      if (Date.now() - touched < REST) wait(REST);
      else if (!(await answers(this.root.dataset.visitWorker))) wait(AGAIN);
      else {
        await this.texts.keep();
        location.reload();
      }
    };
    window.addEventListener('online', () => wait(0));
    wait(navigator.onLine ? REST : AGAIN);
  }

  /** Both, where there is a network; returns whether the office has everything. */
  async send() {
    if (!navigator.onLine || this.keptAt) {
      await this.texts.keep();
      await this.show();
      return false;
    }
    const photos = await this.photos.send();
    const texts = this.root.querySelector('[data-kept-here]').hidden ? await this.texts.send() : true;
    await this.show();
    return photos && texts;
  }

  async show() {
    const texts = (await this.texts.waits()) ? 1 : 0;
    const rows = await this.photos.rows();
    const photos = rows.length;
    const refused = rows.some((row) => row.said);
    const away = !navigator.onLine || Boolean(this.keptAt);
    this.state.hidden = false;
    this.state.dataset.waits = texts + photos;
    this.state.classList.toggle('is-away', away || refused || Boolean(this.texts.conflict));
    if (this.texts.conflict) this.state.textContent = this.texts.conflict;
    else if (this.keptAt) this.state.textContent = say('visitKept', { photos, when: moment(this.keptAt) });
    else if (away) this.state.textContent = say('visitOffline', { photos });
    else if (refused) this.state.textContent = say('visitRefused');
    else if (texts || photos || this.texts.typed) this.state.textContent = say('visitSending', { photos });
    else this.state.textContent = say('visitSent') + (this.taken ? say('visitTaken') : '');
  }

  /** The act goes when the office has what belongs to it; without a network it stays here, in words. */
  onSubmit(event) {
    const by = event.submitter;
    if (this.passing || by?.hasAttribute('formaction')) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.finish(by);
  }

  async finish(submitter) {
    if (!(await this.send())) {
      this.state.scrollIntoView({ block: 'nearest' });
      if (navigator.onLine && !this.texts.conflict) this.state.textContent = say('visitNotYet');
      return;
    }
    await letGo();
    this.passing = true;
    this.form.requestSubmit(submitter);
    this.passing = false;
  }
}

/** A moment of this phone, to the minute. */
function moment(text) {
  const at = new Date(text);
  const two = (number) => String(number).padStart(2, '0');
  return `${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

for (const root of document.querySelectorAll('[data-site-visit]')) new SiteVisit(root).begin();
