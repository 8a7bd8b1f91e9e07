// @vitest-environment node

import { describe, expect, test } from 'vitest';

import { ApiError } from '@/api/apiError';
import { describeExport, describeImport, describeReport } from '@/features/yourData/describeData';
import { makeReport } from '@/testing/archiveImport';

describe('describeReport', () => {
  test.each([
    [{}, 'There was no session in it.'],
    [{ sessions_created: 1 }, '1 session added.'],
    [
      { sessions_created: 3, sessions_changed: 1, sessions_unchanged: 1_200, sessions_skipped: 2 },
      '3 sessions added, 1 completed, 1,200 already here, 2 left out.',
    ],
    [{ sessions_unchanged: 1 }, 'Nothing is new: the session in it was already here.'],
    [{ sessions_unchanged: 12 }, 'Nothing is new: all 12 sessions in it were already here.'],
    [{ sessions_unchanged: 2, sessions_skipped: 1 }, '2 sessions already here, 1 left out.'],
  ])('%o', (report, sentence) => {
    expect(describeReport(makeReport(report))).toBe(sentence);
  });
});

describe('describeImport', () => {
  test('names what is new, what has another address, and what was left out and why', () => {
    const report = makeReport({
      ...{ sessions_created: 2, messages_added: 1_001, files_added: 1, sessions_skipped: 3 },
      files_missing: 2,
      renamed: [{ session_id: 'a', new_session_id: 'b' }],
      skipped: [{ session_id: 'c', title: 'Long', reason: 'A message is longer than one may be.' }],
    });
    const outcome = describeImport({ status: 'done', result: { report, failure: null } });
    expect(outcome).toMatchObject({
      isFailure: false,
      notes: [
        'New: 1,001 messages and 1 file.',
        '2 files are missing from the archive: their messages came in without them.',
        'One session has a new address: its own was taken.',
        'Left out: Long. A message is longer than one may be.',
        'Left out: 2 more sessions.',
      ],
    });
  });

  test('of a broken archive it says where, and offers no second try', () => {
    const error = new ApiError({
      ...{ code: 'archive_damaged', status: 422, detail: '' },
      errors: [{ field: 'sessions/000001.jsonl', message: 'does not match its checksum' }],
    });
    expect(describeImport({ status: 'failed', error, progress: { step: 'checking' } })).toEqual({
      sentence: 'This archive is damaged. Nothing was imported.',
      notes: ['sessions/000001.jsonl does not match its checksum.'],
      isFailure: true,
      canRetry: false,
    });
  });

  test('says how much room there is when there is too little', () => {
    const detail = 'The archive has 12.0 MB of files that are not here yet.';
    const error = new ApiError({ code: 'attachment_quota_exceeded', status: 409, detail });
    const outcome = describeImport({ status: 'failed', error, progress: null });
    expect(outcome).toMatchObject({ notes: [detail], canRetry: true });
  });

  test('of a connection lost on the way it says how far it was, and can go on', () => {
    const outcome = describeImport({
      status: 'failed',
      error: ApiError.unreachable(),
      progress: {
        step: 'storing',
        done: { sessions: 3, messages: 90 },
        total: { sessions: 12, messages: 400 },
      },
    });
    expect(outcome).toMatchObject({ isFailure: true, canRetry: true });
    expect(outcome?.sentence).toContain('gone through 3 of 12 sessions; what came in stays');
  });

  test('of one that failed in the middle it tells both', () => {
    const failure = new ApiError({ code: 'storage_unavailable', status: 503, detail: '' });
    const report = makeReport({ sessions_created: 4 });
    const outcome = describeImport({ status: 'done', result: { report, failure } });
    expect(outcome).toMatchObject({ isFailure: true, canRetry: true });
    expect(outcome?.sentence).toBe(
      'The server is busy at the moment. Not everything came in; trying again goes on from there.',
    );
    expect(outcome?.notes).toEqual(['4 sessions added.']);
  });
});

describe('describeExport', () => {
  test('says what is in the archive', () => {
    const missing = ['dot.png', 'notes.txt'];
    const result = { sessions: 1, messages: 20_000, bytes: 5_000_000, missing };
    expect(describeExport({ status: 'done', result })).toMatchObject({
      sentence: 'Exported 1 session with 20,000 messages, 4.8 MB.',
      notes: ['2 files could not be found in the storage and are not in it: dot.png, notes.txt.'],
      isFailure: false,
    });
  });

  test.each([
    [ApiError.unreachable(), 'Could not reach the server. Nothing was saved.'],
    [
      new DOMException('', 'QuotaExceededError'),
      'The file could not be written. Nothing was saved.',
    ],
  ])('can be tried again', (error, sentence) => {
    const outcome = describeExport({ status: 'failed', error, progress: null });
    expect(outcome).toMatchObject({ sentence, canRetry: true });
  });
});
