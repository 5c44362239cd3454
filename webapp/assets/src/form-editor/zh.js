// What the editor of forms says in Chinese. It has no hook for translation: the build gives each of these texts of the
// library to `said` (build.mjs), and fails where the library no longer says one.

const KINDS = {
  'Text field': '单行文本', 'Text area': '多行文本', Number: '数字', 'Date time': '日期时间', Date: '日期', Time: '时间',
  'Date & Time': '日期和时间', Checkbox: '勾选', 'Checkbox group': '多选', 'Radio group': '单选', Select: '下拉', 'Tag list': '标签多选',
  'File picker': '文件', 'Text view': '文字', 'HTML view': 'HTML', 'Image view': '图片', Table: '表格', 'Document preview': '文件预览',
  Spacer: '间隔', Separator: '分隔线', Group: '分组', 'Dynamic list': '列表', iFrame: '内嵌网页', Button: '按钮', Expression: '计算值',
};

const PALETTE = {
  Components: '组件', 'Search components': '找组件', 'Clear content': '清空', 'No components found.': '没有找到组件。',
  Input: '填写', Selection: '选择', Presentation: '展示', Containers: '容器', Action: '操作',
  'Build your form': '制作表单', 'Drag and drop components here to start designing.': '把左边的组件拖到这里，或者选中后按回车加入。',
  'Use the preview window to test your form.': '用“预览”查看填写时的样子。', 'Drag and drop components here.': '把组件拖到这里。',
  'Remove form field': '删除字段', 'Text view is empty': '没有文字', 'Text view is populated by an expression': '文字由表达式给出',
  'Text view is templated': '文字里有表达式', 'Html view is empty': '没有内容', 'Html view is populated by an expression': '内容由表达式给出',
  'Html view is templated': '内容里有表达式', 'Expression is empty': '没有表达式', 'Nothing to show.': '没有内容。',
  'No content to show.': '没有内容。', 'This is an image placeholder': '图片', 'Add new': '加一行', 'No files selected': '没有选择文件',
  Browse: '选择文件', Name: '名称', 'Column 1': '第一列', 'Column 2': '第二列', 'Column 3': '第三列', Increment: '步长', Decrement: '减少',
  Search: '搜索', 'No results': '没有结果', 'Click to remove sorting': '取消排序', 'Previous page': '上一页', 'Next page': '下一页',
};

const PANEL = {
  'Select a form field to edit its properties.': '选择一个字段，编辑它的属性。',
  'Multiple form fields are selected. Select a single form field to edit its properties.': '选中了多个字段；选一个才能编辑属性。',
  'Toggle section': '展开或收起', 'Section contains an error': '此处有错误', 'Section contains edits': '此处有内容', '<empty>': '<空>',
  'Toggle list item': '展开或收起', 'Delete item': '删除', 'Create new list item': '新建一项', Create: '新建',
  'Open documentation': '打开文档', 'Open pop-up editor': '打开大编辑框', 'Opened in popup': '正在大编辑框里编辑', 'Opened in editor': '正在编辑器里编辑',
  'FEEL expression is mandatory': '须填 FEEL 表达式', 'Unparsable FEEL expression.': '不是有效的 FEEL 表达式。',
  'Close popup': '关闭', 'Save and close': '保存并关闭', Content: '内容', Condition: '显示条件', General: '基本', Layout: '布局',
  Appearance: '外观', Serialization: '保存格式', Constraints: '限制', Validation: '校验', 'Security attributes': '安全属性',
  'Custom properties': '自定属性', 'Options source': '选项来源', 'Dynamic options': '由数据给出的选项', 'Static options': '选项',
  'Headers source': '表头来源', 'Header items': '表头',
};

