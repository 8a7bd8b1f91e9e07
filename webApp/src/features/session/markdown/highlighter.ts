import type { Element, Root } from 'hast';
import { common, createLowlight } from 'lowlight';

import { languageOf, textOf } from '@/features/session/markdown/codeElements';

const lowlight = createLowlight(common);

/** Colours every block of code whose language is named and known. */
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
