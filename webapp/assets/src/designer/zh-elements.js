// Kinds of elements and what the palette and the menus call them, in Chinese.

const TRIGGERS = {
  Message: '消息', Timer: '定时', Conditional: '条件', Signal: '信号', Error: '错误', Escalation: '升级', Cancel: '取消',
  Compensation: '补偿', Compensate: '补偿', Link: '链接', Terminate: '终止', Multiple: '多重', 'Parallel Multiple': '并行多重',
};
const PLACES = {
  'Start Event': '开始事件', 'End Event': '结束事件', 'Boundary Event': '边界事件', 'Intermediate Catch Event': '等待事件',
  'Intermediate Throw Event': '抛出事件', 'Event Sub Process': '事件子流程',
};

/** "Timer Boundary Event" and the like, interrupting and not. */
function events() {
  const names = {};
  for (const [place, ofPlace] of Object.entries(PLACES)) {
    names[place] = ofPlace;
    for (const [trigger, ofTrigger] of Object.entries(TRIGGERS)) {
      names[`${trigger} ${place}`] = `${ofTrigger}${ofPlace}`;
      names[`${trigger} ${place} (Non Interrupting)`] = `${ofTrigger}${ofPlace}（不中断）`;
    }
  }
  return names;
}

export const ELEMENTS = {
  ...events(),
  'Activate create/remove space tool': '腾出或收回空间',
  'Activate global connect tool': '连线工具',
  'Activate hand tool': '移动画布',
  'Activate lasso tool': '框选工具',
  'Add lane above': '在上方加泳道',
  'Add lane below': '在下方加泳道',
  'Create expanded sub-process': '新建子流程',
  'Create pool/participant': '新建泳池',
  'Divide into three lanes': '分成三条泳道',
  'Divide into two lanes': '分成两条泳道',
  'flow elements must be children of pools/participants': '元素应当放在泳池里',
  'Ad-hoc sub-process': '即席子流程',
  'Ad Hoc Sub Process': '即席子流程',
  Association: '关联线',
  'Boundary event': '边界事件',
  'Business Rule Task': '规则任务',
  'Call Activity': '调用活动',
  Collaboration: '协作',
  'Complex Gateway': '复杂网关',
  'Connect to': '连接到',
  'Conditional Flow': '条件分支',
  Data: '数据',
  'Data Input Association': '数据输入',
  'Data Object Reference': '数据对象',
  'Data Output Association': '数据输出',
  'Data Store Reference': '数据存储',
  'Default Flow': '默认分支',
  'Event Based Gateway': '事件网关',
  'Event Sub Process': '事件子流程',
  'Event-based Gateway': '事件网关',
  Events: '事件',
  'Exclusive Gateway': '排他网关',
  'Expanded Sub Process': '子流程',
  'Expanded pool/participant': '泳池（展开）',
  Gateways: '网关',
  Group: '分组',
  'Inclusive Gateway': '包容网关',
  Lane: '泳道',
  'Local variable name': '局部变量名',
  'Manual Task': '手工任务',
  'Message Flow': '消息流',
  'Parallel Gateway': '并行网关',
  Participant: '泳池',
  'Participant ID': '泳池编号',
  Participants: '泳池',
  Process: '流程',
  'Process variable name': '流程变量名',
  'Receive Task': '接收任务',
  'Script Task': '脚本任务',
  'Send Task': '发送任务',
  'Sequence Flow': '顺序流',
  'Service Task': '服务任务',
  'Sub Process': '子流程',
  'Sub-processes': '子流程',
  Task: '任务',
  Tasks: '任务',
  'Text Annotation': '注释',
  Transaction: '事务子流程',
  'User Task': '人工任务',
  'Ad-hoc': '即席',
  'Ad-hoc sub-process (collapsed)': '即席子流程（折叠）',
  'Ad-hoc sub-process (expanded)': '即席子流程（展开）',
  'Create intermediate/boundary event': '新建等待、抛出或边界事件',
  'Append intermediate/boundary event': '接一个等待、抛出或边界事件',
  'Append receive task': '接一个接收任务',
  'Empty pool/participant': '空的泳池',
  'Empty pool/participant (removes content)': '清空泳池（删除内容）',
  'Sub-process (collapsed)': '子流程（折叠）',
  'Sub-process (expanded)': '子流程（展开）',
};
