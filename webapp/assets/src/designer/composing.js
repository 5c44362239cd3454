// The library's search boxes listen to keys alone: what an input method composes, or somebody pastes, is not searched
// for, and the Enter or Escape that ends a composition is taken for the box's own.

const BOXES = '.djs-search-input input, .djs-popup-search input';
const inBox = ({ target }) => target instanceof Element && target.matches(BOXES);
/** A key that means nothing but that the text has changed. */
const tell = (box) => box.dispatchEvent(new KeyboardEvent('keyup', { key: 'Process', bubbles: true }));

export function hearWhatIsComposed() {
  let ending = false; // between the end of a composition and the release of the key that ended it
  const listen = (type, act) => document.addEventListener(type, (event) => inBox(event) && act(event), true);
  const withhold = (event) => {
    if (event.isTrusted && (event.isComposing || event.keyCode === 229 || ending)) event.stopPropagation();
  };
  listen('keydown', (event) => {
    if (!event.isComposing && event.keyCode !== 229) ending = false;
    withhold(event);
  });
  listen('keyup', (event) => {
    withhold(event);
    if (event.isTrusted) ending = false;
  });
  listen('compositionend', ({ target }) => {
    ending = true;
    tell(target);
  });
  listen('input', ({ target, isComposing }) => {
    if (!isComposing) tell(target);
  });
}
