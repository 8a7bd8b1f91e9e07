import type { Element, Nodes, Properties, Root } from 'hast';
import { createElement, Fragment, type ReactNode } from 'react';

interface Drawing {
  properties: Properties;
  children: ReactNode;
  node: Element;
}

/** What draws the elements that have more to them than their name. */
export type Components = Partial<Record<string, (drawing: Drawing) => ReactNode>>;

/** Properties Markdown gives to elements and that may reach the page, by their names in React. */
const PROPERTY_NAMES: Record<string, string> = {
  ariaDescribedBy: 'aria-describedby',
  ariaLabel: 'aria-label',
  checked: 'checked',
  disabled: 'disabled',
  id: 'id',
  start: 'start',
  title: 'title',
  type: 'type',
};
/** The line breaks between the parts of a table are no content, and React refuses them. */
const WITHOUT_TEXT = ['table', 'thead', 'tbody', 'tr'];

/** Draws a tree of elements. An address reaches the page only through a component. */
export function drawTree(tree: Root | Element, components: Components): ReactNode {
  const isTextless = tree.type === 'element' && WITHOUT_TEXT.includes(tree.tagName);
  const children: Nodes[] = tree.children;
  // React wants void elements to have no children at all.
  if (children.length === 0) return null;
  return children.map((child, index) => {
    if (child.type === 'element') return drawElement(child, components, index);
    const isText = child.type === 'text' || child.type === 'raw';
    return isText && !isTextless ? child.value : null;
  });
}

function drawElement(node: Element, components: Components, key: number): ReactNode {
  const { properties } = node;
  const children = drawTree(node, components);
  const draw = components[node.tagName];
  if (draw) return createElement(Fragment, { key }, draw({ properties, children, node }));
  return createElement(node.tagName, { ...readProperties(properties), key }, children);
}

function readProperties({ className, align, ...others }: Properties): Record<string, unknown> {
  const props = Object.entries(others).flatMap(([name, value]) => {
    const reactName = PROPERTY_NAMES[name];
    return reactName === undefined ? [] : [[reactName, value] as const];
  });
  return {
    ...Object.fromEntries(props),
    ...(Array.isArray(className) && { className: className.join(' ') }),
    ...(typeof align === 'string' && { style: { textAlign: align } }),
  };
}
