import { once } from 'node:events';

import { startProgram, type Stack } from '#e2e/harness/stack.ts';
import { test as base } from '#e2e/harness/test.ts';

/** What people and Telegram do at the fake Bot API server. */
export interface FakeTelegram {
  write: (userId: number, text: string) => Promise<void>;
  /** Sends a picture with words below it. */
  sendPhoto: (userId: number, content: Buffer, caption: string) => Promise<void>;
  /** Presses the newest button of this label in a chat. */
  press: (userId: number, label: string) => Promise<void>;
  /** The texts a chat shows, in order. */
  show: (userId: number) => Promise<string[]>;
  /** Refuses the next message that is sent; 403 is what a blocked bot gets. */
  refuseNext: (status: number) => Promise<void>;
}

/** The whole stack with a bot, on free ports with fresh data. */
async function startTelegramStack() {
  const { line, child, lines, stop } = await startProgram('tests.stack.serve_telegram');
  let last: Promise<unknown> = Promise.resolve();
  const ask = (command: object): Promise<unknown> => {
    last = last.then(async () => {
      const answered = once(lines, 'line') as Promise<[string]>;
      child.stdin.write(`${JSON.stringify(command)}\n`);
      const [answer] = await answered;
      return JSON.parse(answer) as unknown;
    });
    return last;
  };
  const telegram: FakeTelegram = {
    write: async (userId, text) => {
      await ask({ write: text, as: userId });
    },
    sendPhoto: async (userId, content, caption) => {
      await ask({ photo: content.toString('base64'), caption, as: userId });
    },
    press: async (userId, label) => {
      await ask({ press: label, as: userId });
    },
    show: async (userId) => (await ask({ show: userId })) as string[],
    refuseNext: async (status) => {
      await ask({ refuse: status });
    },
  };
  return { stack: JSON.parse(line) as Stack, telegram, stop };
}

type TelegramStack = Awaited<ReturnType<typeof startTelegramStack>>;

/** `test` on a stack that has a bot. */
export const test = base.extend<{ telegram: FakeTelegram }, { telegramStack: TelegramStack }>({
  telegramStack: [
    async ({}, use) => {
      const running = await startTelegramStack();
      await use(running);
      await running.stop();
    },
    { scope: 'worker', timeout: 600_000 },
  ],
  stack: async ({ telegramStack }, use) => use(telegramStack.stack),
  telegram: async ({ telegramStack }, use) => use(telegramStack.telegram),
});
