() => {
  const known = /^(FEEL|JSON|HTML|URL|UTC|BPMN\.?iO|English|Powered by bpmn\.io|Ctrl|Alt(\+[↑↓])?|Shift|Tab|Enter|Delete|Esc|Markdown|[\w./-]+\.(bpmn|dmn|form))$/i;
  const found = new Set();
  const note = (text, where) => {
    const said = (text ?? '').trim();
    // A text with Chinese in it is ours or the file's; FEEL and keys have neither spaces between words nor capitals.
    if (/[A-Z]?[a-z]{2,}/.test(said) && !/[\u3400-\u9fff]/.test(said) && !known.test(said)) found.add(`${where}: ${said.slice(0, 120)}`);
  };
  const of_the_file = '.cm-content, .content-editable, [contenteditable], .fjs-form-container, code, pre, script, style, svg, noscript, #form-fields, .form-terms, .definitions';
  const walk = (element) => {
    if (element.matches('script, style, svg, noscript')) return;
    for (const name of ['title', 'placeholder', 'aria-label']) note(element.getAttribute(name), name);
    if (element.matches(of_the_file)) return;
    for (const child of element.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) note(child.data, 'text');
      else if (child.nodeType === Node.ELEMENT_NODE) walk(child);
    }
  };
  walk(document.body);
  return [...found];
}
