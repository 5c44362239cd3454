// Our kinds of work as element templates: what the office's tasks carry, ready to be placed on a diagram.
// Words stand in both languages; `elementTemplates` gives them in one.

import { STEPS } from './known-steps.js';

const TASK = ['bpmn:Task', 'bpmn:UserTask'];
const ACTIVITY = ['bpmn:Task', 'bpmn:ServiceTask', 'bpmn:CallActivity'];

const hidden = (binding, value) => ({ type: 'Hidden', value, binding });
const property = (name) => ({ type: 'zeebe:property', name });
const GROUPS = { type: 'zeebe:assignmentDefinition', property: 'candidateGroups' };
const USER_TASK = hidden({ type: 'zeebe:userTask' });

const groups = (value) => ({
  id: 'groups', group: 'who', type: 'String', feel: 'optional', value, binding: GROUPS, constraints: { notEmpty: true },
  label: { zh: '候选岗位', en: 'Candidate groups' },
  description: { zh: '岗位代码，几个用逗号隔开；或者 =groups.review 等表达式。', en: 'Codes of posts, commas between; or an expression such as =groups.review.' },
});
const clock = (value) => ({
  id: 'clock', group: 'time', type: 'String', value, optional: true, binding: property('clock'),
  label: { zh: '时限', en: 'Limit' },
  description: { zh: '哪个时限决定到期日：promised、statutory、intake、correction……', en: 'Which limit gives the due day: promised, statutory, intake, correction …' },
});
const separate = (value) => ({
  id: 'separate', group: 'who', type: 'String', value, optional: true, binding: property('separate'),
  label: { zh: '不得由同一人办理', en: 'Separation of duties' },
  description: { zh: 'not:步骤名、two-persons、no-relatives，用空格隔开。', en: 'not:<step>, two-persons, no-relatives; spaces between.' },
});
const participants = (value) => ({
  id: 'participants', group: 'who', type: 'String', value, binding: property('participants'),
  label: { zh: '共同签字人数', en: 'How many sign' }, constraints: { pattern: { value: '^[1-9]$', message: { zh: '填 1 到 9。', en: '1 to 9.' } } },
});
const form = {
  id: 'form', group: 'form', type: 'String', optional: true, binding: { type: 'zeebe:formDefinition', property: 'externalReference' },
  label: { zh: '表单', en: 'Form' }, description: { zh: '不填就用此步骤的表单。', en: 'Left empty: the form of the step.' },
};
const GROUP_LABELS = [
  { id: 'who', label: { zh: '由谁办理', en: 'Who does it' } },
  { id: 'time', label: { zh: '时限', en: 'Limits' } },
  { id: 'form', label: { zh: '表单', en: 'Form' } },
  { id: 'call', label: { zh: '调用', en: 'Called process' } },
];

/** A user task of the office with the property `step`. */
const task = (key, step, name, description, ...rest) => ({
  id: `one-window.${key}`, version: 1, name, description, appliesTo: TASK, elementType: { value: 'bpmn:UserTask' },
  properties: [USER_TASK, hidden(property('step'), step), ...rest],
});

const input = (target, label, value, description) => ({
  group: 'call', type: 'String', feel: 'required', value, label, description,
  binding: { type: 'zeebe:input', name: target }, constraints: { notEmpty: true },
});
const called = (processId) => hidden({ type: 'zeebe:calledElement', property: 'processId' }, processId);
const NOTHING_BY_ITSELF = [
  hidden({ type: 'zeebe:calledElement', property: 'propagateAllChildVariables' }, 'false'),
  hidden({ type: 'zeebe:calledElement', property: 'propagateAllParentVariables' }, 'false'),
];
const ITEM = input('item', { zh: '事项', en: 'Item' }, '="P1"', { zh: '目录里的事项代码，写作 ="P1"。', en: 'The item’s code in the catalogue, as ="P1".' });

/** An input that the item's entry gives; it follows the item (own-item.js). */
const own = (fact, label, description) => input(fact, label, `=items.P1.${fact}`, description);
const WAY = own('way', { zh: '办理方式', en: 'Way' }, { zh: '承诺或一般。', en: 'By commitment or the ordinary way.' });
const COMMITTED = own('committed', { zh: '已承诺', en: 'Committed' });
const ACCEPTS = own('accepts', { zh: '由谁受理', en: 'Who accepts' });
const AT_ONCE = own('immediate', { zh: '即办', en: 'At once' });
const POSTS = own('groups', { zh: '岗位', en: 'Posts' });
const RESULT = {
  group: 'call', type: 'String', value: 'result_P1', binding: { type: 'zeebe:output', source: '=outcome' },
  label: { zh: '结果变量', en: 'Result' }, constraints: { notEmpty: true },
  description: { zh: '事项的办理结果写入 result_事项代码。', en: 'The item’s outcome is written to result_<item>.' },
};
/** A call that handles one item; the other mappings follow when the item is written. */
const item = (key, version, processId, name, description, ...inputs) => ({
  id: `one-window.${key}`, version, name, description, appliesTo: ACTIVITY, elementType: { value: 'bpmn:CallActivity' },
  properties: [called(processId), ...NOTHING_BY_ITSELF, ITEM, ...inputs],
});

