// Files: drag and drop, and a word about size and type before anything is sent. The server decides.

import { say } from './words.js';

const MEGABYTE = 1024 * 1024;

const accepted = (input) => input.accept.toLowerCase().split(',').map((ending) => ending.trim()).filter(Boolean);

/** Why the file cannot be sent; empty where it can. */
function refusal(file, input, limit) {
  const endings = accepted(input);
  if (file.size === 0) return say('fileEmpty', { name: file.name });
  if (file.size > limit * MEGABYTE) return say('fileTooLarge', { name: file.name, limit });
  if (endings.length && !endings.some((ending) => file.name.toLowerCase().endsWith(ending))) {
    return say('fileType', { name: file.name, types: endings.join(' ') });
  }
  return '';
}

function entry(text, refused) {
  const item = document.createElement('li');
  item.textContent = text;
  item.classList.toggle('is-refused', refused);
  return item;
}

function size(bytes) {
  return bytes >= MEGABYTE ? `${(bytes / MEGABYTE).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`;
}

/** Keeps what can be sent, names what cannot. */
function look(root, input, files) {
  const limit = Number(root.dataset.maxMb || 20);
  const kept = new DataTransfer();
  const entries = [];
  for (const file of files) {
    const reason = refusal(file, input, limit);
    const fits = !reason && (input.multiple || kept.files.length === 0);
    if (fits) kept.items.add(file);
    if (fits || reason) entries.push(entry(reason || `${file.name}（${size(file.size)}）`, Boolean(reason)));
  }
  input.files = kept.files;
  // Where a file is needed and the one chosen was refused, the browser says why instead of sending none.
  const refused = entries.find((item) => item.classList.contains('is-refused'));
  input.setCustomValidity(root.hasAttribute('data-needed') && !kept.files.length && refused ? refused.textContent : '');
  root.querySelector('.file-drop-chosen').replaceChildren(...entries);
  if (kept.files.length && root.hasAttribute('data-send-on-choose')) input.form.requestSubmit();
}

const rootOf = ({ target }) => (target instanceof Element ? target.closest('[data-file-drop]') : null);

export function watchFileDrops() {
  document.addEventListener('change', (event) => {
    const root = rootOf(event);
    if (root && event.target.type === 'file') look(root, event.target, [...event.target.files]);
  });
  for (const kind of ['dragover', 'dragleave', 'drop']) {
    document.addEventListener(kind, (event) => {
      const root = rootOf(event);
      if (!root || !event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      root.querySelector('.file-drop').classList.toggle('is-over', kind === 'dragover');
      if (kind !== 'drop') return;
      const input = root.querySelector('input[type="file"]');
      look(root, input, [...event.dataTransfer.files]);
      input.dispatchEvent(new Event('input', { bubbles: true }));
    });
  }
}
