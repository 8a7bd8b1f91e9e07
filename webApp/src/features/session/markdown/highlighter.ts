import type { Element, Root } from 'hast';
import { createLowlight } from 'lowlight';

import { languageOf, textOf } from '@/features/session/markdown/codeElements';
import { GRAMMARS, grammarsFor } from '@/features/session/markdown/languages';

const lowlight = createLowlight();

/** Loads what colours code marked with these names; tells whether that is more than before. */
export async function loadLanguages(names: readonly string[]): Promise<boolean> {
  const wanted = new Set(names.flatMap(grammarsFor));
  const missing = [...wanted].filter((language) => !lowlight.registered(language));
  await Promise.all(
    missing.map(async (language) => {
      const grammar = await GRAMMARS[language]?.();
      if (grammar) lowlight.register(language, grammar.default);
    }),
  );
  return missing.length > 0;
}

/** Colours every block of code whose language is named and loaded. */
export function highlightCode(parent: Root | Element): void {
  for (const child of parent.children) {
    if (child.type !== 'element') continue;
    if (child.tagName === 'pre') highlightBlock(child);
    else highlightCode(child);
  }
}

function highlightBlock(pre: Element): void {
  const code = pre.children.find((child) => child.type === 'element');
  const language = code && languageOf(code);
  if (!code || !language || !lowlight.registered(language)) return;
  const { children } = lowlight.highlight(language, textOf(code));
  code.children = children.filter((child) => child.type !== 'doctype');
}
