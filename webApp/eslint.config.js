import js from '@eslint/js';
import query from '@tanstack/eslint-plugin-query';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';
import { readdirSync } from 'node:fs';
import ts from 'typescript-eslint';

const RELATIVE = { regex: '^\\.', message: 'Import from "@/…": no relative imports.' };

/** Files of a folder may not import from the folders to their left: app → features → (api, stores) → lib. */
function zone(folder, forbidden) {
  const patterns = forbidden.map((other) => ({
    group: [`@/${other}`, `@/${other}/**`],
    message: `${folder} may not import from ${other}.`,
  }));
  return {
    files: [`src/${folder}/**`],
    rules: { 'no-restricted-imports': ['error', { patterns: [RELATIVE, ...patterns] }] },
  };
}

const features = readdirSync('src/features');
const featureZones = features.map((name) =>
  zone(`features/${name}`, [
    'app',
    ...features.filter((other) => other !== name).map((other) => `features/${other}`),
  ]),
);

export default defineConfig(
  globalIgnores(['dist', 'e2e/artifacts']),
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  reactHooks.configs.flat['recommended-latest'],
  jsxA11y.flatConfigs.strict,
  query.configs['flat/recommended-strict'],
  {
    languageOptions: {
      globals: { ...globals.browser, ...globals.node },
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      'max-lines': ['error', { max: 250 }],
      'max-lines-per-function': ['error', { max: 80 }],
      'max-params': ['error', 5],
      'no-console': 'error',
      'no-restricted-imports': ['error', { patterns: [RELATIVE] }],
      '@typescript-eslint/consistent-type-imports': 'error',
      // Leaving a key out of an object is what rest is for.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      // Numbers read well inside template strings, and cannot surprise there.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => void doIt()` is how a handler says that it does not wait.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  zone('lib', ['app', 'features', 'api', 'stores']),
  zone('api', ['app', 'features', 'stores']),
  zone('stores', ['app', 'features', 'api']),
  ...featureZones,
  { files: ['**/*.{js,mjs}'], extends: [ts.configs.disableTypeChecked] },
  {
    // Generated, and as long as the API is.
    files: ['src/api/schema.gen.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    // A scenario reads from top to bottom; cutting it into functions would hide its order.
    files: ['e2e/**', '**/*.test.{ts,tsx}'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    // Playwright's fixtures take their needs by destructuring, and hand over through `use`.
    files: ['e2e/harness/test.ts', 'e2e/harness/telegramStack.ts'],
    rules: { 'no-empty-pattern': 'off', 'react-hooks/rules-of-hooks': 'off' },
  },
);
