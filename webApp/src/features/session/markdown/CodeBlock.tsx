import type { Element, ElementContent } from 'hast';
import type { ReactNode } from 'react';

import { CopyButton } from '@/features/session/messages/CopyButton';

interface CodeBlockProps {
  /** The `pre` as parsed. */
  node: Element | undefined;
  /** The highlighted code. */
  children?: ReactNode;
}

/** Code with its language and a button that copies it. */
export function CodeBlock({ node, children }: CodeBlockProps) {
  const language = nameLanguage(node);
  return (
    <figure className="markdown-code" aria-label={`Code, ${language}`}>
      <figcaption>
        {language}
        <CopyButton look="words" text={() => (node ? textOf(node) : '')} />
      </figcaption>
      {/* What scrolls must be reachable by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard */}
      <pre tabIndex={0}>{children}</pre>
    </figure>
  );
}

const LANGUAGE_NAMES = new Map(
  Object.entries({
    bash: 'Shell',
    c: 'C',
    cpp: 'C++',
    cs: 'C#',
    csharp: 'C#',
    css: 'CSS',
    diff: 'Changes',
    go: 'Go',
    html: 'HTML',
    java: 'Java',
    javascript: 'JavaScript',
    js: 'JavaScript',
    json: 'JSON',
    jsx: 'JavaScript',
    kotlin: 'Kotlin',
    markdown: 'Markdown',
    md: 'Markdown',
    php: 'PHP',
    py: 'Python',
    python: 'Python',
    rb: 'Ruby',
    rs: 'Rust',
    ruby: 'Ruby',
    rust: 'Rust',
    sh: 'Shell',
    shell: 'Shell',
    sql: 'SQL',
    swift: 'Swift',
    text: 'Text',
    toml: 'TOML',
    ts: 'TypeScript',
    tsx: 'TypeScript',
    txt: 'Text',
    typescript: 'TypeScript',
    xml: 'XML',
    yaml: 'YAML',
    yml: 'YAML',
  }),
);

function nameLanguage(pre: Element | undefined): string {
  const code = pre?.children.find((child) => child.type === 'element');
  const classes = code?.properties.className;
  const names = Array.isArray(classes) ? classes.map(String) : [];
  const language = names.find((name) => name.startsWith('language-'))?.slice('language-'.length);
  return language ? (LANGUAGE_NAMES.get(language.toLowerCase()) ?? language) : 'Code';
}

function textOf(node: ElementContent): string {
  if (node.type === 'text') return node.value;
  return node.type === 'element' ? node.children.map(textOf).join('') : '';
}
