import { http, HttpResponse } from 'msw';
import { expect, test, vi } from 'vitest';

import { chooseTarget } from '@/api/archive/downloadTarget';
import { exportArchive, type ExportProgress } from '@/api/archive/exportArchive';
import { makeArchive } from '@/testing/archives';
import { makeFileHandle } from '@/testing/fileHandles';
import { PATIENCE_MS } from '@/testing/patience';
import { server } from '@/testing/server';

vi.mock('@/api/authClient', () => ({ accessToken: () => Promise.resolve('token') }));

const saveFile = vi.hoisted(() => vi.fn());
vi.mock('@/lib/saveFile', () => ({ saveFile }));

const ARCHIVE = makeArchive({
  sessions: ['{"a":1}', '{"b":2}', '{"c":3}'],
  manifest: { missing: [{ filename: 'lost.png' }] },
});

/** Serves these bytes; with an `end` that never comes the download stands still behind them. */
function serveExport(bytes: Uint8Array, end: 'whole' | 'broken' | 'never' = 'whole') {
  const headers = {
    'Content-Type': 'application/zip',
    'Content-Disposition': 'attachment; filename="chat-registry-2026-11-21.zip"',
    'X-Total-Sessions': '3',
    'X-Total-Messages': '6',
  };
  const pieces = [bytes.slice(0, 150), bytes.slice(150)];
  const body = () =>
    new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const piece = pieces.shift();
        if (piece) controller.enqueue(piece);
        else if (end === 'broken') controller.error(new Error('cut'));
        else if (end === 'whole') controller.close();
      },
    });
  server.use(http.get('*/api/chat/export', () => new HttpResponse(body(), { headers })));
}

async function run(signal = new AbortController().signal) {
  const target = await chooseTarget('chat-registry-2026-11-20.zip');
  const progress: ExportProgress[] = [];
  if (!target) throw new Error('Nothing was chosen.');
  return { progress, result: await exportArchive(target, (made) => progress.push(made), signal) };
}

function offerPicker(showSaveFilePicker: () => Promise<unknown>) {
  vi.stubGlobal('showSaveFilePicker', showSaveFilePicker);
}

test('saves a whole archive under its name and tells how far it was', async () => {
  saveFile.mockReset();
  serveExport(ARCHIVE);
  const { progress, result } = await run();
  expect(result).toEqual({
    ...{ sessions: 3, messages: 6, bytes: ARCHIVE.length },
    missing: ['lost.png'],
  });
  expect(progress[0]).toEqual({ sessions: 0, sessionsTotal: 3, bytes: 0 });
  expect(progress.at(-1)).toEqual({ sessions: 3, sessionsTotal: 3, bytes: ARCHIVE.length });
  const [content, filename] = saveFile.mock.calls[0] as [Blob, string];
  expect(filename).toBe('chat-registry-2026-11-21.zip');
  expect(content.size).toBe(ARCHIVE.length);
});

test.each([
  ['breaks off', ARCHIVE.slice(0, 200), 'broken'],
  ['ends too early', ARCHIVE.slice(0, 200), 'whole'],
] as const)('saves nothing when it %s', async (_, bytes, end) => {
  saveFile.mockReset();
  serveExport(bytes, end);
  await expect(run()).rejects.toMatchObject({ code: 'unreachable' });
  expect(saveFile).not.toHaveBeenCalled();
});

test('writes into the file that was chosen, where a browser can', async () => {
  const { place, handle } = makeFileHandle();
  offerPicker(() => Promise.resolve(handle));
  serveExport(ARCHIVE);
  const { result } = await run();
  expect(result.sessions).toBe(3);
  expect(new Uint8Array(Buffer.from(place.content, 'latin1'))).toEqual(ARCHIVE);
});

test.each([
  ['', false],
  ['older', true],
])('when it is cancelled a file that held "%s" is as it was', async (before, isThere) => {
  const { place, handle } = makeFileHandle(before);
  offerPicker(() => Promise.resolve(handle));
  serveExport(ARCHIVE.slice(0, 200), 'never');
  const controller = new AbortController();
  const running = run(controller.signal);
  await vi.waitFor(() => expect(place.written).not.toEqual([]), PATIENCE_MS);
  controller.abort();
  await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  expect(place).toMatchObject({ content: before, isThere, written: [] });
});

test('where no file was chosen nothing is exported, and where none can be it is a download', async () => {
  offerPicker(() => Promise.reject(new DOMException('', 'AbortError')));
  expect(await chooseTarget('a.zip')).toBeNull();
  offerPicker(() => Promise.reject(new DOMException('', 'SecurityError')));
  serveExport(ARCHIVE);
  saveFile.mockReset();
  await run();
  expect(saveFile).toHaveBeenCalledOnce();
});
