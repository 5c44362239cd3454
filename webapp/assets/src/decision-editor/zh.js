// What the editor of decision files says in Chinese. Keys are the library's texts.

const TYPES = {
  string: '文字', boolean: '是否', number: '数字', date: '日期', time: '时间', dateTime: '日期和时间',
  dayTimeDuration: '时长（天、时）', yearMonthDuration: '时长（年、月）', list: '列表', context: '上下文', Any: '任意', any: '任意',
  integer: '整数', long: '整数', double: '数字',
};

/** Hit policies: name and what it means. */
const POLICIES = {
  Unique: '唯一', First: '首个', Priority: '优先', Any: '任意', Collect: '收集', 'Collect (Sum)': '收集（求和）',
  'Collect (Min)': '收集（最小）', 'Collect (Max)': '收集（最大）', 'Collect (Count)': '收集（计数）', 'Rule order': '按规则顺序',
  'Output order': '按输出顺序',
  'No overlap is possible and all rules are disjoint. Only a single rule can be matched': '规则互不重叠，只会有一条命中',
  'Rules may overlap. The first matching rule will be chosen': '规则可以重叠，取最先命中的一条',
  'Rules may overlap. The one with the highest priority will be chosen': '规则可以重叠，取优先级最高的一条',
  'Rules may overlap. Their output have to match': '规则可以重叠，但结果必须相同',
  'Collects the values of all matching rules': '收集所有命中规则的值',
  'Collects the values of all matching rules and sums up to a single value': '收集所有命中规则的值并求和',
  'Collects the values of all matching rules and uses the lowest value': '收集所有命中规则的值，取最小',
  'Collects the values of all matching rules and uses the highest value': '收集所有命中规则的值，取最大',
  'Collects the values of all matching rules and counts the number of them': '数一数有多少条规则命中',
  'Collects the values of all matching rules in rule order': '按规则顺序收集所有命中规则的值',
  'Collects the values of all matching rules in decreasing output priority order': '按结果的优先级收集所有命中规则的值',
};

const TABLE = {
  'Add cell description': '加单元格说明', 'Add input column left': '左边加条件列', 'Add input column right': '右边加条件列',
  'Add input': '加条件列', 'Add output column left': '左边加结果列', 'Add output column right': '右边加结果列',
  'Add output': '加结果列', 'Add predefined values': '加预定的值', 'Add rule above': '上面加规则', 'Add rule below': '下面加规则',
  'Add rule': '加规则', 'Add values': '加值', And: '并且', Annotation: '说明', Annotations: '说明',
  'Change cell expression language': '更换表达式语言', 'Change type': '更换类型', 'Clear predefined values': '清除预定的值',
  'Copy input column': '复制条件列', 'Copy output column': '复制结果列', 'Copy rule': '复制规则', 'Cut input column': '剪切条件列',
  'Cut output column': '剪切结果列', 'Cut rule': '剪切规则', 'Paste input column left': '粘贴条件列到左边',
  'Paste input column right': '粘贴条件列到右边', 'Paste output column left': '粘贴结果列到左边',
  'Paste output column right': '粘贴结果列到右边', 'Paste rule above': '粘贴规则到上面', 'Paste rule below': '粘贴规则到下面',
  'Remove cell description': '删除单元格说明', 'Remove input column': '删除条件列', 'Remove output column': '删除结果列',
  'Remove rule': '删除规则', 'Move rule': '移动规则', Resize: '调整列宽', Delete: '删除',
  'Decision name': '决策名称', 'Decision name: ': '决策名称：', 'Hit policy': '命中策略', 'Hit policy:': '命中策略：',
  'Edit input': '编辑条件', 'Edit output': '编辑结果', Input: '条件', Output: '结果', 'Input expression': '条件表达式',
  'Input expression: ': '条件表达式：', 'Input label': '条件名称', 'Input label: ': '条件名称：', 'Input type': '条件类型',
  'Input values': '条件的值', 'Output label': '结果名称', 'Output label: ': '结果名称：', 'Output name': '结果变量',
  'Output name: ': '结果变量：', 'Output type': '结果类型', 'Output values': '结果的值', 'Predefined values': '预定的值',
  'Custom values': '自定的值', 'No values': '没有值', When: '当', Then: '则', Type: '类型', Value: '值', Values: '值',
  'View DRD': '看决策关系图', 'Enter expression': '填写表达式', Expression: '表达式', 'Expression language': '表达式语言',
  'Expression language:': '表达式语言：', 'Expression language: {expressionLanguageLabel}': '表达式语言：{expressionLanguageLabel}',
  'Editing not supported for set expression language': '此表达式语言不能在这里编辑',
};

