import type { Element } from 'hast';
import type { ReactNode } from 'react';

import { languageOf, textOf } from '@/features/session/markdown/codeElements';
import { CopyButton } from '@/features/session/messages/CopyButton';

interface CodeBlockProps {
  /** The `pre` as parsed. */
  node: Element;
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
        <CopyButton look="words" text={() => textOf(node)} />
      </figcaption>
      {/* What scrolls must be reachable by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0}>{children}</pre>
    </figure>
  );
}

const LANGUAGE_NAMES: Record<string, string> = {
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
};

function nameLanguage(pre: Element): string {
  const code = pre.children.find((child) => child.type === 'element');
  const language = code && languageOf(code);
  return language ? (LANGUAGE_NAMES[language.toLowerCase()] ?? language) : 'Code';
}
