// What scrolls and holds nothing to tab to can be scrolled with the keyboard (WCAG 2.1.1): it takes the focus itself.

const SCROLLERS = '.table-scroll, .layout-task > aside, .letter';
const FOCUSABLE = 'a[href], button, input:not([type="hidden"]), select, textarea, summary, [tabindex="0"]';

const overflows = (part) => part.scrollWidth > part.clientWidth + 1 || part.scrollHeight > part.clientHeight + 1;
const scrolls = (part) => overflows(part) && /auto|scroll/.test(getComputedStyle(part).overflow);

function look(part) {
  if (part.dataset.scrolls === undefined && (part.hasAttribute('tabindex') || part.querySelector(FOCUSABLE))) return;
  if (!scrolls(part)) {
    if (part.dataset.scrolls !== undefined) part.removeAttribute('tabindex');
    return;
  }
  part.dataset.scrolls = '';
  part.tabIndex = 0;
  const name = part.querySelector('caption')?.textContent.trim();
  if (!name || part.hasAttribute('aria-label')) return;
  part.setAttribute('role', 'group');
  part.setAttribute('aria-label', name);
}

export function watchScrolling() {
  const sizes = new ResizeObserver((changed) => changed.forEach(({ target }) => look(target)));
  const watchAll = () => document.querySelectorAll(SCROLLERS).forEach((part) => sizes.observe(part));
  document.addEventListener('htmx:after:swap', watchAll);
  watchAll();
}
