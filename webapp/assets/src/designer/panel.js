// What the diagram editor has besides the drawing: the panel of properties with its editor of FEEL, our kinds of work
// as templates, the menus that place them, and the rules of the dialect. A chunk of its own, loaded beside the drawing.

import { getVariablesForElement } from '@bpmn-io/extract-process-variables/zeebe';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, ZeebePropertiesProviderModule } from 'bpmn-js-properties-panel';
import { CloudElementTemplatesPropertiesProviderModule } from 'bpmn-js-element-templates';
import { CreateAppendAnythingModule, CreateAppendElementTemplatesModule } from 'bpmn-js-create-append-anything';
import ZeebeBehaviors from 'camunda-bpmn-js-behaviors/lib/camunda-cloud';

import { completeAlso } from '../editors/feel-editor.js';
import { withKnownNames } from '../editors/known-names.js';
import { say } from '../words.js';

import bending from './bending.js';
import connecting from './connecting.js';
import ourWork from './our-work.js';
import ownItem from './own-item.js';
import { postsInFeel } from './posts-in-feel.js';

completeAlso(postsInFeel);

/** Names for completion: those that the diagram writes, and those that the bundle knows. */
const variableResolver = {
  async getVariablesForElement(element) {
    const written = await getVariablesForElement(element);
    return withKnownNames(written.map(({ name, origin = [] }) => ({
      name,
      info: origin.length ? say('designerWrittenIn', { names: origin.map((one) => one.name || one.id).join(say('designerComma')) }) : undefined,
    })));
  },
};

export default [
  BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, ZeebePropertiesProviderModule,
  CloudElementTemplatesPropertiesProviderModule, CreateAppendAnythingModule, CreateAppendElementTemplatesModule,
  ZeebeBehaviors, bending, connecting, ourWork, ownItem, { variableResolver: ['value', variableResolver] },
];
