// The drawing part of the diagram editor.

import Modeler from 'bpmn-js/lib/Modeler';
import minimap from 'diagram-js-minimap';
import zeebe from 'zeebe-bpmn-moddle/resources/zeebe.json';

export { Modeler, minimap, zeebe };
