// Pages from a document camera: taken one by one, turned, taken again, put in order, sent in one request.
// Pages are kept as JPEG blobs with a small preview: thirty open canvases would take a gigabyte.

import { announce, csrfToken, say } from './words.js';

const DEVICE = 'camera-device';
const TURN = 'camera-turn';
const QUALITY = 0.88;
const PREVIEW = 320; // pixels of the longer side
const WANTED = { width: { ideal: 3264 }, height: { ideal: 2448 } };

function canvasOf(width, height) {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  return canvas;
}

/** `source` (width x height), turned by quarter turns to the right, its longer side at most `longest` pixels. */
function turned(source, width, height, quarters, longest = Infinity) {
  const scale = Math.min(1, longest / Math.max(width, height));
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  const canvas = quarters % 2 ? canvasOf(h, w) : canvasOf(w, h);
  const pen = canvas.getContext('2d');
  pen.translate(canvas.width / 2, canvas.height / 2);
  pen.rotate((quarters * Math.PI) / 2);
  pen.drawImage(source, -w / 2, -h / 2, w, h);
  return canvas;
}

const jpeg = (canvas) => new Promise((done, fail) => {
  canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('no picture'))), 'image/jpeg', QUALITY);
});

async function pageFrom(canvas) {
  return { blob: await jpeg(canvas), preview: turned(canvas, canvas.width, canvas.height, 0, PREVIEW) };
}

class Camera {
  constructor(root) {
    this.root = root;
    this.pages = [];
    this.again = -1; // the page that the next picture replaces
    this.turns = Number(localStorage.getItem(TURN) ?? 0);
    this.video = root.querySelector('video');
    this.devices = root.querySelector('[data-camera-device]');
    this.list = root.querySelector('[data-camera-pages]');
    this.stage = root.querySelector('[data-camera-stage]');
    this.button = (name) => root.querySelector(`[data-camera-${name}]`);
    root.hidden = false;
    this.button('start').addEventListener('click', () => this.start());
    this.button('take').addEventListener('click', () => this.take());
    this.button('turn').addEventListener('click', () => this.turnView());
    this.button('send').addEventListener('click', () => this.send());
    this.devices.addEventListener('change', () => {
      localStorage.setItem(DEVICE, this.devices.value);
      this.start();
    });
    this.list.addEventListener('click', (event) => this.change(event));
    window.addEventListener('pagehide', () => this.stop());
    window.addEventListener('beforeunload', (event) => {
      if (this.pages.length && !this.sent) event.preventDefault();
    });
    this.show();
  }

  tell(text, kind = 'info') {
    const place = this.root.querySelector('[data-camera-message]');
    place.className = `flash flash-${kind}`;
    place.textContent = text;
    place.hidden = !text;
    announce(text);
  }

  async start() {
    this.stop();
    if (!navigator.mediaDevices?.getUserMedia) return this.tell(say('noCamera'), 'warning');
    const wish = this.devices.value || localStorage.getItem(DEVICE);
    try {
      const video = wish ? { ...WANTED, deviceId: { ideal: wish } } : WANTED;
      this.stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
    } catch (error) {
      return this.tell(say(error.name === 'NotAllowedError' ? 'cameraDenied' : 'noCamera'), 'warning');
    }
    this.video.srcObject = this.stream;
    await this.video.play();
    this.stage.hidden = false;
    this.button('start').hidden = true;
    this.tell('');
    await this.listDevices();
    this.turnView(0);
    return this.button('take').focus();
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
  }

