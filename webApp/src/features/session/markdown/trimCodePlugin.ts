import type { Element, Root } from 'hast';

/** Drops the line break that Markdown puts behind the last line of code: nothing comes after it. */
export function rehypeTrimCode() {
  return (tree: Root) => trimCodeIn(tree);
}

function trimCodeIn(parent: Root | Element): void {
  for (const child of parent.children) {
    if (child.type !== 'element') continue;
    if (child.tagName === 'pre') trimEnd(child);
    else trimCodeIn(child);
  }
}

function trimEnd(node: Element): void {
  const last = node.children.at(-1);
  if (last?.type === 'element') trimEnd(last);
  else if (last?.type === 'text') last.value = last.value.replace(/\n$/, '');
}
