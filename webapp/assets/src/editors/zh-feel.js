// What the editor of FEEL says in Chinese: kinds of completions, and what its own checks find while one types.

export const FEEL = { 'First item is accessed via [1]': '第一项写作 [1]' };

/** Texts made of parts, and words that mean something else in other places. */
export const PATTERNS = [
  ["detail: 'definition'", "detail: __said('definition')"],
  ["detail: 'expression'", "detail: __said('expression')"],
  ["detail: 'quantified expression'", "detail: __said('quantified expression')"],
  ["detail: 'block'", "detail: __said('block')"],
  ["detail: 'literal'", "detail: __said('literal')"],
  ['`Unrecognized token in <${parent.name}>`', "__said('Unrecognized token')"],
  ['`Unrecognized token <${next.name}> in <${parent.name}>`', "__said('Unrecognized token')"],
  ['`Incomplete <${ (before || parent).name }>`', "__said('Incomplete expression')"],
];

export const CHINESE = {
  ...FEEL, definition: '定义', expression: '表达式', 'quantified expression': '量词', block: '块', literal: '值',
  'Unrecognized token': '不认识的写法', 'Incomplete expression': '没有写完',
};
