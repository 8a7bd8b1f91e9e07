import { QueryClient } from '@tanstack/react-query';
import { http, HttpResponse } from 'msw';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import {
  claimDraftFiles,
  findDraftFiles,
  forgetDraftFiles,
  useDraftFilesStore,
} from '@/api/attachments/draftFiles';
import { forgetAllLocalBytes } from '@/api/attachments/localBytes';
import { Uploader, type UploadPlace } from '@/api/attachments/Uploader';
import { makeAttachment } from '@/testing/messages';
import { goOfflineAndBack } from '@/testing/reachability';
import { server } from '@/testing/server';
import { makeSession } from '@/testing/sessions';
import { takeUploads, UPLOADS } from '@/testing/uploads';

vi.mock('@/api/authClient', () => ({
  accessToken: () => Promise.resolve('old'),
  renewAccessToken: () => Promise.resolve('new'),
  endSignIn: () => Promise.resolve(),
}));

const PLACE: UploadPlace = { draftKey: 's1', sessionId: 's1', isNewSession: false };
const NEW: UploadPlace = { draftKey: 'new', sessionId: null, isNewSession: true };

let uploader: Uploader;

beforeEach(() => {
  claimDraftFiles('ada');
  uploader = new Uploader(new QueryClient());
});

afterEach(() => {
  uploader.forget();
  forgetDraftFiles();
  forgetAllLocalBytes();
});

function startTaking() {
  const { taken, handler } = takeUploads();
  server.use(handler);
  return taken;
}

function refuse(status: number, code: string) {
  const problem = { type: 'about:blank', title: '', status, code, detail: '' };
  server.use(http.post(UPLOADS, () => HttpResponse.json(problem, { status })));
}

const makeFile = (name: string, text = name) => new File([text], name);
const files = (key = 's1') => findDraftFiles(key);
const names = () => files().map(({ attachment }) => attachment?.filename);

/** Whether the browser would ask before the page is left. */
const holdsPage = () => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }));

describe('a page that is left', () => {
  test.each([
    ['is held while a file may still be uploaded', 503, 'storage_unavailable', true],
    ['loses nothing by a file that is refused', 415, 'attachment_type_mismatch', false],
  ])('%s', async (_, status, code, isHeld) => {
    refuse(status, code);
    uploader.add(PLACE, [makeFile('a.png')]);
    expect(holdsPage()).toBe(true);
    await expect.poll(() => files()[0]?.problem).toBeTruthy();
    expect(holdsPage()).toBe(isHeld);
    for (const file of files()) uploader.remove(PLACE, file);
    expect(holdsPage()).toBe(false);
  });

  test('loses nothing by what is uploaded', async () => {
    startTaking();
    uploader.add(PLACE, [makeFile('a.txt')]);
    await expect.poll(names).toEqual(['a.txt']);
    expect(holdsPage()).toBe(false);
  });
});

describe('add', () => {
  test('uploads files and keeps their order', async () => {
    const taken = startTaking();
    uploader.add(PLACE, [makeFile('a.txt', 'One'), makeFile('b.txt', 'Two')]);
    expect(files()).toMatchObject([
      { filename: 'a.txt', sizeBytes: 3, attachment: null, problem: null },
      { filename: 'b.txt' },
    ]);
    await expect.poll(names).toEqual(['a.txt', 'b.txt']);
    expect(taken).toContainEqual({
      sessionId: 's1',
      token: 'Bearer old',
      name: 'a.txt',
      text: 'One',
    });
  });

  test('leaves out what is more than a message holds', () => {
    startTaking();
    const many = Array.from({ length: 9 }, (_, index) => makeFile(`${index}.txt`));
    expect(uploader.add(PLACE, many)).toEqual([]);
    expect(uploader.add(PLACE, many)).toEqual(many.slice(1));
    expect(files()).toHaveLength(10);
  });

  test('says of an empty and of a large file what is wrong, and sends neither', async () => {
    const large = makeFile('large.bin');
    Object.defineProperty(large, 'size', { value: 20 * 1024 * 1024 + 1 });
    uploader.add(PLACE, [makeFile('empty.txt', ''), large]);
    await expect
      .poll(() => files().map(({ problem }) => problem))
      .toEqual(['This file is empty.', 'This file is larger than 20 MB.']);
    expect(files().map(({ canRetry }) => canRetry)).toEqual([false, false]);
  });

  test.each([
    [415, 'attachment_type_mismatch', 'This file is not what its name says.', false],
    [
      409,
      'attachment_quota_exceeded',
      'There is no room for more files. Delete sessions you do not need.',
      false,
    ],
    [503, 'storage_unavailable', 'The server is busy at the moment.', true],
  ])('says why, for %i %s', async (status, code, sentence, canRetry) => {
    refuse(status, code);
    uploader.add(PLACE, [makeFile('a.png')]);
    await expect
      .poll(() => files())
      .toMatchObject([{ problem: sentence, canRetry, attachment: null }]);
  });

  test('renews the token when it is refused', async () => {
    const taken = startTaking();
    server.use(http.post(UPLOADS, () => HttpResponse.json({}, { status: 401 }), { once: true }));
    uploader.add(PLACE, [makeFile('a.txt')]);
    await expect.poll(names).toEqual(['a.txt']);
    expect(taken.map(({ token }) => token)).toEqual(['Bearer new']);
  });

  test('makes the session to come once, and first', async () => {
    const calls: string[] = [];
    server.use(
      http.post('*/api/chat/sessions', async ({ request }) => {
        calls.push(((await request.json()) as { session_id: string }).session_id);
        return HttpResponse.json(makeSession(), { status: 201 });
      }),
    );
    const taken = startTaking();
    uploader.add(NEW, [makeFile('a.txt'), makeFile('b.txt')]);
    await expect.poll(() => files('new').every(({ attachment }) => attachment)).toBe(true);
    const { newSessionId, unstartedIds } = useDraftFilesStore.getState();
    expect(calls).toEqual([newSessionId]);
    expect(unstartedIds).toEqual([newSessionId]);
    expect(taken.map(({ sessionId }) => sessionId)).toEqual([newSessionId, newSessionId]);
  });
});

