// A picture for a decision file that has none: what is required stands below what requires it. It goes into the file
// with the first change, not by looking.

const WIDTH = 180;
const HEIGHT = { 'dmn:Decision': 80, 'dmn:InputData': 45, 'dmn:BusinessKnowledgeModel': 46, 'dmn:KnowledgeSource': 63 };
const APART = { x: 60, y: 90 };

function required(element, byId) {
  const requirements = [
    ...(element.informationRequirement ?? []), ...(element.knowledgeRequirement ?? []), ...(element.authorityRequirement ?? []),
  ];
  return requirements.map((one) => {
    const { href } = one.requiredDecision ?? one.requiredInput ?? one.requiredKnowledge ?? one.requiredAuthority ?? {};
    return { requirement: one, from: byId.get(href?.split('#')[1]) };
  }).filter(({ from }) => from);
}

/** Element -> how many others stand below it, at most; a circle ends where it closes. */
function heights(elements, byId) {
  const found = new Map();
  const under = new Set();
  const height = (element) => {
    if (found.has(element)) return found.get(element);
    if (under.has(element)) return 0;
    under.add(element);
    const below = required(element, byId).map(({ from }) => height(from) + 1);
    under.delete(element);
    found.set(element, Math.max(0, ...below));
    return found.get(element);
  };
  elements.forEach(height);
  return found;
}

export function drawWhereMissing(definitions) {
  if (definitions.dmnDI?.diagrams?.length) return;
  const model = definitions.$model;
  const create = (type, parent, values) => Object.assign(model.create(type, values), { $parent: parent });
  const elements = (definitions.drgElement ?? []).filter(({ $type }) => $type in HEIGHT);
  const byId = new Map(elements.map((one) => [one.id, one]));
  const levels = heights(elements, byId);
  const highest = Math.max(0, ...levels.values());
  const placed = new Map();
  const inLevel = new Map();
  for (const element of elements) {
    const level = levels.get(element);
    const place = inLevel.get(level) ?? 0;
    inLevel.set(level, place + 1);
    placed.set(element, {
      x: 340 + place * (WIDTH + APART.x), y: 120 + (highest - level) * (80 + APART.y), width: WIDTH, height: HEIGHT[element.$type],
    });
  }
  const dmnDI = create('dmndi:DMNDI', definitions, {});
  const diagram = create('dmndi:DMNDiagram', dmnDI, {});
  const shapes = [...placed].map(([element, bounds]) => {
    const shape = create('dmndi:DMNShape', diagram, { dmnElementRef: element });
    shape.bounds = create('dc:Bounds', shape, bounds);
    return shape;
  });
  const edges = elements.flatMap((element) => required(element, byId).map(({ requirement, from }) => {
    const [start, end] = [placed.get(from), placed.get(element)];
    if (!requirement.id) requirement.id = model.ids.nextPrefixed('Requirement_', requirement);
    const edge = create('dmndi:DMNEdge', diagram, { dmnElementRef: requirement });
    edge.waypoint = [
      create('dc:Point', edge, { x: start.x + start.width / 2, y: start.y }),
      create('dc:Point', edge, { x: end.x + end.width / 2, y: end.y + end.height }),
    ];
    return edge;
  }));
  diagram.diagramElements = [...shapes, ...edges];
  dmnDI.diagrams = [diagram];
  definitions.dmnDI = dmnDI;
}
