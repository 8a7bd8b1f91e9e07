import type { Locator, Page } from '@playwright/test';
import { crc32, deflateSync } from 'node:zlib';

import { composerOf } from '#e2e/sessionSeeds.ts';

export interface TestFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** A picture of a sky above a field, as PNG. */
export function makePng(name: string, width = 480, height = 320): TestFile {
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const isField = y > height * (0.62 + 0.06 * Math.sin((x / width) * 5));
      const shade = Math.round((y / height) * 60);
      const colour = isField
        ? [96 - shade, 130 - shade, 84 - shade]
        : [150 + shade, 185 + shade / 2, 214];
      rows.set(colour, y * (1 + width * 3) + 1 + x * 3);
    }
  }
  const size = Buffer.alloc(13);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  size.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const chunks = [
    pngChunk('IHDR', size),
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk('IEND', Buffer.alloc(0)),
  ];
  return { name, mimeType: 'image/png', buffer: Buffer.concat([signature, ...chunks]) };
}

function pngChunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

export function makePdf(name: string): TestFile {
  const text = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj
trailer<</Root 1 0 R>>
%%EOF
`;
  return { name, mimeType: 'application/pdf', buffer: Buffer.from(text) };
}

export function makeTable(name: string): TestFile {
  const rows = Array.from({ length: 400 }, (_, night) => `${night},${(night % 90) / 10}`);
  const buffer = Buffer.from(['night,lowest', ...rows].join('\n'));
  return { name, mimeType: 'text/csv', buffer };
}

/** Chooses files in the dialog behind the paper clip. */
export async function choose(page: Page, ...files: (TestFile | string)[]): Promise<void> {
  const opening = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files' }).click();
  // Playwright takes paths or contents, not both at once.
  await (await opening).setFiles(files as TestFile[] | string[]);
}

/** Hands files to the page in an event, as pasting and dragging do. */
export async function transfer(
  target: Locator,
  type: 'paste' | 'dragover' | 'drop',
  files: readonly TestFile[],
): Promise<void> {
  const plain = files.map(({ name, mimeType, buffer }) => ({
    name,
    mimeType,
    base64: buffer.toString('base64'),
  }));
  await target.evaluate(
    (element, { type, plain }) => {
      const data = new DataTransfer();
      for (const { name, mimeType, base64 } of plain) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        data.items.add(new File([bytes], name, { type: mimeType }));
      }
      const options = { bubbles: true, cancelable: true };
      const event =
        type === 'paste'
          ? new ClipboardEvent(type, { ...options, clipboardData: data })
          : new DragEvent(type, { ...options, dataTransfer: data });
      element.dispatchEvent(event);
    },
    { type, plain },
  );
}

/** The chips above the text. */
export function draftFilesOf(page: Page): Locator {
  return page.getByRole('list', { name: 'Attached files' }).getByRole('listitem');
}

export async function paste(page: Page, ...files: TestFile[]): Promise<void> {
  await transfer(composerOf(page), 'paste', files);
}
