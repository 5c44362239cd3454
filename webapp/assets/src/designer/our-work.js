// Our kinds of work come first in the menus that place elements, and stand on the diagram with their name: what is
// unnamed there is called by the kind, in the office's language, until a designer calls it otherwise.

import { NAMES } from './templates.js';

const MENUS = ['bpmn-append', 'bpmn-create', 'bpmn-replace'];
const CHANGED = 'commandStack.propertiesPanel.zeebe.changeTemplate.postExecuted';
const AFTER_ALL_OTHERS = 1;
const KINDS = new Set(NAMES.values());

class OurWork {
  static $inject = ['elementTemplates', 'eventBus', 'modeling', 'popupMenu'];

  constructor(elementTemplates, eventBus, modeling, popupMenu) {
    const create = elementTemplates.createElement.bind(elementTemplates);
    elementTemplates.createElement = (template, options) => {
      const made = create(template, options);
      made.businessObject.name ||= NAMES.get(template.id);
      return made;
    };
    eventBus.on(CHANGED, ({ context: { element, newTemplate, oldTemplate } }) => {
      const name = newTemplate?.id !== oldTemplate?.id && NAMES.get(newTemplate?.id);
      if (name && element && !element.businessObject.name) modeling.updateProperties(element, { name });
    });
    // The name of a kind is there to be typed over.
    eventBus.on('directEditing.activate', ({ active: { element } }) => {
      const box = document.querySelector('.djs-direct-editing-content');
      if (box && KINDS.has(element.businessObject.name)) getSelection().selectAllChildren(box);
    });
    for (const menu of MENUS) {
      popupMenu.registerProvider(menu, AFTER_ALL_OTHERS, { getPopupMenuEntries: () => (entries) => oursFirst(entries) });
    }
  }
}

function oursFirst(entries) {
  const isOurs = ([, { group }]) => group?.id === 'templates';
  const all = Object.entries(entries);
  return Object.fromEntries([...all.filter(isOurs), ...all.filter((one) => !isOurs(one))]);
}

export default { __init__: ['ourWork'], ourWork: ['type', OurWork] };
