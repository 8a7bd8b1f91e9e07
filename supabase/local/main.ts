/**
 * Starts the embedded stack: `node main.ts --data <folder> [--throwaway] [--until-stdin-ends]`.
 * With --throwaway the data are written without care and removed at the end; statements may be slow.
 * Addresses, keys and passwords come from the SUPABASE_* variables of the environment.
 * Prints a line per step and stops everything on SIGINT or SIGTERM. With --until-stdin-ends it stops
 * with the program that started it, and tells that program `ready`.
 */
import { Console } from 'node:console';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import postgres, { type Sql } from 'postgres';
import { type Api, createApi } from './api.ts';
import { refuseKeylessAccess } from './keyless.ts';
import { applyMigrations } from './migrations.ts';
import { type Cluster, startPostgres, SUPERUSER } from './postgres.ts';

const here = import.meta.dirname;
const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    throwaway: { type: 'boolean', default: false },
    'until-stdin-ends': { type: 'boolean', default: false },
  },
});
const stopping = new AbortController();
const startedAt = performance.now();
let cluster: Cluster | undefined;
let api: Api | undefined;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function report(step: string): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  print(`${seconds.padStart(5)} s  ${step}`);
}

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set.`);
  return value;
}

function connect(url: URL, user: string, password: string): Sql {
  const address = new URL(url);
  address.username = user;
  address.password = password;
  return postgres(address.href, { max: 1, onnotice: () => undefined });
}

/** Brings a database to the state of a hosted project whose keys are those of the environment. */
async function prepareDatabase(url: URL, adminPassword: string): Promise<void> {
  const admin = connect(url, SUPERUSER, adminPassword);
  try {
    await admin.unsafe(fs.readFileSync(path.join(here, 'hosted.sql'), 'utf8')).simple();
    await admin.unsafe(fs.readFileSync(path.join(here, 'lite.sql'), 'utf8')).simple();
    const password = decodeURIComponent(url.password).replaceAll("'", "''");
    for (const role of ['postgres', 'authenticator', 'supabase_lite']) {
      await admin.unsafe(`alter role ${role} password '${password}'`);
    }
    // On a busy machine a test's statement may take long.
    if (options.throwaway) await admin`alter role supabase_lite set statement_timeout = '180s'`;
  } finally {
    await admin.end();
  }
}

async function migrate(url: URL): Promise<string[]> {
  const owner = connect(url, decodeURIComponent(url.username), decodeURIComponent(url.password));
  try {
    const [row] = await owner`select to_regclass('auth.users') is not null as is_there`;
    if (row?.['is_there'] !== true) throw new Error('Supabase Lite did not make its auth tables.');
    return await applyMigrations(owner, path.join(here, '..', 'migrations'));
  } finally {
    await owner.end();
  }
}

async function start(): Promise<void> {
  if (options.data === undefined) throw new Error('--data names no folder.');
  const dataDir = (options.data = path.resolve(options.data));
  const databaseUrl = new URL(setting('SUPABASE_DB_URL'));
  const apiUrl = new URL(setting('SUPABASE_URL'));
  ['SUPABASE_PUBLISHABLE_KEY', 'SUPABASE_SECRET_KEY', 'SUPABASE_JWT_SECRET'].forEach(setting);

  const isThrowaway = options.throwaway;
  cluster = await startPostgres({ dataDir, port: Number(databaseUrl.port), isThrowaway });
  await cluster.ready();
  cluster.process.once('exit', () => void stop('PostgreSQL ended.'));
  report(`PostgreSQL ${cluster.version} on ${databaseUrl.host}`);
  await prepareDatabase(databaseUrl, cluster.password);

  const liteUrl = new URL(databaseUrl);
  liteUrl.username = 'supabase_lite';
  // Lite logs every refused request with its stack, and the mails it would send.
  const log = fs.createWriteStream(path.join(dataDir, 'api.log'), { mode: 0o600 });
  globalThis.console = new Console(log);
  process.env['LITE_DB_URL'] = `${liteUrl.href}?max=20`;
  api = await createApi(path.join(here, '..', 'config.toml'), dataDir);
  await api.prepare();
  const applied = await migrate(databaseUrl);
  report(`Migrations: ${applied.length === 0 ? 'nothing new' : `${applied.length} applied`}`);

  await api.listen(Number(apiUrl.port));
  await refuseKeylessAccess(apiUrl.origin);
  report(`Supabase API on ${apiUrl.origin}`);
  if (options['until-stdin-ends']) print('ready');
}

async function stop(failure?: string): Promise<void> {
  if (stopping.signal.aborted) return;
  stopping.abort();
  if (failure !== undefined) print(failure);
  await api?.stop();
  await cluster?.stop();
  if (options.throwaway && options.data !== undefined) {
    fs.rmSync(options.data, { recursive: true, force: true });
  }
  process.exit(failure === undefined ? 0 : 1);
}

process.on('SIGINT', () => void stop());
process.on('SIGTERM', () => void stop());
if (options['until-stdin-ends']) {
  process.stdin.resume();
  void once(process.stdin, 'close').then(() => stop());
}
try {
  await start();
} catch (error) {
  await stop(error instanceof Error ? error.message : String(error));
}
