import type { Root } from 'hast';

/**
 * Lets the first letters of each block say whether it is read from the right: a list with its
 * bullets and a quote with its line as a whole, so that what is inside them follows.
 */
export function rehypeDirection() {
  return (tree: Root) => {
    for (const child of tree.children) {
      // Code is read from the left whatever it says.
      if (child.type === 'element' && child.tagName !== 'pre') child.properties.dir = 'auto';
    }
  };
}
