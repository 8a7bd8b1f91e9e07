import { http, HttpResponse } from 'msw';
import { expect, test, vi } from 'vitest';

import { importArchive } from '@/api/archive/importArchive';
import type { ImportProgress } from '@/api/archive/readImport';
import { IMPORT, makeReport, serveImport } from '@/testing/archiveImport';
import { PATIENCE_MS } from '@/testing/patience';
import { server } from '@/testing/server';

vi.mock('@/api/authClient', () => ({
  accessToken: () => Promise.resolve('old'),
  renewAccessToken: () => Promise.resolve('new'),
  endSignIn: () => Promise.resolve(),
}));

const CONTENT = new Blob(['an archive']);

async function run(signal = new AbortController().signal) {
  const progress: ImportProgress[] = [];
  const onProgress = (made: ImportProgress) => progress.push(made);
  return { progress, result: await importArchive({ content: CONTENT, onProgress }, signal) };
}

test('sends the file, tells how far it is, and returns what came of it', async () => {
  const report = makeReport({ sessions_created: 2 });
  const { sent, handler } = serveImport([
    { type: 'import.started', totals: { sessions: 2, messages: 4 } },
    { type: 'import.progressed', done: { sessions: 1, messages: 3 } },
    { type: 'import.finished', report },
  ]);
  server.use(handler);
  const { progress, result } = await run();
  expect(result).toEqual({ report, failure: null });
  expect(sent).toEqual([{ token: 'Bearer old', text: 'an archive' }]);
  expect(progress.filter(({ step }) => step === 'storing')).toEqual([
    { step: 'storing', done: { sessions: 0, messages: 0 }, total: { sessions: 2, messages: 4 } },
    { step: 'storing', done: { sessions: 1, messages: 3 }, total: { sessions: 2, messages: 4 } },
  ]);
});

test('says why it could not go on, and what came in until then', async () => {
  const report = makeReport({ sessions_created: 1 });
  const { handler } = serveImport([
    { type: 'import.started', totals: { sessions: 2, messages: 4 } },
    { type: 'import.failed', code: 'storage_unavailable', detail: 'Away.', report },
  ]);
  server.use(handler);
  const { result } = await run();
  expect(result).toMatchObject({ report, failure: { code: 'storage_unavailable' } });
});

test('a stream that breaks off before its last event is a lost connection', async () => {
  const { handler } = serveImport([
    { type: 'import.started', totals: { sessions: 2, messages: 4 } },
  ]);
  server.use(handler);
  await expect(run()).rejects.toMatchObject({ code: 'unreachable' });
});

test('a refusal comes with its place', async () => {
  const problem = {
    ...{ type: 'about:blank', title: '', status: 422, code: 'archive_damaged', detail: '' },
    errors: [{ field: 'sessions/000001.jsonl', message: 'does not match its checksum' }],
  };
  server.use(http.post(IMPORT, () => HttpResponse.json(problem, { status: 422 })));
  await expect(run()).rejects.toMatchObject({
    code: 'archive_damaged',
    fieldProblems: problem.errors,
  });
});

test('renews the token when it is refused', async () => {
  const { sent, handler } = serveImport([{ type: 'import.finished', report: makeReport() }]);
  server.use(handler);
  server.use(http.post(IMPORT, () => HttpResponse.json({}, { status: 401 }), { once: true }));
  await run();
  expect(sent.map(({ token }) => token)).toEqual(['Bearer new']);
});

test('is given up when it is cancelled', async () => {
  const begun = vi.fn();
  server.use(
    http.post(IMPORT, () => {
      begun();
      return new Promise<never>(() => undefined);
    }),
  );
  const controller = new AbortController();
  const running = run(controller.signal);
  await vi.waitFor(() => expect(begun).toHaveBeenCalled(), PATIENCE_MS);
  controller.abort();
  await expect(running).rejects.toMatchObject({ name: 'AbortError' });
});
