import type { Element, ElementContent, Root } from 'hast';

const CARET: Element = {
  type: 'element',
  tagName: 'span',
  properties: { className: ['answer-caret'] },
  children: [],
};

const WITHOUT_CONTENT = ['br', 'hr', 'img', 'input'];

/** Puts the caret behind the last word, however deep in a list or quote it stands. */
export function rehypeCaret() {
  return (tree: Root) => {
    let parent: Root | Element = tree;
    for (;;) {
      const last: Root['children'][number] | undefined = parent.children.findLast(
        (child) => child.type === 'element' || (child.type === 'text' && child.value.trim() !== ''),
      );
      if (last?.type !== 'element' || WITHOUT_CONTENT.includes(last.tagName)) break;
      parent = last;
    }
    const children: (Root['children'][number] | ElementContent)[] = parent.children;
    children.push(CARET);
  };
}
