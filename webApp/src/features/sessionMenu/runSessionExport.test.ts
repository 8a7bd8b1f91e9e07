import { fireEvent, screen, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';

import { runSessionExport } from '@/features/sessionMenu/runSessionExport';
import { server } from '@/testing/server';

vi.mock('@/api/authClient', () => ({ accessToken: () => Promise.resolve('token') }));

const saveFile = vi.hoisted(() => vi.fn());
vi.mock('@/lib/saveFile', () => ({ saveFile }));

const ADDRESS = '*/api/chat/sessions/s1/export';
const HEAD = '{"messages": [';
const MESSAGES = ['\n{"id":1}', ',\n{"id":2}'];

beforeEach(() => saveFile.mockReset());

/** Exports that are written by the test. */
function holdExport() {
  const body = new TransformStream<Uint8Array, Uint8Array>();
  const writer = body.writable.getWriter();
  const headers = {
    'Content-Disposition': "attachment; filename*=UTF-8''frost-n%C3%A4chte.json",
    'X-Total-Messages': '1200',
  };
  server.use(http.get(ADDRESS, () => new HttpResponse(body.readable, { headers })));
  return {
    write: (text: string) => writer.write(new TextEncoder().encode(text)),
    close: () => writer.close(),
  };
}

test('one that is done at once says nothing', async () => {
  const held = holdExport();
  const running = runSessionExport('s1', 'json');
  void held.write([HEAD, ...MESSAGES, '\n]}\n'].join('')).then(held.close);
  await running;
  const [content, filename] = saveFile.mock.calls[0] as [Blob, string];
  expect(filename).toBe('frost-nächte.json');
  expect(await content.text()).toBe('{"messages": [\n{"id":1},\n{"id":2}\n]}\n');
  expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull();
});

test('one that takes a while says how far it is, and is cancelled', async () => {
  const held = holdExport();
  const running = runSessionExport('s1', 'json');
  void held.write([HEAD, ...MESSAGES].join(''));
  expect(await screen.findByText('Exporting: 2 of 1,200 messages')).toBeVisible();
  fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  await running;
  expect(saveFile).not.toHaveBeenCalled();
  await waitFor(() => expect(screen.queryByText(/^Exporting/)).toBeNull());
  expect(screen.queryByText(/Nothing was exported/)).toBeNull();
});

test('one that fails says why, though its menu has gone', async () => {
  server.use(http.get(ADDRESS, () => HttpResponse.error()));
  await runSessionExport('s1', 'markdown');
  expect(
    await screen.findByText('Could not reach the server. Nothing was exported.'),
  ).toBeVisible();
});
