import { createParser } from 'eventsource-parser';

import { ApiError } from '@/api/apiError';
import type { ImportEvent, ImportReport } from '@/api/schema';

/** How much of an archive. */
export interface ImportTotals {
  sessions: number;
  messages: number;
}

export type ImportProgress =
  | { step: 'sending'; sent: number; total: number }
  | { step: 'checking' }
  | { step: 'storing'; done: ImportTotals; total: ImportTotals };

export interface ImportResult {
  report: ImportReport;
  /** Why it ended before the end of the archive; what the report says is there all the same. */
  failure: ApiError | null;
}

const NONE: ImportTotals = { sessions: 0, messages: 0 };

/** Reads the events of an answer that grows; `result` is there with the last one. */
export function readImport(onProgress: (progress: ImportProgress) => void) {
  let read = 0;
  let total = NONE;
  const onEvent = ({ data }: { data: string }) => {
    const event = JSON.parse(data) as ImportEvent;
    switch (event.type) {
      case 'import.started':
        total = event.totals;
        onProgress({ step: 'storing', done: NONE, total });
        break;
      case 'import.progressed':
        onProgress({ step: 'storing', done: event.done, total });
        break;
      case 'import.finished':
        events.result = { report: event.report, failure: null };
        break;
      case 'import.failed': {
        // What ends a sound archive in the middle is away for a while, or says so by its code.
        const failure = new ApiError({ code: event.code, status: 503, detail: event.detail });
        events.result = { report: event.report, failure };
      }
    }
  };
  const parser = createParser({ onEvent });
  const events = {
    result: null as ImportResult | null,
    /** Takes all that has arrived so far. */
    feed: (text: string) => {
      parser.feed(text.slice(read));
      read = text.length;
    },
  };
  return events;
}
