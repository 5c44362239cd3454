// Texts of the editors of diagrams and decisions that pass their hooks for translation by.

export const MORE = {};

export const PATTERNS = [
  ['createTextVNode("Result")', 'createTextVNode(__said("Result"))'],
  ['createTextVNode("Result type")', 'createTextVNode(__said("Result type"))'],
  ['createTextVNode("Name")', 'createTextVNode(__said("Name of the parameter"))'],
  ['createTextVNode("Type")', 'createTextVNode(__said("Type of the parameter"))'],
  ['createTextVNode("Expression of type ")', 'createTextVNode(__said("To be changed as text:"))'],
  ['createTextVNode(" is not supported.")', 'createTextVNode("")'],
  ['"aria-label": "Decision table context menu"', '"aria-label": __said("Decision table context menu")'],
  ["`Move ${isInput(col) ? 'Input' : 'Output'}`", "__said(isInput(col) ? 'Move input column' : 'Move output column')"],
  ['"title": "Remove item"', '"title": __said("Remove item")'],
  ["${ entriesToShow.length } ${ entriesToShow.length === 1 ? 'result' : 'results' } found", "${ __said(entriesToShow.length === 1 ? '{count} result found' : '{count} results found', { count: entriesToShow.length }) }"],
  ["title || 'Results'", "title || __said('Results')"],
];

export const CHINESE = {
  'Decision table context menu': '决策表菜单', 'Move input column': '移动条件列', 'Move output column': '移动结果列', Results: '结果', 'Remove item': '删除此值',
  '{count} result found': '找到 {count} 个', '{count} results found': '找到 {count} 个',
  Result: '结果', 'Result type': '结果类型', 'Name of the parameter': '名称', 'Type of the parameter': '类型', 'To be changed as text:': '请修改文本：',
};
