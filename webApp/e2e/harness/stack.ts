import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';

/** What `python -m tests.stack.serve --json` prints when it is ready. */
export interface Stack {
  base_url: string;
  supabase_url: string;
  publishable_key: string;
  secret_key: string;
  db_url: string;
  jwt_secret: string;
}

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const VENV_PYTHON = `${ROOT}.venv/bin/python`;
/** The one that has the packages; `make test PYTHON=…` names the one that it was made with. */
export const PYTHON = existsSync(VENV_PYTHON) ? VENV_PYTHON : (process.env.PYTHON ?? 'python3');
const VARIABLE = 'CHAT_REGISTRY_E2E_STACK';

interface RunningStack<Announced> {
  stack: Announced;
  stop: () => Promise<void>;
}

/** Starts Postgres, the Supabase API and chatServer on free ports with fresh data. */
export function startStack(): Promise<RunningStack<Stack>> {
  return start('tests.stack.serve', '--json');
}

/** The same over a database that the previous release has filled; also names who owns its rows. */
export function startMigratedStack(): Promise<
  RunningStack<Stack & { email: string; password: string }>
> {
  return start('tests.stack.serve_migrated');
}

async function start<Announced>(...module: string[]): Promise<RunningStack<Announced>> {
  const { line, stop } = await startProgram(...module);
  return { stack: JSON.parse(line) as Announced, stop };
}

/** Starts a Python module that announces itself with a line of JSON. */
export async function startProgram(...module: string[]) {
  const child = spawn(PYTHON, ['-m', ...module], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(lines, 'line') as Promise<[string]>,
    once(child, 'exit').then(() => {
      throw new Error('The stack did not start.');
    }),
  ]);
  return { line, child, lines, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

/** Hands the running stack to the workers, which inherit the environment. */
export function publishStack(stack: Stack): void {
  process.env[VARIABLE] = JSON.stringify(stack);
}

export function publishedStack(): Stack {
  const json = process.env[VARIABLE];
  if (json === undefined) throw new Error('globalSetup has not started the stack.');
  return JSON.parse(json) as Stack;
}
