// Moving tokens on the diagram: what is chosen there is chosen in the table below, which is the form; and what is
// chosen in the table is drawn there. Without script, and for the keyboard, the table alone does.

const mode = document.querySelector('[data-token-mode]');

/** The words of the page with `{name}` places filled. */
function phrase(key, values = {}) {
  return mode.dataset[key].replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

const choices = () => [...document.querySelectorAll('[data-token-choice]')];
const adding = () => choices().filter((select) => !select.dataset.tokenChoice);
const choiceOf = (token) => choices().find((select) => select.dataset.tokenChoice === String(token));
const offers = (select, value) => [...select.options].some((option) => option.value === value);

function choose(select, value) {
  select.value = value;
  select.dispatchEvent(new Event('change', { bubbles: true }));
}

/** What is chosen so far: {select, from, to}; `to` is empty where a token is taken out. */
function pending() {
  return choices().filter(({ value }) => value).map((select) => {
    const to = select.value === 'remove' ? '' : select.value.slice(select.value.indexOf(':') + 1);
    const scope = select.dataset.tokenChoice ? '' : select.value.slice(0, select.value.indexOf(':'));
    return { select, from: select.dataset.element ?? '', to, scope };
  });
}

/** One diagram with its tokens. */
class TokenDiagram {
  constructor(holder, viewer, desk) {
    this.holder = holder;
    this.desk = desk;
    this.told = JSON.parse(holder.querySelector('[data-told]').textContent);
    this.registry = viewer.get('elementRegistry');
    this.canvas = viewer.get('canvas');
    this.overlays = viewer.get('overlays');
    this.marked = [];
    viewer.get('eventBus').on('element.click', ({ element }) => this.clicked(element.labelTarget?.id ?? element.id));
    this.drawTokens();
  }

  /** A button on each element on which tokens stand. */
  drawTokens() {
    const byElement = new Map();
    for (const one of this.told.tokens) byElement.set(one.element, [...(byElement.get(one.element) ?? []), one]);
    for (const [element, tokens] of byElement) {
      if (!this.registry.get(element)) continue;
      const button = document.createElement('button');
      const label = phrase('token', { name: tokens[0].name, tokens: tokens.map(({ token }) => token).join(', ') });
      Object.assign(button, { type: 'button', className: 'diagram-token', title: label });
      button.setAttribute('aria-label', label);
      button.textContent = tokens.length > 1 ? `● ${tokens.length}` : '●';
      button.addEventListener('click', () => this.desk.take(this.next(tokens)));
      this.overlays.add(element, { position: { top: -12, left: 8 }, html: button });
      this.canvas.addMarker(element, 'is-current');
    }
  }

  /** Of several tokens on one element the first that is not to be moved yet, after the one taken last. */
  next(tokens) {
    const free = tokens.filter(({ token, moves }) => moves && !choiceOf(token)?.value);
    const after = free.findIndex(({ token }) => token === this.desk.taken?.token);
    return free[after + 1] ?? free[0] ?? tokens[0];
  }

  clicked(id) {
    const value = this.desk.taken ? `to:${id}` : this.added(id);
    if (this.desk.taken && offers(this.desk.select(), value)) this.desk.put(value);
    else if (this.desk.adds && value) this.desk.put(value);
  }

  /** The value under which a new token can be put on this element; empty where none can. */
  added(id) {
    const [select] = adding();
    const values = Object.values(this.told.scopes).map((scope) => `${scope}:${id}`);
    return (select && values.find((value) => offers(select, value))) ?? '';
  }

  /** Marks where the token that is taken can go, and what is pending. */
  draw() {
    for (const [id, mark] of this.marked.splice(0)) this.canvas.removeMarker(id, mark);
    this.overlays.remove({ type: 'token-pending' });
    const { taken, adds } = this.desk;
    for (const { id } of taken || adds ? this.registry.getAll() : []) {
      if (taken ? offers(this.desk.select(), `to:${id}`) : this.added(id)) this.mark(id, 'can-go');
    }
    for (const { select, from, to, scope } of pending()) {
      const mine = this.told.tokens.some(({ token }) => String(token) === select.dataset.tokenChoice);
      if (mine) this.note(from, 'is-leaving', to ? phrase('leaves') : phrase('removed'));
      if (to && (mine || Object.values(this.told.scopes).map(String).includes(scope))) {
        this.note(to, 'is-coming', phrase('comes'));
      }
    }
  }

  mark(id, mark) {
    this.canvas.addMarker(id, mark);
    this.marked.push([id, mark]);
  }

  note(id, mark, text) {
    if (!this.registry.get(id)) return;
    this.mark(id, mark);
    const html = document.createElement('span');
    Object.assign(html, { className: `diagram-note ${mark}`, textContent: text });
    this.overlays.add(id, 'token-pending', { position: { bottom: 10, left: 8 }, html });
  }
}

/** What is at hand: the token that was taken, or that one is to be added. */
class Desk {
  constructor() {
    this.diagrams = [];
    this.taken = null;
    this.adds = false;
    this.part = (name) => mode.querySelector(`[data-token-${name}]`);
    this.part('tools').hidden = false;
    this.part('add').addEventListener('click', () => this.begin());
    this.part('cancel').addEventListener('click', () => this.rest());
    this.part('remove').addEventListener('click', () => this.put('remove'));
    mode.addEventListener('keydown', ({ key }) => { if (key === 'Escape') this.rest(); });
    for (const select of choices()) select.addEventListener('change', () => this.draw());
    this.rest();
  }

  select() { return choiceOf(this.taken.token); }

  take(one) {
    this.adds = false;
    this.taken = one.moves ? one : null;
    this.draw(one.moves ? phrase('chosen', one) : phrase('fixed'));
  }

  begin() {
    const free = adding().some(({ value }) => !value);
    this.taken = null;
    this.adds = free;
    this.draw(free ? phrase('adding') : phrase('full', { count: adding().length }));
  }

  put(value) {
    const select = this.taken ? this.select() : adding().find((one) => !one.value);
    this.taken = null;
    this.adds = false;
    choose(select, value);
  }

  rest() {
    this.taken = null;
    this.adds = false;
    this.draw();
  }

  draw(said = phrase('choose')) {
    this.part('said').textContent = said;
    this.part('remove').hidden = !this.taken;
    this.part('cancel').hidden = !this.taken && !this.adds;
    for (const one of this.diagrams) one.draw();
    this.list();
  }

  /** What is pending in words, each with a button that takes it back. */
  list() {
    const lines = pending().map(({ select }) => {
      const line = document.createElement('li');
      const button = document.createElement('button');
      Object.assign(button, { type: 'button', className: 'btn btn-sm', textContent: phrase('undo') });
      const text = `${select.dataset.change} → ${select.selectedOptions[0].textContent}`;
      button.setAttribute('aria-label', `${phrase('undo')} ${text}`);
      button.addEventListener('click', () => choose(select, ''));
      line.append(text, ' ', button);
      return line;
    });
    this.part('pending').hidden = !lines.length;
    this.part('pending').querySelector('ol').replaceChildren(...lines);
  }
}

/** One diagram is shown at a time; the others were drawn before, as a picture without width cannot be. */
function showOnly(wanted) {
  for (const holder of mode.querySelectorAll('[data-token-diagram]')) holder.hidden = holder.dataset.tokenDiagram !== wanted;
  for (const tab of mode.querySelectorAll('[data-token-tab]')) tab.setAttribute('aria-pressed', String(tab.dataset.tokenTab === wanted));
}

if (mode) {
  mode.hidden = false; // without script the table is all there is
  const desk = new Desk();
  const tabs = [...mode.querySelectorAll('[data-token-tab]')];
  let shown = tabs[0]?.dataset.tokenTab;
  for (const tab of tabs) {
    tab.addEventListener('click', () => { shown = tab.dataset.tokenTab; showOnly(shown); });
  }
  mode.addEventListener('diagram-ready', ({ target, detail }) => {
    const holder = target.closest('[data-token-diagram]');
    desk.diagrams.push(new TokenDiagram(holder, detail, desk));
    desk.draw();
    if (desk.diagrams.length < tabs.length) return;
    mode.querySelector('[data-token-tabs]').hidden = tabs.length < 2;
    showOnly(shown);
  });
}
