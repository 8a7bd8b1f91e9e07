import type { Element, ElementContent } from 'hast';

const LANGUAGE_CLASS = 'language-';

/** The language a piece of code was marked with, as it was written; null without a mark. */
export function languageOf(code: Element): string | null {
  const { className } = code.properties;
  const names = Array.isArray(className) ? className.map(String) : [];
  const language = names.find((name) => name.startsWith(LANGUAGE_CLASS));
  return language?.slice(LANGUAGE_CLASS.length) ?? null;
}

/** The text of an element, whatever is inside it. */
export function textOf(node: ElementContent): string {
  if (node.type === 'text') return node.value;
  return node.type === 'element' ? node.children.map(textOf).join('') : '';
}
