// What an item's process is given of the item's entry follows the item: who writes ="S1" under 事项 gets =items.S1.groups
// and the like with it, and result_S1, in one step of undo. What a designer has written otherwise stays.

const ITEM = /^="([A-Za-z][A-Za-z0-9_]*)"$/;
const OWN = /^=\s*items\.([A-Za-z][A-Za-z0-9_]*)\.(\w+)\s*$/;
const RESULT = /^result_[A-Za-z0-9_]+$/;
const CHANGED = 'commandStack.element.updateModdleProperties.postExecuted';

/** Input and output mappings of an element. */
function mappings({ businessObject }) {
  const values = businessObject.extensionElements?.values ?? [];
  const found = values.find(({ $type }) => $type === 'zeebe:IoMapping');
  return { inputs: found?.inputParameters ?? [], outputs: found?.outputParameters ?? [] };
}

/** What a change says of the input `item`; a kind of work is changed by a new list of its mappings. */
function written({ $type, target }, { source, inputParameters }) {
  if ($type === 'zeebe:Input') return target === 'item' ? source : undefined;
  return inputParameters?.find((one) => one.target === 'item')?.source;
}

class OwnItem {
  static $inject = ['eventBus', 'modeling'];

  constructor(eventBus, modeling) {
    this.modeling = modeling;
    eventBus.on(CHANGED, ({ context: { element, moddleElement, properties, oldProperties } }) => {
      const [before, now] = [oldProperties, properties].map((one) => written(moddleElement, one));
      const [, item] = ITEM.exec(now ?? '') ?? [];
      if (item && now !== before) this.follow(element, item);
    });
  }

  follow(element, item) {
    const { inputs, outputs } = mappings(element);
    for (const input of inputs) {
      const [, other, fact] = OWN.exec(input.source ?? '') ?? [];
      if (fact === input.target && other !== item) this.write(element, input, { source: `=items.${item}.${fact}` });
    }
    for (const output of outputs) {
      const isOwn = output.source === '=outcome' && RESULT.test(output.target ?? '');
      if (isOwn && output.target !== `result_${item}`) this.write(element, output, { target: `result_${item}` });
    }
  }

  write(element, moddleElement, properties) {
    this.modeling.updateModdleProperties(element, moddleElement, properties);
  }
}

export default { __init__: ['ownItem'], ownItem: ['type', OwnItem] };
