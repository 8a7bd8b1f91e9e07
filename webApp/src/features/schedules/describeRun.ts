import type { ScheduledRun } from '@/api/schema';

type Status = ScheduledRun['status'];

const STATUS_WORDS: Record<Status, string> = {
  waiting: 'Waiting to start',
  running: 'Running',
  completed: 'Done',
  failed: 'Failed',
  dead: 'Failed',
  missed: 'Missed',
  skipped: 'Skipped',
};

/** What is said when the server gives no reason of its own. */
const REASONS: Partial<Record<Status, string>> = {
  dead: 'It was cut off three times.',
  missed: 'The server was away at that time.',
  skipped: 'The run before was still going.',
};

export function nameStatus(status: Status): string {
  return STATUS_WORDS[status];
}

/** Why a run did not give a result; null when it did, or still may. */
export function explainRun({ status, failure_reason: reason }: ScheduledRun): string | null {
  if (status === 'completed' || status === 'waiting' || status === 'running') return null;
  return reason ?? REASONS[status] ?? null;
}

export function hasFailed({ status }: ScheduledRun): boolean {
  return status === 'failed' || status === 'dead';
}

/** A run that has not ended: no other one can begin. */
export function isGoing(run: ScheduledRun | null): boolean {
  return run?.status === 'waiting' || run?.status === 'running';
}