/** Small editors of one cell. */
const CELLS = {
  'Edit boolean': '选是否', 'Edit date': '选日期', 'Edit date and time': '选日期和时间', 'Edit duration': '填时长', 'Edit number': '填数字',
  'Edit string': '填文字', 'Edit time': '选时间', 'Edit start date': '选开始日期', 'Edit end date': '选结束日期',
  'Edit start date and time': '选开始时刻', 'Edit end date and time': '选结束时刻', 'Edit start time': '选开始时间', 'Edit end time': '选结束时间',
  Edit: '编辑', 'Set date': '定日期', 'Set date and time': '定日期和时间', 'Set duration': '定时长', 'Set time': '定时间', 'Set value': '定值',
  'Boolean value': '是否', 'Date value': '日期', 'Date and time value': '日期和时间', 'Date and time': '日期和时间', 'Duration value': '时长',
  'String value': '文字', 'Time value': '时间', Date: '日期', Time: '时间', 'Start date': '开始日期', 'End date': '结束日期',
  'Start date and time': '开始时刻', 'End date and time': '结束时刻', 'Start time': '开始时间', 'End time': '结束时间',
  'Start value': '开始值', 'End value': '结束值', 'Range start operator': '区间开始符号', 'Range start value': '区间开始值',
  'Range end operator': '区间结束符号', 'Range end value': '区间结束值', Range: '区间', Comparison: '比较', 'Comparison operator': '比较符号',
  Equals: '等于', Less: '小于', 'Less or equals': '小于等于', Greater: '大于', 'Greater or equals': '大于等于', Between: '介于',
  Before: '早于', After: '晚于', Exactly: '恰好', Include: '包含', Exclude: '不包含', 'Test type': '比较方式', 'Match one': '命中其一',
  'Match none': '都不命中', Yes: '是', No: '否', 'Use now': '用现在', 'Use today': '用今天', '-': '-',
  'Strings must be in double quotes': '文字要用英文双引号', '"value"': '"值"', '"value", "value", ...': '"值", "值", …',
  'e.g. { example } ': '例如 { example } ', 'e.g. { sample }': '例如 { sample }',
  'Must match PnYnM': '写作 PnYnM，例如 P1Y6M', 'Must match PnDTnH': '写作 PnDTnH，例如 P3DT12H',
  'Date must match pattern yyyy-MM-dd': '日期写作 2026-01-31',
  'Time must match pattern hh:mm:ss[time zone]': '时间写作 09:30:00',
  'Date and time must match pattern yyyy-MM-ddTHH:mm:ss[time zone]': '日期和时间写作 2026-01-31T09:30:00',
};

const GRAPH = {
  'Activate hand tool': '移动画布', 'Activate lasso tool': '框选工具', 'Add text annotation': '加注释',
  'Append business knowledge model': '接一个业务知识', 'Append decision': '接一个决策', 'Append input data': '接一个输入数据',
  'Append knowledge source': '接一个知识来源', 'Connect to other element': '连到其他元素', 'Create decision': '新建决策',
  'Create input data': '新建输入数据', 'Create knowledge model': '新建业务知识', 'Create knowledge source': '新建知识来源',
  'Definition ID': '文件编号', 'Definition name': '文件名称', 'Element name': '元素名称', Empty: '空', 'Decision table': '决策表',
  'Literal expression': '表达式', 'Literal Expression': '表达式', 'Open decision table': '打开决策表', 'Open literal expression': '打开表达式',
  'Open boxed expression': '打开业务知识', 'Change element': '更换元素', Remove: '删除', 'Element must have ID.': '必须有编号。',
  'Element must have unique ID.': '编号不能重复。', 'Id must not contain spaces.': '编号里不能有空格。',
  'Id must not contain prefix.': '编号里不能有前缀。', 'Id must be a valid QName.': '编号只能用字母、数字、下划线和横线，不能以数字开头。',
  'Search in diagram': '在图中查找',
};

const EXPRESSIONS = {
  'Literal expression editor': '表达式编辑器', 'Variable name': '变量名', 'Variable name:': '变量名：', 'Variable type': '变量类型',
  'Variable type:': '变量类型：', name: '名称', 'Add parameter': '加参数', 'Remove parameter': '删除参数', 'Edit formal parameters': '编辑参数',
  'Edit function kind': '编辑函数类型', 'Function kind: {kind}': '函数类型：{kind}', Kind: '类型', FEEL: 'FEEL', Java: 'Java', PMML: 'PMML',
};

export const CHINESE = { ...TYPES, ...POLICIES, ...TABLE, ...CELLS, ...GRAPH, ...EXPRESSIONS };
