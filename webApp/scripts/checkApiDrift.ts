/** Fails when openapi.json or schema.gen.ts is not what the server's code says today. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WEB_APP = fileURLToPath(new URL('..', import.meta.url));
const ROOT = join(WEB_APP, '..');
const VENV_PYTHON = join(ROOT, '.venv/bin/python');

function describeServer(): string {
  const python = existsSync(VENV_PYTHON) ? VENV_PYTHON : (process.env.PYTHON ?? 'python3');
  return execFileSync(python, ['-m', 'chatServer.openapi'], { cwd: ROOT, encoding: 'utf8' });
}

function generateTypes(folder: string): string {
  const output = join(folder, 'schema.gen.ts');
  const tool = join(WEB_APP, 'node_modules/.bin/openapi-typescript');
  execFileSync(tool, ['openapi.json', '--output', output], { cwd: WEB_APP, stdio: 'pipe' });
  return readFileSync(output, 'utf8');
}

const folder = mkdtempSync(join(tmpdir(), 'api-drift-'));
const drifted: string[] = [];
try {
  const description = readFileSync(join(WEB_APP, 'openapi.json'), 'utf8');
  if (describeServer() !== description) {
    drifted.push('openapi.json: run `python -m chatServer.openapi > webApp/openapi.json`.');
  }
  const types = readFileSync(join(WEB_APP, 'src/api/schema.gen.ts'), 'utf8');
  if (generateTypes(folder) !== types) {
    drifted.push('src/api/schema.gen.ts: run `npm run api:generate`.');
  }
} finally {
  rmSync(folder, { recursive: true });
}
for (const line of drifted) process.stderr.write(`Out of date: ${line}\n`);
process.exitCode = drifted.length === 0 ? 0 : 1;
