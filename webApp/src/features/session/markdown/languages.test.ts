import hljs from 'highlight.js/lib/core';
import { expect, test } from 'vitest';

import { GRAMMARS, grammarsFor } from '@/features/session/markdown/languages';

test.each(Object.keys(GRAMMARS))('%s is found by every name its grammar has', async (language) => {
  const grammar = await GRAMMARS[language]?.();
  if (!grammar) throw new Error('No grammar.');
  const { aliases = [] } = grammar.default(hljs);
  const rare = ['wsf', 'xjb', 'pluto'];
  for (const name of [language, ...aliases.filter((alias) => !rare.includes(alias))]) {
    expect([name, grammarsFor(name)[0]]).toEqual([name, language]);
  }
});

test('the parts of a language are loaded with it, all of them known', () => {
  expect(grammarsFor('HTML')).toEqual(['xml', 'css', 'javascript']);
  const parts = Object.keys(GRAMMARS).flatMap(grammarsFor);
  expect(parts.filter((language) => !Object.hasOwn(GRAMMARS, language))).toEqual([]);
});

test('a name that is none has no grammar', () => {
  expect(grammarsFor('constructor')).toEqual([]);
});
