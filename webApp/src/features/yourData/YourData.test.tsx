import { act, fireEvent, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { useState } from 'react';
import { beforeEach, expect, test, vi } from 'vitest';

import { startAuthClient } from '@/api/authClient';
import { PublicConfigContext } from '@/api/publicConfig';
import { YourData } from '@/features/yourData/YourData';
import { makeArchive } from '@/testing/archives';
import { IMPORT, makeReport, serveImport } from '@/testing/archiveImport';
import { CONFIG, makeSignIn, storeSignIn } from '@/testing/auth';
import { PATIENCE_MS } from '@/testing/patience';
import { renderWithQueries } from '@/testing/renderWithQueries';
import { server } from '@/testing/server';

const saveFile = vi.hoisted(() => vi.fn());
vi.mock('@/lib/saveFile', () => ({ saveFile }));

const FILE = new File(['an archive'], 'chat-registry.zip', { type: 'application/zip' });

beforeEach(() => {
  storeSignIn(makeSignIn('1', 'ada@example.org'));
  void startAuthClient(CONFIG);
  saveFile.mockReset();
});

function Page() {
  const [opener, setOpener] = useState<HTMLElement | null>(null);
  return (
    <PublicConfigContext value={{ ...CONFIG, import_max_bytes: 1_000 }}>
      <button type="button" onClick={(event) => setOpener(event.currentTarget)}>
        Open
      </button>
      <YourData opener={opener} onClose={() => setOpener(null)} onOpen={setOpener} />
    </PublicConfigContext>
  );
}

async function openPanel() {
  const user = userEvent.setup();
  renderWithQueries(<Page />);
  await user.click(screen.getByRole('button', { name: 'Open' }));
  return user;
}

/** Exports that wait until they are told how to end. */
function holdExport() {
  const body = new TransformStream<Uint8Array, Uint8Array>();
  const writer = body.writable.getWriter();
  const asked = vi.fn();
  const handler = http.get('*/api/chat/export', () => {
    asked();
    return new HttpResponse(body.readable, { headers: { 'X-Total-Sessions': '2' } });
  });
  return { writer, asked, handler };
}

test('exports with its progress, also while the panel is closed, and says so then', async () => {
  const { writer, handler } = holdExport();
  server.use(handler);
  const user = await openPanel();
  await user.click(screen.getByRole('button', { name: 'Export everything' }));
  const archive = makeArchive({ sessions: ['{}', '{}'] });
  void writer.write(archive.slice(0, 200));
  const bar = await screen.findByRole('progressbar', { name: 'Take everything along' });
  await vi.waitFor(
    () => expect(bar).toHaveAttribute('aria-valuetext', '1 of 2 sessions, 200 bytes'),
    PATIENCE_MS,
  );
  const leaving = new Event('beforeunload', { cancelable: true });
  window.dispatchEvent(leaving);
  expect(leaving.defaultPrevented).toBe(true);
  await user.keyboard('{Escape}');
  expect(screen.queryByRole('dialog')).toBeNull();
  await act(async () => {
    await writer.write(archive.slice(200));
    await writer.close();
  });
  expect(await screen.findByText(/^Exported 2 sessions with 4 messages/)).toBeVisible();
  expect(saveFile).toHaveBeenCalledOnce();
  // jsdom knows no pointers, which a toast is dragged by.
  fireEvent.click(screen.getByRole('button', { name: 'Show' }));
  const panel = await screen.findByRole('dialog', { name: 'Your data' });
  expect(within(panel).getByText(/^Exported 2 sessions/)).toBeVisible();
});

test('an export is cancelled, and one that failed is tried again', async () => {
  const { asked, handler } = holdExport();
  server.use(handler);
  const user = await openPanel();
  const button = screen.getByRole('button', { name: 'Export everything' });
  await user.click(button);
  await vi.waitFor(() => expect(asked).toHaveBeenCalled(), PATIENCE_MS);
  expect(button).toHaveFocus();
  await user.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(await screen.findByText('The export was cancelled. Nothing was saved.')).toBeVisible();

  server.use(http.get('*/api/chat/export', () => HttpResponse.error(), { once: true }));
  await user.click(button);
  expect(await screen.findByText(/^Could not reach the server\. Nothing was saved/)).toBeVisible();
  const second = holdExport();
  server.use(second.handler);
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  void second.writer.write(makeArchive()).then(() => second.writer.close());
  expect(await screen.findByText(/^Exported 1 session with 2 messages/)).toBeVisible();
});

test('an archive is dropped or chosen, and what came of it is said', async () => {
  const finished = (report: object) =>
    serveImport([{ type: 'import.finished', report: makeReport(report) }]).handler;
  server.use(finished({ sessions_created: 2, messages_added: 5 }));
  const user = await openPanel();
  const drop = new Event('drop', { bubbles: true, cancelable: true });
  Object.assign(drop, { dataTransfer: { types: ['Files'], files: [FILE] } });
  screen.getByRole('heading', { name: 'Bring an archive in' }).dispatchEvent(drop);
  expect(await screen.findByText('2 sessions added.')).toBeVisible();
  expect(screen.getByText('New: 5 messages.')).toBeVisible();
  server.use(finished({ sessions_unchanged: 2 }));
  await user.upload(screen.getByLabelText('File of the archive'), FILE);
  expect(await screen.findByText(/^Nothing is new: all 2 sessions/)).toBeVisible();
});

test('an import that broke is tried again with the same file; a refused one is not', async () => {
  server.use(http.post(IMPORT, () => HttpResponse.error()));
  const user = await openPanel();
  await user.upload(screen.getByLabelText('File of the archive'), FILE);
  expect(
    await screen.findByText(/^Could not reach the server\. Nothing was imported/),
  ).toBeVisible();
  const { sent, handler } = serveImport([{ type: 'import.finished', report: makeReport() }]);
  server.use(handler);
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('There was no session in it.')).toBeVisible();
  expect(sent.map(({ text }) => text)).toEqual(['an archive']);

  await user.upload(
    screen.getByLabelText('File of the archive'),
    new File(['x'.repeat(1_001)], 'large.zip'),
  );
  expect(await screen.findByText(/^This archive is too large for the server/)).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
  expect(sent).toHaveLength(1);
});
