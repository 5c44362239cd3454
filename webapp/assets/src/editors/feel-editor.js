// The editor of FEEL in panels of properties, with what an editor of ours completes besides variables and functions.
// The panel hands no sources of completion on, so the build gives it this editor for the library's own (build.mjs).

import { EditorState } from '@codemirror/state';
import FeelEditor from '@bpmn-io/feel-editor';

const sources = [];

/** `sourceOf`: name of a field of the panel -> a source of completion for its expression, or null. */
export function completeAlso(sourceOf) {
  sources.push(sourceOf);
}

export default class extends FeelEditor {
  constructor({ container, extensions = [], ...config }) {
    const field = container.getAttribute('name');
    const more = sources.map((sourceOf) => sourceOf(field)).filter(Boolean);
    super({
      ...config,
      container,
      extensions: [...extensions, ...more.map((autocomplete) => EditorState.languageData.of(() => [{ autocomplete }]))],
    });
  }
}
