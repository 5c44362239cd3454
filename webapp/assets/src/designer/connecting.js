// Connecting by keys: with one element selected, K opens a menu of all that it may lead to, the nearest first; what is
// typed narrows it, and Enter draws the line and selects it. The mouse has the library's own arrow.

const MENU = 'ow-connect', WIDTH = 300, BESIDE = 12;

const kind = ({ businessObject }) => businessObject.$type.replace(/^.*:/, '').replace(/([a-z])(?=[A-Z])/g, '$1 ');
const middle = ({ x, y, width, height }) => [x + width / 2, y + height / 2];
const apart = (one, other) => Math.hypot(middle(one)[0] - middle(other)[0], middle(one)[1] - middle(other)[1]);

class Connecting {
  static $inject = ['canvas', 'elementRegistry', 'keyboard', 'modeling', 'popupMenu', 'rules', 'selection', 'translate'];

  constructor(canvas, elementRegistry, keyboard, modeling, popupMenu, rules, selection, translate) {
    Object.assign(this, { canvas, elementRegistry, modeling, popupMenu, rules, selection, translate });
    popupMenu.registerProvider(MENU, { getPopupMenuEntries: (source) => this.entries(source) });
    keyboard.addListener(({ keyEvent }) => {
      if (keyboard.hasModifier(keyEvent) || !keyboard.isKey(['k', 'K'], keyEvent)) return undefined;
      return this.open();
    });
  }

  /** Opens the menu beside the one selected element; undefined where there is none, or nothing that it may lead to. */
  open() {
    const [source, ...others] = this.selection.get();
    if (!source || source.waypoints || others.length || this.popupMenu.isEmpty(source, MENU)) return undefined;
    const { right, top } = this.canvas.getGraphics(source).getBoundingClientRect();
    this.popupMenu.open(source, MENU, { x: right + BESIDE, y: top }, {
      title: this.translate('Connect to'), width: WIDTH, search: true,
    });
    return true;
  }

  entries(source) {
    const root = this.canvas.findRoot(source);
    const ends = this.elementRegistry.filter((element) => (
      element !== source && !element.waypoints && !element.labelTarget && element.parent
      && this.canvas.findRoot(element) === root
    ));
    return Object.fromEntries(ends
      .map((target) => [target, this.rules.allowed('connection.create', { source, target })])
      .filter(([, how]) => how)
      .sort(([one], [other]) => apart(source, one) - apart(source, other))
      .map(([target, how]) => [`connect-to-${target.id}`, this.entry(source, target, how)]));
  }

  entry(source, target, how) {
    const called = this.translate(kind(target)), { name, text } = target.businessObject;
    return {
      label: name || text || called,
      description: `${called} ${target.id}`,
      action: () => {
        this.popupMenu.close();
        this.selection.select(this.modeling.connect(source, target, how));
        this.canvas.focus();
      },
    };
  }
}

export default { __init__: ['connecting'], connecting: ['type', Connecting] };
