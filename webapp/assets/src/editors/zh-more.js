// Texts of the editors of diagrams and decisions that pass their hooks for translation by.

export const MORE = {};

export const PATTERNS = [
  ['"aria-label": "Decision table context menu"', '"aria-label": __said("Decision table context menu")'],
  ["`Move ${isInput(col) ? 'Input' : 'Output'}`", "__said(isInput(col) ? 'Move input column' : 'Move output column')"],
  ["title || 'Results'", "title || __said('Results')"],
];

export const CHINESE = {
  'Decision table context menu': '决策表菜单', 'Move input column': '移动条件列', 'Move output column': '移动结果列', Results: '结果',
};
