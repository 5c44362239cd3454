// A diagram without a picture is laid out to be looked at or drawn on; lanes and pools are not drawn by that.

const BPMN = 'http://www.omg.org/spec/BPMN/20100524/MODEL';
const BEFORE = { incoming: ['documentation', 'extensionElements', 'incoming'] };
BEFORE.outgoing = [...BEFORE.incoming, 'outgoing'];

/** Some modellers leave out which flows an element has; the layout goes by them. */
function linked(xml) {
  const file = new DOMParser().parseFromString(xml, 'application/xml');
  const byId = new Map([...file.getElementsByTagNameNS(BPMN, '*')].map((element) => [element.getAttribute('id'), element]));
  const link = (element, kind, flow) => {
    const children = [...(element?.children ?? [])];
    if (!element || children.some(({ localName, textContent }) => localName === kind && textContent.trim() === flow)) return;
    const made = file.createElementNS(BPMN, element.prefix ? `${element.prefix}:${kind}` : kind);
    made.textContent = flow;
    element.insertBefore(made, children.find(({ localName }) => !BEFORE[kind].includes(localName)) ?? null);
  };
  for (const flow of [...file.getElementsByTagNameNS(BPMN, 'sequenceFlow')]) {
    link(byId.get(flow.getAttribute('sourceRef')), 'outgoing', flow.id);
    link(byId.get(flow.getAttribute('targetRef')), 'incoming', flow.id);
  }
  return new XMLSerializer().serializeToString(file);
}

/** {xml, laidOut}: the text with a picture, and whether it was made here. */
export async function withPicture(xml) {
  if (/<(\w+:)?BPMNShape\b/.test(xml)) return { xml, laidOut: false };
  const { layoutProcess } = await import('bpmn-auto-layout');
  return { xml: await layoutProcess(linked(xml)), laidOut: true };
}
