// Photos of a visit: kept on the phone as they are taken, sent one by one as soon as there is a network.

import { announce, csrfToken, say } from '../words.js';
import { all, put, remove } from './store.js';

const LARGEST = 20 * 1024 * 1024;
const TYPES = ['image/jpeg', 'image/png'];
const PREVIEW = 320; // pixels of the longer side

/** A small picture of it; the policy shows no blobs as images, so it is drawn. */
async function preview(blob) {
  const canvas = document.createElement('canvas');
  try {
    const picture = await createImageBitmap(blob);
    const scale = Math.min(1, PREVIEW / Math.max(picture.width, picture.height));
    Object.assign(canvas, { width: picture.width * scale, height: picture.height * scale });
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
  } catch (error) {
    console.info('no preview', error); // a damaged picture: the office will say so
  }
  return canvas;
}

export class Photos {
  /** `changed` is called when the number of waiting photos changes. */
  constructor(root, changed) {
    Object.assign(this, { root, changed, task: root.dataset.task, owner: root.dataset.owner });
    this.list = root.querySelector('[data-photos-waiting]');
    this.kept = root.querySelector('[data-photos-kept]');
    this.sending = false;
    root.querySelector('[data-without-script]').hidden = true;
    root.querySelector('[name="photo_place"]').addEventListener('change', () => this.send());
    for (const camera of root.querySelectorAll('[data-camera]')) camera.hidden = false;
    for (const input of root.querySelectorAll('[data-visit-photo]')) {
      input.removeAttribute('name');
      input.addEventListener('change', () => this.take(input));
    }
  }

  /** What waits, oldest first. */
  async rows() {
    const rows = (await all('photos')).filter((row) => row.owner === this.owner && row.task === this.task);
    return rows.sort((a, b) => a.order - b.order);
  }

  async take(input) {
    const files = [...input.files];
    input.value = '';
    for (const file of files) {
      const refused = this.refusal(file);
      if (refused) {
        this.say(refused);
        continue;
      }
      const taken = new Date(Math.min(file.lastModified || Date.now(), Date.now()));
      await put('photos', {
        id: crypto.randomUUID(),
        owner: this.owner,
        task: this.task,
        order: Date.now(),
        blob: file,
        name: file.name || 'photo.jpg',
        point: input.dataset.point,
        pointName: input.dataset.pointName,
        takenAt: taken.toISOString(),
        place: this.root.querySelector('[name="photo_place"]').value,
      });
    }
    await this.show();
    await this.send();
  }

  refusal(file) {
    if (file.size > LARGEST) return say('fileTooLarge', { name: file.name, limit: LARGEST / 1024 / 1024 });
    if (!file.size) return say('fileEmpty', { name: file.name });
    if (!TYPES.includes(file.type)) return say('fileType', { name: file.name, types: 'JPG, PNG' });
    return '';
  }

  say(text) {
    const line = document.createElement('p');
    Object.assign(line, { className: 'field-error', textContent: text });
    line.dataset.photoSaid = '';
    for (const old of this.root.querySelectorAll('[data-photo-said]')) old.remove();
    this.list.before(line);
    announce(text);
  }

  async show() {
    const rows = await this.rows();
    this.list.replaceChildren(...(await Promise.all(rows.map((row) => this.line(row)))));
    this.list.hidden = !rows.length;
    await this.changed();
  }

  async line(row) {
    const item = document.createElement('li');
    item.dataset.photo = row.id;
    const what = document.createElement('p');
    Object.assign(what, { className: 'small mb-0', textContent: row.pointName });
    const state = document.createElement('p');
    Object.assign(state, { className: 'text-secondary small mb-0', textContent: row.said ?? say('photoWaits') });
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', className: 'btn btn-sm', textContent: say('delete') });
    button.addEventListener('click', async () => {
      await remove('photos', row.id);
      await this.show();
    });
    item.append(await preview(row.blob), what, state, button);
    return item;
  }

  /** Sends what waits; returns whether nothing waits any more. */
  async send() {
    if (this.sending || !navigator.onLine) return !(await this.rows()).length;
    this.sending = true;
    let sent = 0;
    try {
      for (const row of await this.rows()) {
        const said = await this.post(row);
        if (said) await put('photos', { ...row, said });
        else {
          await remove('photos', row.id);
          sent += 1;
        }
      }
    } catch (error) {
      console.info('photos wait', error);
    } finally {
      this.sending = false;
    }
    if (sent) await this.refresh();
    await this.show();
    return !(await this.rows()).length;
  }

  /** Empty where the office has it now, else why it does not take it. Throws where nobody answered. */
  async post(row) {
    const body = new FormData();
    body.append('photo', new File([row.blob], row.name, { type: row.blob.type }));
    body.append('device_key', row.id);
    body.append('photo_point', row.point);
    body.append('photo_taken_at', row.takenAt);
    body.append('photo_place', row.place || this.root.querySelector('[name="photo_place"]').value);
    const answer = await fetch(this.root.dataset.photosUrl, {
      method: 'POST',
      body,
      headers: { 'X-CSRFToken': csrfToken(), Accept: 'application/json' },
    });
    const told = answer.headers.get('Content-Type')?.includes('json') ? await answer.json() : {};
    if (answer.ok && told.kept === row.id) return '';
    if (told.message) return told.message;
    throw new Error(`photo not kept: ${answer.status}`);
  }

  /** Shows what the office has. */
  async refresh() {
    const answer = await fetch(this.root.dataset.photosUrl);
    if (answer.ok && !answer.redirected) this.kept.innerHTML = await answer.text();
  }
}
