import type { LanguageFn } from 'highlight.js';

type Grammar = () => Promise<{ default: LanguageFn }>;

/** The languages that are coloured, each loaded when the first code in it is shown. */
export const GRAMMARS: Record<string, Grammar> = {
  arduino: () => import('highlight.js/lib/languages/arduino'),
  bash: () => import('highlight.js/lib/languages/bash'),
  c: () => import('highlight.js/lib/languages/c'),
  cpp: () => import('highlight.js/lib/languages/cpp'),
  csharp: () => import('highlight.js/lib/languages/csharp'),
  css: () => import('highlight.js/lib/languages/css'),
  diff: () => import('highlight.js/lib/languages/diff'),
  dockerfile: () => import('highlight.js/lib/languages/dockerfile'),
  go: () => import('highlight.js/lib/languages/go'),
  graphql: () => import('highlight.js/lib/languages/graphql'),
  ini: () => import('highlight.js/lib/languages/ini'),
  java: () => import('highlight.js/lib/languages/java'),
  javascript: () => import('highlight.js/lib/languages/javascript'),
  json: () => import('highlight.js/lib/languages/json'),
  kotlin: () => import('highlight.js/lib/languages/kotlin'),
  less: () => import('highlight.js/lib/languages/less'),
  lua: () => import('highlight.js/lib/languages/lua'),
  makefile: () => import('highlight.js/lib/languages/makefile'),
  markdown: () => import('highlight.js/lib/languages/markdown'),
  nginx: () => import('highlight.js/lib/languages/nginx'),
  objectivec: () => import('highlight.js/lib/languages/objectivec'),
  perl: () => import('highlight.js/lib/languages/perl'),
  php: () => import('highlight.js/lib/languages/php'),
  'php-template': () => import('highlight.js/lib/languages/php-template'),
  powershell: () => import('highlight.js/lib/languages/powershell'),
  python: () => import('highlight.js/lib/languages/python'),
  'python-repl': () => import('highlight.js/lib/languages/python-repl'),
  r: () => import('highlight.js/lib/languages/r'),
  ruby: () => import('highlight.js/lib/languages/ruby'),
  rust: () => import('highlight.js/lib/languages/rust'),
  scala: () => import('highlight.js/lib/languages/scala'),
  scss: () => import('highlight.js/lib/languages/scss'),
  shell: () => import('highlight.js/lib/languages/shell'),
  sql: () => import('highlight.js/lib/languages/sql'),
  swift: () => import('highlight.js/lib/languages/swift'),
  typescript: () => import('highlight.js/lib/languages/typescript'),
  vbnet: () => import('highlight.js/lib/languages/vbnet'),
  wasm: () => import('highlight.js/lib/languages/wasm'),
  xml: () => import('highlight.js/lib/languages/xml'),
  yaml: () => import('highlight.js/lib/languages/yaml'),
};

/** Other names of a language; each grammar knows its own once it is there. */
const OTHER_NAMES: Record<string, readonly string[]> = {
  arduino: ['ino'],
  bash: ['sh', 'zsh'],
  c: ['h'],
  cpp: ['c++', 'cc', 'cxx', 'h++', 'hh', 'hpp', 'hxx'],
  csharp: ['c#', 'cs'],
  diff: ['patch'],
  dockerfile: ['docker'],
  go: ['golang'],
  graphql: ['gql'],
  ini: ['toml'],
  java: ['jsp'],
  javascript: ['cjs', 'js', 'jsx', 'mjs'],
  json: ['json5', 'jsonc'],
  kotlin: ['kt', 'kts'],
  makefile: ['mak', 'make', 'mk'],
  markdown: ['md', 'mkd', 'mkdown'],
  nginx: ['nginxconf'],
  objectivec: ['mm', 'obj-c', 'obj-c++', 'objc', 'objective-c++'],
  perl: ['pl', 'pm'],
  powershell: ['ps', 'ps1', 'pwsh'],
  python: ['gyp', 'ipython', 'py'],
  'python-repl': ['pycon'],
  ruby: ['gemspec', 'irb', 'podspec', 'rb', 'thor'],
  rust: ['rs'],
  shell: ['console', 'shellsession'],
  typescript: ['cts', 'mts', 'ts', 'tsx'],
  vbnet: ['vb'],
  xml: ['atom', 'html', 'plist', 'rss', 'svg', 'xhtml', 'xsd', 'xsl'],
  yaml: ['yml'],
};

/** What may stand inside a piece of code in another language. */
const PARTS: Record<string, readonly string[]> = {
  javascript: ['xml', 'css', 'graphql'],
  markdown: ['xml'],
  'php-template': ['xml', 'php'],
  'python-repl': ['python'],
  shell: ['bash'],
  typescript: ['xml', 'css', 'graphql'],
  xml: ['css', 'javascript'],
};

const NAMES = new Map(
  Object.entries(OTHER_NAMES).flatMap(([language, names]) =>
    names.map((name) => [name, language] as const),
  ),
);

/** The grammars that colour code marked with this name; none for a name that is not known. */
export function grammarsFor(name: string): string[] {
  const lowerCase = name.toLowerCase();
  const language = NAMES.get(lowerCase) ?? lowerCase;
  return Object.hasOwn(GRAMMARS, language) ? [language, ...(PARTS[language] ?? [])] : [];
}
