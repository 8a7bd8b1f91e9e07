/** What a crash leaves behind: a PostgreSQL without its parent, or the lock file of a dead one. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Stops the server that still runs on this cluster, or removes the lock file of one that is gone. */
export async function stopOrphan(clusterDir: string): Promise<void> {
  const lockFile = path.join(clusterDir, 'postmaster.pid');
  if (!fs.existsSync(lockFile)) return;
  const pid = Number(fs.readFileSync(lockFile, 'utf8').split('\n')[0]);
  if (!commandOf(pid).includes(clusterDir)) {
    // Another process may have got the number since; PostgreSQL would refuse to start.
    fs.rmSync(lockFile);
    return;
  }
  process.kill(pid, 'SIGINT');
  while (commandOf(pid).includes(clusterDir)) await delay(50);
}

function commandOf(pid: number): string {
  if (fs.existsSync('/proc/self/cmdline')) {
    const file = `/proc/${String(pid)}/cmdline`;
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  }
  return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout;
}
