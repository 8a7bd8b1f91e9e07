import type { Page } from '@playwright/test';

import { openSignedIn } from '#e2e/harness/accounts.ts';
import { keepPicture, look } from '#e2e/harness/measures.ts';
import { expect, test } from '#e2e/harness/test.ts';

const SIZES = [
  { width: 360, height: 780 },
  { width: 1440, height: 900 },
];
const FILE = { name: 'chat-registry.zip', mimeType: 'application/zip', buffer: Buffer.from('PK') };
const REPORT = {
  ...{ sessions_created: 31, sessions_changed: 2, sessions_unchanged: 1_204, sessions_skipped: 1 },
  ...{ messages_added: 4_310, messages_known: 18_220, files_added: 12 },
  renamed: [{ session_id: 'a', new_session_id: 'b' }],
  skipped: [
    {
      session_id: 'c',
      title: 'The whole log of the greenhouse',
      reason: 'A message is longer than one may be.',
    },
  ],
};

/** The export stands still after some of it, as a slow one would look. */
async function holdExport(page: Page): Promise<void> {
  await page.addInitScript(() => {
    Object.assign(window, { showSaveFilePicker: undefined });
    const fetchReally = window.fetch.bind(window);
    window.fetch = (input, init) => {
      if (!(input instanceof Request && input.url.endsWith('/api/chat/export'))) {
        return fetchReally(input, init);
      }
      const header = new TextEncoder().encode(
        `PK\u0003\u0004${'.'.repeat(26)}sessions/${'.'.repeat(40_000)}`,
      );
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          for (let session = 0; session < 32; session += 1) controller.enqueue(header);
        },
      });
      return Promise.resolve(new Response(body, { headers: { 'X-Total-Sessions': '48' } }));
    };
  });
}

async function answerImport(page: Page, status: number, body: object): Promise<void> {
  const isDone = status === 200;
  await page.route('**/api/chat/import', (route) =>
    route.fulfill({
      status,
      contentType: isDone ? 'text/event-stream' : 'application/problem+json',
      body: isDone ? `data: ${JSON.stringify(body)}\n\n` : JSON.stringify(body),
    }),
  );
}

// What is refused on purpose is told by the browser as well.
test.use({ expectedConsole: /status of 422/ });

for (const viewport of SIZES) {
  test.describe(`${viewport.width}`, () => {
    test.use({ viewport });

    test('export and import are accessible in every state', async ({ page, account }) => {
      await holdExport(page);
      await openSignedIn(page, account);
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('menuitem', { name: 'Your data' }).click();
      const panel = page.getByRole('dialog', { name: 'Your data' });
      await expect(panel.getByRole('button', { name: 'Import an archive' })).toBeVisible();
      await keepPicture(page, `your-data-${viewport.width}`);

      await panel.getByRole('button', { name: 'Export everything' }).click();
      await expect(panel.getByText('31 of 48 sessions, 1.2 MB')).toBeVisible();
      await answerImport(page, 422, {
        ...{ type: 'about:blank', title: '', status: 422, code: 'archive_damaged', detail: '' },
        errors: [{ field: 'sessions/000014.jsonl', message: 'does not match its checksum' }],
      });
      await panel.getByLabel('File of the archive').setInputFiles(FILE);
      await expect(panel.getByText(/^This archive is damaged/)).toBeVisible();
      await look(page, `your-data-refused-${viewport.width}`);

      await panel.getByRole('button', { name: 'Cancel' }).click();
      await answerImport(page, 200, { type: 'import.finished', report: REPORT });
      await panel.getByLabel('File of the archive').setInputFiles(FILE);
      await expect(panel.getByText(/^31 sessions added/)).toBeVisible();
      await keepPicture(page, `your-data-imported-${viewport.width}`);
    });
  });
}
