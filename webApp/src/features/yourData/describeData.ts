import { ApiError, describeError } from '@/api/apiError';
import type { ExportProgress, ExportResult } from '@/api/archive/exportArchive';
import type { ImportProgress, ImportResult } from '@/api/archive/readImport';
import type { LongTask } from '@/api/hooks/useLongTask';
import type { ImportReport } from '@/api/schema';
import { formatBytes } from '@/lib/formatBytes';

export type ExportTask = LongTask<ExportProgress, ExportResult>;
export type ImportTask = LongTask<ImportProgress, ImportResult>;

/** What is said of how something ended. */
export interface Outcome {
  sentence: string;
  /** Lines below it, in small. */
  notes: string[];
  isFailure: boolean;
  /** The same may go better another time. */
  canRetry: boolean;
}

/** More names than these would say nothing more. */
const LISTED_MAX = 20;

const NUMBER = new Intl.NumberFormat('en');

export function count(number: number, noun: string): string {
  return `${NUMBER.format(number)} ${number === 1 ? noun : `${noun}s`}`;
}

/** How an export ended; null while it has not. */
export function describeExport(task: ExportTask): Outcome | null {
  switch (task.status) {
    case 'done': {
      const { sessions, messages, bytes, missing } = task.result;
      const held = `${count(sessions, 'session')} with ${count(messages, 'message')}`;
      return said(`Exported ${held}, ${formatBytes(bytes)}.`, describeMissing(missing));
    }
    case 'cancelled':
      return said('The export was cancelled. Nothing was saved.');
    case 'failed': {
      const isOfBrowser = task.error instanceof DOMException;
      const why = isOfBrowser ? 'The file could not be written.' : describeError(task.error);
      return { ...said(`${why} Nothing was saved.`), isFailure: true, canRetry: true };
    }
    default:
      return null;
  }
}

function describeMissing(names: string[]): string[] {
  if (names.length === 0) return [];
  const listed = names.slice(0, LISTED_MAX).join(', ');
  const more =
    names.length > LISTED_MAX ? ` and ${NUMBER.format(names.length - LISTED_MAX)} more` : '';
  return [
    `${count(names.length, 'file')} could not be found in the storage and ${names.length === 1 ? 'is' : 'are'} not in it: ${listed}${more}.`,
  ];
}

/** How an import ended; null while it has not. */
export function describeImport(task: ImportTask): Outcome | null {
  switch (task.status) {
    case 'done':
      return describeResult(task.result);
    case 'cancelled':
      return said(`The import was cancelled. ${describeKept(task.progress)}`);
    case 'failed':
      return describeRefusal(task.error, task.progress);
    default:
      return null;
  }
}

function describeResult({ report, failure }: ImportResult): Outcome {
  if (!failure) return said(describeReport(report), notesOf(report));
  const sentence = `${describeError(failure)} Not everything came in; trying again goes on from there.`;
  const notes = [describeReport(report), ...notesOf(report)];
  return { sentence, notes, isFailure: true, canRetry: true };
}

function describeRefusal(error: unknown, progress: ImportProgress | null): Outcome {
  const sentence = `${describeError(error)} ${describeKept(progress)}`;
  if (!(error instanceof ApiError)) {
    return { sentence, notes: [], isFailure: true, canRetry: true };
  }
  const notes = error.fieldProblems.map(({ field, message }) => `${field} ${message}.`);
  // It says how much room there is.
  if (error.code === 'attachment_quota_exceeded') notes.push(error.message);
  // The same file will be refused again.
  const canRetry = error.status !== 413 && error.status !== 422;
  return { sentence, notes, isFailure: true, canRetry };
}

/** What is here of an import that ended early. */
function describeKept(progress: ImportProgress | null): string {
  if (progress?.step !== 'storing') return 'Nothing was imported.';
  const { done, total } = progress;
  const share = `${NUMBER.format(done.sessions)} of ${count(total.sessions, 'session')}`;
  return `It had gone through ${share}; what came in stays, and importing the file again goes on from there.`;
}

/** What came of an import: 3 sessions added, 1 completed, 12 already here. */
export function describeReport(report: ImportReport): string {
  const { sessions_unchanged: unchanged } = report;
  const kinds: [number, string][] = [
    [report.sessions_created, 'added'],
    [report.sessions_changed, 'completed'],
    [unchanged, 'already here'],
    [report.sessions_skipped, 'left out'],
  ];
  const [first, ...others] = kinds.filter(([number]) => number > 0);
  if (!first) return 'There was no session in it.';
  if (first[0] === unchanged && others.length === 0) {
    return `Nothing is new: ${unchanged === 1 ? 'the session' : `all ${count(unchanged, 'session')}`} in it ${unchanged === 1 ? 'was' : 'were'} already here.`;
  }
  return [
    `${count(first[0], 'session')} ${first[1]}`,
    ...others.map(([number, kind]) => `${NUMBER.format(number)} ${kind}`),
  ]
    .join(', ')
    .concat('.');
}

function notesOf(report: ImportReport): string[] {
  const notes: string[] = [];
  if (report.messages_added + report.files_added > 0) {
    const files = report.files_added > 0 ? ` and ${count(report.files_added, 'file')}` : '';
    notes.push(`New: ${count(report.messages_added, 'message')}${files}.`);
  }
  const missing = report.files_missing;
  if (missing > 0) {
    notes.push(
      missing === 1
        ? 'One file is missing from the archive: its message came in without it.'
        : `${count(missing, 'file')} are missing from the archive: their messages came in without them.`,
    );
  }
  const renamed = report.renamed?.length ?? 0;
  if (renamed > 0) {
    notes.push(
      renamed === 1
        ? 'One session has a new address: its own was taken.'
        : `${count(renamed, 'session')} have new addresses: their own were taken.`,
    );
  }
  const skipped = report.skipped ?? [];
  for (const { title, reason } of skipped) {
    notes.push(`Left out: ${title ?? 'Untitled session'}. ${reason}`);
  }
  const unlisted = report.sessions_skipped - skipped.length;
  if (unlisted > 0) notes.push(`Left out: ${count(unlisted, 'more session')}.`);
  return notes;
}

function said(sentence: string, notes: string[] = []): Outcome {
  return { sentence, notes, isFailure: false, canRetry: false };
}
