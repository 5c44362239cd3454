// Undoing by steps that a person knows: what was typed in one cell in one go. The table notes every sign, twice.

const PAUSE = 3000; // milliseconds after which typing in the same cell is another step

export class Steps {
  /** `viewer` is the table, the diagram or the expression; each has commands of its own. */
  constructor(viewer) {
    Object.assign(this, { stack: viewer.get('commandStack'), begun: [], last: null, settling: false });
    viewer.on('commandStack.changed', ({ trigger }) => {
      if (trigger === 'clear') Object.assign(this, { begun: [], last: null });
      if (trigger === 'execute') this.note();
    });
    this.ignoreEchoes(viewer.get('modeling', false));
    const actions = viewer.get('editorActions', false);
    for (const name of ['undo', 'redo']) {
      if (!actions?.isRegistered(name)) continue;
      actions.unregister(name);
      actions.register(name, () => this[name]());
    }
  }

  /** Where the stack stood before each step. */
  note() {
    const { _stack: commands, _stackIdx: now } = this.stack;
    const { command, context, id } = commands[now];
    const first = commands.findIndex((one) => one.id === id);
    const about = `${command} ${(context.element ?? context.elements?.[0])?.id ?? id}`;
    const goesOn = this.last?.about === about && this.last.now === first - 1 && Date.now() - this.last.at < PAUSE;
    this.begun = this.begun.filter((index) => index < first - 1);
    if (!goesOn) this.begun.push(first - 1);
    this.last = { about, now, at: Date.now() };
  }

  /** The editor of a cell tells the table what undoing gave it, as if that were typed: it is no change. */
  ignoreEchoes(modeling) {
    if (!modeling?.editCell) return;
    const edit = modeling.editCell.bind(modeling);
    modeling.editCell = (cell, text) => {
      if (!this.settling && (cell.text ?? '') !== text) edit(cell, text);
    };
  }

  /** Cells are drawn anew after undoing; until then they speak of what was. */
  settle() {
    this.last = null;
    this.settling = true;
    requestAnimationFrame(() => requestAnimationFrame(() => { this.settling = false; }));
  }

  undo() {
    if (!this.stack.canUndo()) return;
    const to = this.begun.findLast((index) => index < this.stack._stackIdx) ?? -1;
    this.settle();
    while (this.stack.canUndo() && this.stack._stackIdx > to) this.stack.undo();
  }

  redo() {
    if (!this.stack.canRedo()) return;
    const to = this.begun.find((index) => index > this.stack._stackIdx) ?? Infinity;
    this.settle();
    while (this.stack.canRedo() && this.stack._stackIdx < to) this.stack.redo();
  }
}
