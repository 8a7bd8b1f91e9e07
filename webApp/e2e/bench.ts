/**
 * Scrolls through 10,000 sessions, types into the search beside them and lets a thousand of them
 * change, in the built app on the whole stack, and prints how long the frames were. An empty page's
 * idle frames come first: what they show is the machine. The processor time of the page's tasks is
 * the app's alone.
 */
import { chromium, type Page } from '@playwright/test';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { promisify } from 'node:util';

import postgres from 'postgres';

import { type Account, openSignedIn } from '#e2e/harness/accounts.ts';
import { CHROMIUM_ARGS, chromiumPath } from '#e2e/harness/chromium.ts';
import { describeRecording, FRAMES_HEAD, record } from '#e2e/harness/frames.ts';
import { pastTriggers } from '#e2e/harness/seed.ts';
import { sessionRows } from '#e2e/harness/sessionRows.ts';
import { PYTHON, ROOT, type Stack, startStack } from '#e2e/harness/stack.ts';

const IDLE_MS = 5_000;
/** A wheel turned fast: 14,000 pixels a second. */
const PIXELS_A_FRAME = 240;
const KEY_MS = 70;
const WORDS = ['deadline', 're', 'the quarterly report', 'bergamot', '美咲', 'nothing holds this'];

// Old sessions become inactive by themselves, which would come in between.
process.env.RUN_RETENTION = 'false';
const { stack, stop } = await startStack();
try {
  const { account, lastSessionId } = await seed(stack);
  const browser = await chromium.launch({
    executablePath: await chromiumPath(),
    args: CHROMIUM_ARGS,
  });
  print(FRAMES_HEAD);
  const empty = await browser.newPage();
  await empty.setContent('<title>Empty</title>');
  await show('an empty page, idle', empty, idle);
  await empty.close();
  const page = await browser.newPage({ baseURL: stack.base_url, locale: 'en-GB' });
  await openSignedIn(page, account);
  await sessionRows(page).first().waitFor();
  await page.waitForTimeout(3_000);
  await show('the app, idle', page, idle);
  await show('down to the 10,000th session', page, (on) => scrollDown(on, lastSessionId));
  await show('and up again', page, scrollUp);
  await show('typing in the search', page, typeWords);
  await page.keyboard.press('Escape');
  await show('1,000 of them change at once', page, async (on) => {
    await changeMany(stack, account);
    await on.waitForTimeout(15_000);
  });
  await browser.close();

  async function show(name: string, on: Page, act: (page: Page) => Promise<void>): Promise<void> {
    print(describeRecording(name, await record(browser, on, () => act(on))));
  }
} finally {
  await stop();
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** One user with 10,000 sessions of 20 messages, none of them in the archive. */
async function seed(on: Stack): Promise<{ account: Account; lastSessionId: string }> {
  const { stdout } = await promisify(execFile)(
    PYTHON,
    ['-m', 'benchmarks.generate', on.db_url, '--only', 'large'],
    { cwd: ROOT },
  );
  print(stdout);
  const id = /^large: (\S+)$/m.exec(stdout)?.[1] ?? '';
  await pastTriggers(on, async (transaction) => {
    await transaction`update chat_sessions set archived = false where archived`;
  });
  const sql = postgres(on.db_url, { max: 1 });
  const [last] = await sql<{ session_id: string }[]>`
    select session_id from chat_sessions where user_id = ${id}
    order by pinned, updated_at, session_id limit 1`;
  await sql.end();
  return { account: signInAs(on, id), lastSessionId: last?.session_id ?? '' };
}

/** What the auth client keeps of somebody who signed in; nobody has to type a password for it. */
function signInAs(on: Stack, id: string): Account {
  const email = `${id}@example.com`;
  const expiresAt = Math.floor(Date.now() / 1000) + 3600;
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { sub: id, aud: 'authenticated', role: 'authenticated', email, exp: expiresAt };
  const unsigned = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  const signature = createHmac('sha256', on.jwt_secret).update(unsigned).digest('base64url');
  const signIn = {
    access_token: `${unsigned}.${signature}`,
    refresh_token: 'none',
    token_type: 'bearer',
    expires_in: 3600,
    expires_at: expiresAt,
    user: { id, email, aud: 'authenticated', app_metadata: {}, user_metadata: {} },
  };
  return { id, email, password: '', signIn };
}

async function idle(page: Page): Promise<void> {
  await page.waitForTimeout(IDLE_MS);
}

/** Scrolls a step each frame until the last session is in sight, waiting for pages as they come. */
async function scrollDown(page: Page, lastSessionId: string): Promise<void> {
  await page.evaluate(
    ({ step, row }) =>
      new Promise<void>((resolve) => {
        const list = document.querySelector('nav[aria-label="Sessions"]');
        const onFrame = () => {
          list?.scrollBy(0, step);
          if (document.querySelector(`[data-row="${CSS.escape(row)}"]`)) resolve();
          else requestAnimationFrame(onFrame);
        };
        requestAnimationFrame(onFrame);
      }),
    { step: PIXELS_A_FRAME, row: `session ${lastSessionId}` },
  );
}

async function scrollUp(page: Page): Promise<void> {
  await page.evaluate(
    (step) =>
      new Promise<void>((resolve) => {
        const list = document.querySelector('nav[aria-label="Sessions"]');
        const onFrame = () => {
          list?.scrollBy(0, -step);
          if (!list || list.scrollTop === 0) resolve();
          else requestAnimationFrame(onFrame);
        };
        requestAnimationFrame(onFrame);
      }),
    4 * PIXELS_A_FRAME,
  );
}

/** Types word after word while the hits of the one before may still be on their way. */
async function typeWords(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search your sessions' }).waitFor();
  for (const word of WORDS) {
    await page.keyboard.type(word, { delay: KEY_MS });
    await page.waitForTimeout(1_000);
    await page.keyboard.press('Control+a');
  }
}

/** As when a server finds that many old sessions are inactive by now; the feed tells of them. */
async function changeMany(on: Stack, { id }: Account): Promise<void> {
  const sql = postgres(on.db_url, { max: 1 });
  await sql`
    update chat_sessions set is_active = not is_active where chat_id in (
      select chat_id from chat_sessions where user_id = ${id} order by updated_at desc limit 1000
    )`;
  await sql.end();
}
