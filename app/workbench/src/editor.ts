// The code editor: CodeMirror 6 in a shadow root.
//
// In a shadow root CodeMirror's styles are constructable style sheets (style-mod uses a <style>
// element in a document), so `style-src 'self'` suffices. Custom properties of the page still
// reach inside: the theme is made of them and follows light and dark by itself.

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { cpp } from "@codemirror/lang-cpp";
import { go } from "@codemirror/lang-go";
import { javascript } from "@codemirror/lang-javascript";
import { rust } from "@codemirror/lang-rust";
import {
  bracketMatching, foldGutter, foldKeymap, HighlightStyle, indentOnInput, indentUnit,
  StreamLanguage, syntaxHighlighting,
} from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension, type Text } from "@codemirror/state";
import {
  drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter,
  highlightSpecialChars, keymap, lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Problem } from "./types.js";
import { zig } from "./zig.js";

export interface EditorOptions {
  language: string;
  doc: string;
  /** What a screen reader says the editor is. */
  label: string;
  onChange?(doc: string): void;
}

export interface Editor {
  getDoc(): string;
  setDoc(doc: string): void;
  setLanguage(language: string): void;
  setDiagnostics(problems: Problem[]): void;
  focus(): void;
  destroy(): void;
}

const LANGUAGES: Record<string, () => Extension> = {
  assemblyscript: () => javascript({ typescript: true }),
  javascript: () => javascript(),
  rust: () => rust(),
  c: () => cpp(),
  go: () => go(),
  zig: () => StreamLanguage.define(zig),
};

const HINT = "Tab indents. Press Escape, then Tab, to leave the editor.";

const theme = EditorView.theme({
  "&": {
    color: "var(--editor-text, CanvasText)",
    backgroundColor: "var(--editor-surface, Canvas)",
    fontSize: "var(--editor-size, 0.9375rem)",
    minHeight: "20rem",
    maxHeight: "min(36rem, 75vh)",
  },
  "&.cm-focused": { outline: "2px solid var(--editor-focus, Highlight)", outlineOffset: "-2px" },
  ".cm-scroller": { overflow: "auto", fontFamily: "var(--font-mono, ui-monospace, monospace)", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--editor-caret, currentColor)" },
  ".cm-cursor": { borderLeftColor: "var(--editor-caret, currentColor)" },
  ".cm-gutters": {
    color: "var(--editor-muted, GrayText)",
    backgroundColor: "var(--editor-gutter, transparent)",
    border: "none",
  },
  ".cm-activeLine, .cm-activeLineGutter": {
    backgroundColor: "var(--editor-active, rgb(128 128 128 / 10%))",
  },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    { background: "var(--editor-selection, rgb(96 144 255 / 30%))" },
  ".cm-panels, .cm-tooltip": {
    color: "var(--editor-text, CanvasText)",
    backgroundColor: "var(--editor-panel, Canvas)",
    border: "1px solid var(--editor-border, GrayText)",
  },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-keyword, inherit)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string, inherit)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number, inherit)" },
  { tag: tags.comment, color: "var(--code-comment, inherit)", fontStyle: "italic" },
  { tag: [tags.typeName, tags.className], color: "var(--code-type, inherit)" },
  { tag: tags.function(tags.variableName), color: "var(--code-function, inherit)" },
  { tag: [tags.meta, tags.macroName], color: "var(--code-meta, inherit)" },
  { tag: tags.invalid, textDecoration: "underline wavy" },
]);

const basics: Extension = [
  lineNumbers(), foldGutter(), lintGutter(), history(), drawSelection(), indentOnInput(),
  highlightSpecialChars(), highlightActiveLine(), highlightActiveLineGutter(),
  highlightSelectionMatches(), bracketMatching(), search({ top: true }),
  indentUnit.of("  "), EditorState.tabSize.of(4),
  syntaxHighlighting(colours), theme,
  keymap.of([...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...lintKeymap,
    indentWithTab]),
];

function languageOf(name: string): Extension {
  return LANGUAGES[name]?.() ?? [];
}

/** Puts an editor into `host`. */
export function mountEditor(host: HTMLElement, options: EditorOptions): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const hint = document.createElement("p");
  hint.id = "hint";
  hint.textContent = HINT;
  hint.style.cssText = "margin:0;padding:.25rem .5rem;font-size:.8125rem;opacity:.8";
  const language = new Compartment();
  const attributes = {
    "aria-label": options.label,
    "aria-describedby": "hint",
    spellcheck: "false",
  };
  const view = new EditorView({
    root,
    parent: root as unknown as Element,
    state: EditorState.create({
      doc: options.doc,
      extensions: [
        basics,
        language.of(languageOf(options.language)),
        EditorView.contentAttributes.of(attributes),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange?.(update.state.doc.toString());
        }),
      ],
    }),
  });
  root.append(hint);
  // Long lines scroll, and what scrolls must be reached by keyboard.
  view.scrollDOM.tabIndex = 0;
  return {
    getDoc: () => view.state.doc.toString(),
    setDoc: (doc) => {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: doc } });
    },
    setLanguage: (name) => {
      view.dispatch({ effects: language.reconfigure(languageOf(name)) });
    },
    setDiagnostics: (problems) => {
      const found = problems.map((problem) => diagnosticOf(view.state.doc, problem));
      view.dispatch(setDiagnostics(view.state, found));
    },
    focus: () => view.focus(),
    destroy: () => {
      view.destroy();
      hint.remove();
    },
  };
}

/** Places a problem in the document, which may have changed since: out of range is clamped. */
function diagnosticOf(doc: Text, problem: Problem): Diagnostic {
  const line = doc.line(Math.min(Math.max(1, problem.line), doc.lines));
  const from = Math.min(line.to, line.from + Math.max(0, problem.column - 1));
  const word = /^[\w$]+/.exec(doc.sliceString(from, line.to))?.[0].length ?? 1;
  const to = Math.min(doc.length, from + word);
  return { from, to, severity: problem.severity, message: problem.message };
}
