import chromium from '@sparticuz/chromium';
import { rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
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

/** Unpacks Chromium and its Open Sans from the npm package, the first time for some seconds. */
export async function chromiumPath(): Promise<string> {
  const path = await chromium.executablePath();
  // The package's own configuration would hide the machine's fonts, and a machine may have none.
  const fonts = join(tmpdir(), 'chat-registry-fonts.conf');
  const folders = [join(tmpdir(), 'fonts', 'fonts'), '/usr/share/fonts', '/usr/local/share/fonts'];
  const lines = folders.map((folder) => `<dir>${folder}</dir>`).join('');
  // Both workers write it, and a Chromium of the other may be reading it.
  const whole = `${fonts}.${process.pid}`;
  await writeFile(whole, `<?xml version="1.0"?><fontconfig>${lines}</fontconfig>`);
  await rename(whole, fonts);
  process.env.FONTCONFIG_FILE = fonts;
  return path;
}