const TEMPLATES = [
  task('review', 'review', { zh: '部门审查', en: 'Department review' },
    { zh: '审查人提出准予或者不予的建议。', en: 'A reviewer proposes to grant or to refuse.' },
    groups('=groups.review'), clock('promised'), separate('no-relatives'), form),
  task('examine', 'examine', { zh: '资料审查', en: 'Examination of papers' },
    { zh: '核对材料，并决定要不要现场核查。', en: 'Papers are checked, and whether a visit is needed.' },
    groups('=groups.review'), clock('promised'), separate('no-relatives'), form),
  task('decide', 'decide', { zh: '作出决定', en: 'Ruling' },
    { zh: '有授权的决定人依法作出决定，不得是审查人。', en: 'An authorised decider rules; never the reviewer.' },
    groups('=groups.decide'), clock('promised'), separate('not:review no-relatives'), form),
  task('immediate', 'immediate', { zh: '即办', en: 'Ruling at once' },
    { zh: '承诺件、即办件由决定人当场决定。', en: 'What is committed or simple is ruled on at once.' },
    groups('=groups.decide'), clock('promised'), form),
  task('accept', 'accept', { zh: '受理审查', en: 'Acceptance' },
    { zh: '五种受理结果之一。', en: 'One of the five outcomes of intake.' }, groups('=groups.intake'), clock('intake')),
  task('correct', 'correct', { zh: '补正材料', en: 'Correction' },
    { zh: '申请人补正，窗口办理。', en: 'The applicant corrects; the window enters it.' }, groups('window.clerk'), clock('correction')),
  task('visit', 'visit', { zh: '联合核查', en: 'Joint visit' },
    { zh: '两名以上工作人员到现场核查并签字。', en: 'Two officers or more look on the spot and sign.' },
    groups(''), participants('2'), separate('two-persons no-relatives'), clock('promised'), form),
  task('verify', 'verify', { zh: '事后核查', en: 'Verification' },
    { zh: '核查承诺是否属实、是否履行。', en: 'Whether what was committed is true and kept.' },
    groups(''), participants('2'), separate('two-persons no-relatives')),
  task('issue', 'issue', { zh: '出件', en: 'Prepare results' },
    { zh: '窗口出证、交付。', en: 'The window makes the results ready and hands them over.' }, groups('window.issue')),
  task('record', 'record', { zh: '记录办理情况', en: 'Record what was done' },
    { zh: '写下做了什么就办结，不作决定：窗口或者部门的一般工作。', en: 'What was done is written down and the task is done; nothing is ruled: ordinary work of the window or a department.' },
    groups('window.clerk'), clock(''), form),
  {
    id: 'one-window.step', version: 1, name: { zh: '其他环节', en: 'Another step' }, appliesTo: TASK,
    description: { zh: '从系统有办理页面的环节中选择一种。', en: 'One of the steps that the system has a page for.' },
    elementType: { value: 'bpmn:UserTask' },
    properties: [USER_TASK, {
      id: 'step', group: 'who', type: 'Dropdown', value: 'record', label: { zh: '环节', en: 'Step' },
      binding: property('step'), choices: STEPS,
    }, groups('window.clerk'), clock(''), separate(''), form],
  },
  item('item', 2, 'item-licence', { zh: '许可事项', en: 'Licence item' },
    { zh: '按许可事项的流程办理一个事项：受理、承诺或审查、决定、出证。', en: 'One item by the process of licences: acceptance, commitment or review, ruling, licence.' },
    WAY, COMMITTED, ACCEPTS, AT_ONCE, POSTS, own('hand_up', { zh: '上报', en: 'Hand-up' }),
    input('visit', { zh: '现场核查', en: 'Visit' }, '="never"', { zh: '="always"、="declared" 或 ="never".', en: '="always", ="declared" or ="never".' }),
    RESULT),
  item('filing', 1, 'item-filing', { zh: '备案事项', en: 'Filing item' },
    { zh: '按备案、登记、确认等事项的流程办理一个事项，不作现场核查。', en: 'One item by the process of filings, registrations and confirmations: without a visit.' },
    WAY, COMMITTED, ACCEPTS, AT_ONCE, POSTS, RESULT),
  item('external', 1, 'item-external', { zh: '外部系统办理的事项', en: 'Item decided elsewhere' },
    { zh: '由别的系统作出决定的事项：结果由岗位人员回填。', en: 'An item that another system decides: its result is entered back by the post.' },
    POSTS, RESULT),
  item('delivery', 1, 'delivery', { zh: '出件送达', en: 'Delivery' },
    { zh: '事项办结后出件、领取或者送达。', en: 'What an item has given is prepared and handed over or sent.' },
    POSTS),
  {
    id: 'one-window.special-procedure', version: 2, name: { zh: '特别程序', en: 'Special procedure' }, appliesTo: ACTIVITY,
    description: { zh: '听证、检测、专家评审、公示：只暂停法律允许暂停的时限。', en: 'Hearing, testing, expert review, public notice: pauses what the law lets it pause.' },
    elementType: { value: 'bpmn:CallActivity' },
    properties: [called('special-procedure'), ...NOTHING_BY_ITSELF,
      input('item', { zh: '事项', en: 'Item' }, '=item'),
      input('groups', { zh: '岗位', en: 'Posts' }, '=groups'),
      input('procedure', { zh: '哪种程序', en: 'Which procedure' }, '=procedure', { zh: '审查时选择的程序。', en: 'What was chosen at the review.' }),
      input('on_application', { zh: '依申请', en: 'On application' }, '=on_application')],
  },
  {
    id: 'one-window.issue-licence', version: 1, name: { zh: '制证', en: 'Issue licence' }, appliesTo: ACTIVITY,
    description: { zh: '按证照规则取号、制作证照并登记。', en: 'A number by the licence’s rule; the licence is made and registered.' },
    elementType: { value: 'bpmn:ServiceTask' },
    properties: [hidden({ type: 'zeebe:taskDefinition', property: 'type' }, 'issue-licence'), ITEM],
  },
  {
    id: 'one-window.commitment-choice', version: 1, name: { zh: '承诺选择', en: 'Commitment choice' },
    appliesTo: ['bpmn:Gateway', 'bpmn:ExclusiveGateway'], elementType: { value: 'bpmn:ExclusiveGateway' },
    description: {
      zh: '承诺办理还是一般程序：承诺分支的条件写 =way = "commitment"，另一条设为默认分支。',
      en: 'By commitment or the ordinary way: the branch of commitment has the condition =way = "commitment", the other is the default.',
    },
    properties: [{
      id: 'question', group: 'call', type: 'String', value: '告知承诺办理？',
      label: { zh: '问题', en: 'Question' }, binding: { type: 'property', name: 'name' }, constraints: { notEmpty: true },
    }],
  },
  {
    id: 'one-window.remind', version: 2, name: { zh: '通知提醒', en: 'Notify' }, appliesTo: ACTIVITY,
    description: { zh: '到时通知经办人、申请人或者核查人。', en: 'Tells whoever has the task, the applicant, or the verifiers.' },
    elementType: { value: 'bpmn:ServiceTask' },
    properties: [{
      id: 'what', group: 'call', type: 'Dropdown', value: 'remind', label: { zh: '通知什么', en: 'What to tell' },
      binding: { type: 'zeebe:taskDefinition', property: 'type' },
      choices: [
        { name: { zh: '时限将到（经办人）', en: 'The limit draws near (whoever has the task)' }, value: 'remind' },
        { name: { zh: '容缺材料未补（申请人）', en: 'Materials still to follow (the applicant)' }, value: 'tolerance-remind' },
        { name: { zh: '应当事后核查（核查人）', en: 'Verification is due (the verifiers)' }, value: 'remind-verification' },
      ],
    }, ITEM],
  },
];

