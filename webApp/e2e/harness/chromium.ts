import chromium from '@sparticuz/chromium';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Never `chromium.args`: they switch off web security and hide real faults. These only make
 * Chromium run in a container.
 */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-zygote',
  '--disable-background-networking',
];

/** Goes with the package when that is replaced, and is nobody else's on this machine. */
const UNPACKED = join(import.meta.dirname, '../../node_modules/.cache/chromium');
const FONTS_FILE = join(UNPACKED, 'fonts.conf');

/** Unpacks Chromium and its Open Sans from the npm package, the first time for some seconds. */
export async function chromiumPath(): Promise<string> {
  // All of it comes at once.
  if (!existsSync(FONTS_FILE)) await unpack();
  process.env.FONTCONFIG_FILE = FONTS_FILE;
  return join(UNPACKED, 'chromium');
}

/** Another run may do the same at this moment: what is there is whole. */
async function unpack(): Promise<void> {
  const folder = `${UNPACKED}.${process.pid}`;
  await mkdir(folder, { recursive: true });
  const { TMPDIR } = process.env;
  // The package unpacks there and nowhere else, and takes whatever it finds there for its own.
  process.env.TMPDIR = folder;
  try {
    await chromium.executablePath();
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
  // The package's own configuration would hide the machine's fonts, and a machine may have none.
  const folders = [join(UNPACKED, 'fonts', 'fonts'), '/usr/share/fonts', '/usr/local/share/fonts'];
  const lines = folders.map((name) => `<dir>${name}</dir>`).join('');
  const config = `<?xml version="1.0"?><fontconfig>${lines}</fontconfig>`;
  await writeFile(join(folder, 'fonts.conf'), config);
  try {
    await rename(folder, UNPACKED);
  } catch (error) {
    await rm(folder, { recursive: true });
    // The other run was first.
    if (!existsSync(FONTS_FILE)) throw error;
  }
}
