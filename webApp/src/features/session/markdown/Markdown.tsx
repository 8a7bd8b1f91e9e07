import '@/features/session/markdown/markdown.css';

import { memo } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';

import { rehypeCaret } from '@/features/session/markdown/caretPlugin';
import { CodeBlock } from '@/features/session/markdown/CodeBlock';
import { rehypeDirection } from '@/features/session/markdown/directionPlugin';
import { MarkdownLink } from '@/features/session/markdown/MarkdownLink';
import { RemoteImage } from '@/features/session/markdown/RemoteImage';
import { ScrollingTable } from '@/features/session/markdown/ScrollingTable';
import { splitBlocks } from '@/features/session/markdown/splitBlocks';
import { rehypeTrimCode } from '@/features/session/markdown/trimCodePlugin';
import { useHighlighting } from '@/features/session/markdown/useHighlighting';

const REMARK_PLUGINS = [remarkGfm];
const CODE_MARK = /```|~~~/;
const COMPONENTS: Components = {
  a: ({ href, children }) => <MarkdownLink href={href}>{children}</MarkdownLink>,
  img: ({ src, alt }) => <RemoteImage src={src} alt={alt} />,
  pre: ({ node, children }) => <CodeBlock node={node}>{children}</CodeBlock>,
  table: ({ dir, children }) => <ScrollingTable dir={dir}>{children}</ScrollingTable>,
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
  const highlighting = useHighlighting(CODE_MARK.test(text));
  const caret = hasCaret ? [rehypeCaret] : [];
  return (
    <ReactMarkdown
      remarkPlugins={REMARK_PLUGINS}
      rehypePlugins={[rehypeTrimCode, rehypeDirection, ...highlighting, ...caret]}
      components={COMPONENTS}
    >
      {text}
    </ReactMarkdown>
  );
});