describe('an upload that broke', () => {
  test.each([
    ['by hand', () => uploader.retry(files()[0]?.key ?? '')],
    ['when the server is back', goOfflineAndBack],
  ])('goes on %s', async (_, tryAgain) => {
    server.use(http.post(UPLOADS, () => HttpResponse.error()));
    uploader.add(PLACE, [makeFile('a.txt')]);
    await expect
      .poll(() => files())
      .toMatchObject([{ problem: 'Could not reach the server.', canRetry: true }]);
    startTaking();
    tryAgain();
    await expect.poll(names).toEqual(['a.txt']);
    expect(files()).toMatchObject([{ problem: null }]);
  });
});

describe('remove', () => {
  test('gives up an upload, and the one behind it has its turn', async () => {
    const begun = vi.fn();
    const { handler } = takeUploads();
    server.use(
      http.post(UPLOADS, () => {
        begun();
        // Without an answer the next handler has its turn.
        return begun.mock.calls.length <= 2 ? new Promise<never>(() => undefined) : undefined;
      }),
      handler,
    );
    uploader.add(PLACE, [makeFile('a.txt'), makeFile('b.txt'), makeFile('c.txt')]);
    await expect.poll(() => begun).toHaveBeenCalledTimes(2);
    const [first] = files();
    if (first) uploader.remove(PLACE, first);
    await expect.poll(names).toEqual([undefined, 'c.txt']);
    expect(files()).toMatchObject([{ filename: 'b.txt', problem: null }, {}]);
  });

  test('deletes what was uploaded', async () => {
    const deleted = vi.fn();
    startTaking();
    server.use(
      http.delete('*/api/chat/attachments/:id', ({ params }) => {
        deleted(params.id);
        return new HttpResponse(null, { status: 204 });
      }),
    );
    uploader.add(PLACE, [makeFile('a.txt')]);
    await expect.poll(names).toEqual(['a.txt']);
    const [file] = files();
    if (file) uploader.remove(PLACE, file);
    expect(files()).toEqual([]);
    await expect.poll(() => deleted.mock.calls).toEqual([[makeAttachment(1).id]]);
  });

  test.each([
    [0, 1],
    [2, 0],
  ])(
    'deletes the session to come with its last file when it holds %i messages',
    async (count, deletions) => {
      const deleted = vi.fn();
      const looked = vi.fn();
      startTaking();
      server.use(
        http.post('*/api/chat/sessions', () => HttpResponse.json(makeSession(), { status: 201 })),
        http.delete('*/api/chat/attachments/:id', () => new HttpResponse(null, { status: 204 })),
        http.get('*/api/chat/sessions/:id', () => {
          looked();
          return HttpResponse.json(makeSession({ message_count: count }));
        }),
        http.delete('*/api/chat/sessions/:id', () => {
          deleted();
          return new HttpResponse(null, { status: 204 });
        }),
      );
      uploader.add(NEW, [makeFile('a.txt')]);
      await expect.poll(() => files('new')[0]?.attachment?.filename).toBe('a.txt');
      const [file] = files('new');
      if (file) uploader.remove(NEW, file);
      expect(useDraftFilesStore.getState().newSessionId).toBeNull();
      await expect.poll(() => looked).toHaveBeenCalledOnce();
      await expect
        .poll(() => useDraftFilesStore.getState().unstartedIds.length)
        .toBe(1 - deletions);
      expect(deleted).toHaveBeenCalledTimes(deletions);
    },
  );
});