/** What an element of each kind is called that nobody has named: id of the template -> name in the office's language. */
export const NAMES = new Map(TEMPLATES.map(({ id, name }) => [id, name.zh]));

/** The panel's name of the field of a kind of work that names its posts; none where it names none. */
function fieldOfPosts({ id, properties }) {
  const place = properties.filter(({ group }) => group === 'who').findIndex(({ binding }) => binding === GROUPS);
  return place < 0 ? [] : [`custom-entry-${id}-who-${place}`];
}

/** Names of the panel's fields that name posts: of a task without a kind of work, and of each kind. */
export const FIELDS_OF_POSTS = new Set(['assignmentDefinitionCandidateGroups', ...TEMPLATES.flatMap(fieldOfPosts)]);

const inOne = (value, language) => {
  if (Array.isArray(value)) return value.map((one) => inOne(one, language));
  if (value === null || typeof value !== 'object') return value;
  if ('zh' in value && 'en' in value) return value[language];
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inOne(one, language)]));
};

/** The templates with their words in `language`, as the editor takes them. */
export function elementTemplates(language) {
  return inOne(TEMPLATES, language).map((one) => ({
    $schema: '@camunda/zeebe-element-templates-json-schema',
    groups: inOne(GROUP_LABELS, language),
    ...one,
  }));
}