const ENTRIES = {
  ID: '组件编号', Key: '键', Path: '路径', Label: '名称', 'Field label': '名称', 'Group label': '分组名称', 'Table label': '表格名称', Title: '标题',
  'Date label': '日期名称', 'Time label': '时间名称', 'Field description': '说明', 'Default value': '默认值', Checked: '已勾选', 'Not checked': '未勾选',
  '<none>': '<无>', Disabled: '停用', 'Read only': '只读', Required: '必填', 'Show outline': '显示边框', 'Vertical alignment': '垂直对齐',
  Top: '靠上', Center: '居中', Bottom: '靠下', Columns: '宽度（16 格）', Auto: '自动', 'Alternative text': '替代文字', 'Image source': '图片来源',
  Text: '文字', Height: '高度', 'Decimal digits': '小数位数', 'Output as string': '保存为文字', 'Target value': '值', 'Compute on': '何时计算',
  'Value changes': '内容改变时', 'Form submission': '提交时', Subtype: '种类', 'Use 24h': '24 小时制', 'Disallow past dates': '不能早于今天',
  'Time interval': '时间间隔', 'Time format': '时间格式', Searchable: '可以搜索', Value: '值', Type: '来源', 'Input values key': '数据里的键',
  Prefix: '前缀', Suffix: '后缀', Repeatable: '可以重复', 'Default number of items': '开始时几行', 'Allow add/delete items': '可以加减行',
  'Disable collapse': '不收起', 'Number of non-collapsing items': '展开几行', 'Hide if': '隐藏条件', 'Deactivate if': '停止计算的条件',
  'Options expression': '选项表达式', 'Data source': '数据来源', Pagination: '分页', 'Number of rows per page': '每页几行', 'List of items': '逐项填写',
  Column: '列', 'Version tag': '版本标记', 'Supported file formats': '接收的文件类型', 'Upload multiple files': '可以多个文件',
  'Document reference': '文件来源', 'Max height of preview container': '预览最大高度', Custom: '自定', Email: '电子邮箱', Phone: '电话',
  'Minimum length': '最少字数', 'Maximum length': '最多字数', 'Custom regular expression': '正则表达式', 'Custom error message': '不符合时的提示',
  Minimum: '最小值', Maximum: '最大值', 'Validation pattern': '校验方式', Submit: '提交', Reset: '恢复', Static: '逐项填写', 'Input data': '取自数据',
  'UTC offset': '带时区', 'UTC normalized': '换算为 UTC', 'No timezone': '不带时区', URL: '网址',
  'Script execution': '运行脚本', 'Allow same origin': '同源', 'Open in fullscreen': '全屏', Geolocation: '位置', 'Camera access': '摄像头',
  'Microphone access': '麦克风', 'Forms submission': '提交表单', 'Open modal windows': '打开对话框', 'Open popups': '打开弹窗',
  'Top level navigation': '顶层跳转', 'Storage access by user': '读取存储',
};

const FAULTS = {
  'Must not be empty.': '不能为空。', 'Must not be empty': '不能为空', 'Must be unique.': '不能重复。', 'Must not contain spaces.': '不能有空格。',
  'Must not contain prefix.': '不能有前缀。', 'Must be a valid QName.': '只能用字母、数字、下划线和横线，不能以数字开头。',
  'Must be a variable or a dot separated path.': '应为变量名，或者用点隔开的路径。', 'Must not contain numerical path segments.': '路径里不能有数字段。',
  'Must not be a prohibited path.': '不能用这个路径。', 'Must not conflict with other key/path assignments.': '与其他键或路径冲突。',
  'Must be a variable or a dot-separated path': '应为变量名，或者用点隔开的路径', 'Must be empty, a variable or a dot-separated path': '留空，或者填变量名、用点隔开的路径',
  'Must not cause two binding paths to collide': '会与其他键或路径冲突', 'Should be an integer.': '应为整数。', 'A number is required.': '应为数字。',
  'Should be greater than zero.': '应大于零。', 'Should be a valid number.': '应为数字。', 'Should be a valid number': '应为数字',
  'Should be greater than or equal to zero.': '不能小于零。', 'Must be number': '应为数字', 'The document data source is required.': '请填文件来源。',
  'Value must be a number.': '应为数字。', 'For security reasons the URL must start with "https".': '网址须以 https 开头。',
};

const HINTS = {
  'Binds to a form variable': '答案保存在这个变量里', 'Where the child variables of this component are pathed to.': '里面的字段保存在这个路径下。',
  'Expression or static value (link/data URI)': '表达式，或者本站地址、内嵌图片', 'Height of the container in pixels.': '高度，像素。',
  'Define an expression to calculate the value of this field': '计算此值的表达式', 'Allows arbitrary precision values': '保留所有位数',
  'Define which input property to populate the values from': '选项取自数据里的哪个键', 'Condition under which the field is hidden': '条件成立时不显示此字段',
  'Condition under which the field is deactivated': '条件成立时不计算', 'Define an expression to populate the options from.': '给出选项的表达式。',
  'Specify the source from which to populate the table': '表格的数据从哪里来', 'Specify an expression to populate column items': '给出表头的表达式',
  'Descriptive text for screen reader accessibility.': '读屏软件念的文字。',
  'Disable this field when it should not be interactive for end-users. Its data will not be submitted. This setting takes precedence over read-only.': '停用的字段只显示，不填写，也不保存；停用先于只读。',
  'Make this field read-only when it cannot be edited by the end-user, but its content is important for them to see. Its data will still be submitted.': '只读的字段不能修改，内容仍会保存。',
  'Routes the children of this component into a form variable, may be left empty to route at the root level.': '里面的字段保存在这个变量里；留空就保存在最上层。',
  'Routes the children of this component into a form variable.': '里面的字段保存在这个变量里。',
  'Link referring to a hosted image, or use a data URI directly to embed image data into the form.': '本站图片的地址，或者内嵌在表单里的图片。',
  'Supports markdown and templating.': '可以用 Markdown 和 {{表达式}}。',
  'Supports HTML, styling, and templating. Styles are automatically scoped to the HTML component.': '可以用允许的 HTML 标签和 {{表达式}}；不能用样式。',
  'Learn more': '了解更多',
  'The input property may be an array of simple values or alternatively follow this schema:': '数据可以是一列值，也可以这样写：',
  'The expression may result in an array of simple values or alternatively follow this schema:': '结果可以是一列值，也可以这样写：',
  'Enter a form input variable that contains the data for the table or define an expression to populate the data dynamically.': '表格数据所在的变量，或者给出数据的表达式。',
  'Version tag by which this form can be referenced.': '本系统按事项的版本使用表单，不用填。', 'A comma-separated list of': '用逗号隔开的', 'file type specifiers': '文件类型',
  'A source is a JSON object containing metadata for a document or an array of documents.': '来源是一个或者几个文件的信息。',
  'Each entry must include a document ID, name, and MIME type.': '每个文件有编号、名称和类型。',
  'Additional details are optional. The expected format is as follows:': '写法如下：',
  'When using Camunda Tasklist UI, additional document reference attributes are automatically handled. Modifying the document reference may affect the document preview functionality.': '通常填文件字段的键。',
  'Learn more in our': '详见',
  'These options can incur security risks, especially if used in combination with dynamic links. Ensure that you are aware of them, that you trust the source url and only enable what your use case requires.': '本系统不接收内嵌的网页。',
  'Not all external sources can be displayed in the iFrame. Read more about it in the': '本系统不接收内嵌的网页。', 'X-FRAME-OPTIONS documentation': '说明',
  'Allow the iframe to access more functionality of your browser, details regarding the various options can be found in the': '本系统不接收内嵌的网页。', 'MDN iFrame documentation.': '说明',
  'Please make sure that the URL is safe as it might impose security risks.': '本系统不接收内嵌的网页。',
  'Enter a HTTPS URL to a source or populate it dynamically via a template or an expression (e.g., to pass a value from the variable).': '本系统不接收内嵌的网页。',
  'Documents whose height exceeds the defined value in pixels will be vertically scrollable': '超过此高度（像素）的文件可以滚动查看',
  'The error message to display when the input does not match the regular expression.': '填写的内容不符合正则表达式时显示的文字。',
  'The built-in phone validation pattern is based on the E.164 standard with no spaces. Ex: +491234567890': '电话号码可以有空格、横线和括号。',
  'Add properties directly to the form schema, useful to configure functionality in custom-built task applications and form renderers.': '本系统另用的属性。',
};

