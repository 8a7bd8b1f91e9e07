import type { Root } from 'hast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toHast } from 'mdast-util-to-hast';
import { gfm } from 'micromark-extension-gfm';

/** Markdown as a tree of elements. HTML in it stays what it is: `raw` text, never an element. */
export function parseMarkdown(markdown: string): Root {
  const tree = fromMarkdown(markdown, {
    extensions: [gfm()],
    mdastExtensions: [gfmFromMarkdown()],
  });
  const elements = toHast(tree, { allowDangerousHtml: true });
  return elements.type === 'root' ? elements : { type: 'root', children: [] };
}