  async listDevices() {
    const current = this.stream.getVideoTracks()[0].getSettings().deviceId;
    const cameras = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === 'videoinput');
    this.devices.replaceChildren(...cameras.map(({ deviceId, label }, at) => {
      const name = label || say('device', { number: at + 1 });
      return new Option(name, deviceId, false, deviceId === current);
    }));
  }

  /** Cameras on an arm often stand sideways: the view, and every picture, is turned. */
  turnView(by = 1) {
    this.turns = (this.turns + by) % 4;
    localStorage.setItem(TURN, this.turns);
    this.video.dataset.turn = this.turns;
  }

  async take() {
    const { videoWidth, videoHeight } = this.video;
    if (!videoWidth || (this.again < 0 && this.pages.length >= Number(this.root.dataset.maxPages))) return;
    const page = await pageFrom(turned(this.video, videoWidth, videoHeight, this.turns));
    if (this.again >= 0) this.pages[this.again] = page;
    else this.pages.push(page);
    this.again = -1;
    this.show();
  }

  async change({ target }) {
    const button = target.closest('button');
    if (!button) return;
    const at = [...this.list.children].indexOf(button.closest('li'));
    const { act } = button.dataset;
    if (act === 'rotate') {
      const picture = await createImageBitmap(this.pages[at].blob);
      this.pages[at] = await pageFrom(turned(picture, picture.width, picture.height, 1));
      picture.close();
    }
    if (act === 'delete') {
      this.pages.splice(at, 1);
      this.again = -1;
    }
    if (act === 'retake') this.again = this.again === at ? -1 : at;
    const to = { earlier: at - 1, later: at + 1 }[act];
    if (to !== undefined) this.pages.splice(to, 0, ...this.pages.splice(at, 1));
    this.show();
    if (act === 'retake' || act === 'delete') return this.button('take').focus();
    return this.list.children[to ?? at].querySelector(`[data-act="${act}"]:not([disabled])`)?.focus();
  }

  show() {
    this.list.replaceChildren(...this.pages.map((page, at) => this.pageEntry(page, at)));
    this.button('send').disabled = !this.pages.length;
    this.button('count').textContent = say('pagesTaken', { count: this.pages.length });
  }

  pageEntry(page, at) {
    const item = document.createElement('li');
    const name = say('page', { number: at + 1 });
    page.preview.setAttribute('role', 'img');
    page.preview.setAttribute('aria-label', name);
    const buttons = document.createElement('div');
    buttons.className = 'button-row';
    const acts = { rotate: true, retake: true, earlier: at > 0, later: at < this.pages.length - 1, delete: true };
    for (const [act, possible] of Object.entries(acts)) {
      const button = document.createElement('button');
      Object.assign(button, { type: 'button', className: 'btn btn-sm', disabled: !possible, textContent: say(act) });
      button.dataset.act = act;
      button.setAttribute('aria-label', `${say(act)} ${name}`);
      if (act === 'retake') button.setAttribute('aria-pressed', String(this.again === at));
      buttons.append(button);
    }
    const title = document.createElement('strong');
    title.textContent = name;
    item.append(title, page.preview, buttons);
    return item;
  }

  /** One multipart POST. JSON {"next"} or a redirect leads on; JSON {"message"} is shown. */
  async send() {
    const form = new FormData();
    form.append('csrf_token', csrfToken());
    this.pages.forEach(({ blob }, at) => {
      form.append(this.root.dataset.field, blob, `page-${String(at + 1).padStart(2, '0')}.jpg`);
    });
    this.button('send').disabled = true;
    this.tell(say('sending'));
    try {
      const headers = { 'X-CSRFToken': csrfToken(), Accept: 'application/json' };
      const answer = await fetch(this.root.dataset.url, { method: 'POST', body: form, headers });
      const told = answer.headers.get('Content-Type')?.includes('json') ? await answer.json() : {};
      if (!answer.ok) throw new Error(told.message ?? told.detail ?? say('requestFailed'));
      this.sent = true;
      this.stop();
      if (told.next || answer.redirected) return window.location.assign(told.next ?? answer.url);
      return this.tell(told.message ?? '', 'success');
    } catch (error) {
      this.button('send').disabled = false;
      return this.tell(error instanceof TypeError ? say('requestFailed') : error.message, 'error');
    }
  }
}

for (const root of document.querySelectorAll('[data-camera]')) new Camera(root);
