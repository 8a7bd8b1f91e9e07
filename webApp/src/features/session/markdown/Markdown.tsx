import '@/features/session/markdown/markdown.css';

import { memo, useMemo } from 'react';

import { addCaret } from '@/features/session/markdown/addCaret';
import { CodeBlock } from '@/features/session/markdown/CodeBlock';
import { type Components, drawTree } from '@/features/session/markdown/drawTree';
import { MarkdownLink } from '@/features/session/markdown/MarkdownLink';
import { parseMarkdown } from '@/features/session/markdown/parseMarkdown';
import { RemoteImage } from '@/features/session/markdown/RemoteImage';
import { ScrollingTable } from '@/features/session/markdown/ScrollingTable';
import { splitBlocks } from '@/features/session/markdown/splitBlocks';
import { trimCode } from '@/features/session/markdown/trimCode';
import { useHighlighter } from '@/features/session/markdown/useHighlighter';

const COMPONENTS: Components = {
  a: ({ properties, children }) => (
    <MarkdownLink href={textProperty(properties.href)}>{children}</MarkdownLink>
  ),
  img: ({ properties }) => (
    <RemoteImage src={textProperty(properties.src)} alt={textProperty(properties.alt)} />
  ),
  pre: ({ node, children }) => <CodeBlock node={node}>{children}</CodeBlock>,
  table: ({ children }) => <ScrollingTable>{children}</ScrollingTable>,
};

interface MarkdownProps {
  text: string;
  /** Shows the caret behind the last word. */
  isStreaming?: boolean;
}

/** Markdown as the model wrote it. HTML in it is shown as text, remote images only on request. */
export function Markdown({ text, isStreaming = false }: MarkdownProps) {
  const blocks = splitBlocks(text);
  return (
    <div className="markdown">
      {blocks.map((block, index) => (
        <Block key={index} text={block} hasCaret={isStreaming && index === blocks.length - 1} />
      ))}
    </div>
  );
}

const Block = memo(function Block({ text, hasCaret }: { text: string; hasCaret: boolean }) {
  const highlight = useHighlighter(text);
  return useMemo(() => {
    const tree = parseMarkdown(text);
    trimCode(tree);
    highlight?.(tree);
    if (hasCaret) addCaret(tree);
    return drawTree(tree, COMPONENTS);
  }, [text, hasCaret, highlight]);
});

function textProperty(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