/** Library text -> Chinese. */
export const LIBRARY = { ...KINDS, ...PALETTE, ...PANEL, ...ENTRIES, ...FAULTS, ...HINTS };

/** Texts made of parts, and places where a word would be taken for another; the last offers the bundle's names to FEEL. */
export const PATTERNS = [
  ['`Create ${getIndefiniteArticle(type)} ${label} element`', "__said('Create {label}', { label })"],
  ['`Remove ${entry.label}`', "__said('Remove {label}', { label: entry.label })"],
  ['`Value ${index}`', "`${__said('Value')} ${index}`"],
  ["TEXT_VIEW_DEFAULT_TEXT = '# Text'", "TEXT_VIEW_DEFAULT_TEXT = __said('# Text')"],
  ["label: 'ID',\n        key: 'id'", "label: __said('Number of the row'),\n        key: 'id'"],
  ["return 'Form';", "return __said('Form');"],
  ['  replacements = replacements || {};\n  return template.replace', '  replacements = replacements || {};\n  return __said(template).replace'],
  ['`Should be at least ${min}.`', "__said('Should be at least {min}.', { min })"],
  ['`Should be at most ${max}.`', "__said('Should be at most {max}.', { max })"],
  ['`Should be at least ${minimumValue.toString()}.`', "__said('Should be at least {min}.', { min: minimumValue.toString() })"],
  ['`Should not contain more than ${decimalDigits} decimal digits.`', "__said('At most {digits} decimal digits.', { digits: decimalDigits })"],
  ['`Should not contain more than ${decimalDigits} decimal digits`', "__said('At most {digits} decimal digits.', { digits: decimalDigits })"],
  ['`Minimum ${MIN_COLUMNS} columns are allowed`', "__said('At least {count} columns', { count: MIN_COLUMNS })"],
  ['`Maximum ${MAX_COLUMNS} columns are allowed`', "__said('At most {count} columns', { count: MAX_COLUMNS })"],
  ['  return getSchemaVariables(schema);', '  return form.withKnownNames(getSchemaVariables(schema));'],
  ["`Expression for '${key}'`", "__said('Expression for {key}', { key })"],
];

/** What is said in their stead, and what the library puts together by itself. */
const TOGETHER = {
  '# Text': '# 标题', 'Number of the row': '编号',
  'Create {label}': '加入{label}', 'Remove {label}': '删除{label}', Form: '表单', 'Should be at least {min}.': '不能小于 {min}。',
  'Should be at most {max}.': '不能大于 {max}。', 'At most {digits} decimal digits.': '最多 {digits} 位小数。',
  'At least {count} columns': '至少 {count} 格', 'At most {count} columns': '最多 {count} 格', 'Expression for {key}': '{key} 的表达式',
  'List contains {numOfItems} item': '{numOfItems} 项', 'List contains {numOfItems} items': '{numOfItems} 项',
  'Click to set a dynamic value with FEEL expression': '改用 FEEL 表达式', 'Click to remove dynamic value with FEEL expression': '不用 FEEL 表达式',
};

export const CHINESE = { ...LIBRARY, ...TOGETHER };
