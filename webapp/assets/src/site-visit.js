// A joint visit on a phone: nothing typed, ticked or photographed is lost without a network (docs/site-visit.md).

import { say } from './words.js';
import { Photos } from './visit/photos.js';
import { forgetOthers, mayHold } from './visit/store.js';
import { Texts } from './visit/texts.js';

const AGAIN = 20_000; // milliseconds between tries while something waits

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

  async begin() {
    if (mayHold()) {
      await forgetOthers(this.root.dataset.owner);
      await this.texts.restore();
    }
    await this.photos.show();
    await this.send();
    setInterval(async () => {
      if (navigator.onLine && ((await this.texts.waits()) || (await this.photos.rows()).length)) await this.send();
    }, AGAIN);
    this.root.dataset.ready = '';
  }

  /** Both, where there is a network; returns whether the office has everything. */
  async send() {
    if (!navigator.onLine) {
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
    const away = !navigator.onLine;
    this.state.hidden = false;
    this.state.dataset.waits = texts + photos;
    this.state.classList.toggle('is-away', away || refused || Boolean(this.texts.conflict));
    if (this.texts.conflict) this.state.textContent = this.texts.conflict;
    else if (away) this.state.textContent = say('visitOffline', { photos });
    else if (refused) this.state.textContent = say('visitRefused');
    else if (texts || photos) this.state.textContent = say('visitSending', { photos });
    else this.state.textContent = say('visitSent');
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
    this.passing = true;
    this.form.requestSubmit(submitter);
    this.passing = false;
  }
}

for (const root of document.querySelectorAll('[data-site-visit]')) new SiteVisit(root).begin();
