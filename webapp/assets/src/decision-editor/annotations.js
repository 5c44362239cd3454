// Notes on rules: the editor shows and writes a rule's description, files of DMN 1.2 and later have columns of notes,
// and so have ours. The first column is lent to the editor as descriptions while it works; what is saved has columns.

const isTable = ({ $type }) => $type === 'dmn:DecisionTable';

function tables(definitions) {
  return (definitions.drgElement ?? []).map((one) => one.decisionLogic).filter((logic) => logic && isTable(logic));
}

/** Columns of notes; a table whose rules have descriptions of their own keeps both as they are. */
const lent = new WeakSet();

/** Called when the file was read. */
export function lendNotes(definitions) {
  for (const table of tables(definitions)) {
    const rules = table.rule ?? [];
    if (!table.annotation?.length || rules.some(({ description }) => description)) continue;
    lent.add(table);
    for (const rule of rules) {
      if (rule.annotationEntry?.[0]?.text) rule.description = rule.annotationEntry[0].text;
    }
  }
}

function create(type, parent, values) {
  const made = parent.$model.create(type, values);
  made.$parent = parent;
  return made;
}

/** Before the file is written: descriptions into the columns. */
export function returnNotes(definitions) {
  for (const table of tables(definitions).filter((one) => lent.has(one))) {
    for (const rule of table.rule ?? []) {
      const entries = rule.get('annotationEntry');
      while (entries.length < table.annotation.length) entries.push(create('dmn:RuleAnnotation', rule, { text: '' }));
      entries[0].text = rule.description ?? '';
      rule.description = undefined;
    }
  }
}

/** After it was written. */
export function lendNotesAgain(definitions) {
  for (const table of tables(definitions).filter((one) => lent.has(one))) {
    for (const rule of table.rule ?? []) {
      rule.description = rule.annotationEntry?.[0]?.text || undefined;
    }
  }
}
