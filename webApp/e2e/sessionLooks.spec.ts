import { openSignedIn } from '#e2e/harness/accounts.ts';
import {
  expectAccessible,
  expectSteadyLayout,
  keepPicture,
  look,
  recordLayoutShift,
} from '#e2e/harness/measures.ts';
import { letThrough } from '#e2e/harness/letThrough.ts';
import { expect, test } from '#e2e/harness/test.ts';
import {
  lastAnswer,
  messagesOf,
  seedMessages,
  send,
  type StoredMessage,
} from '#e2e/sessionSeeds.ts';

const READINGS = `Four nights, all in the second half of the month. The longest was the 18th: a little over five hours, with the vents closed the whole time.

| Night of | Lowest | Below 4 °C | Vents | Heater |
|---|---:|---:|---|---|
| 14 November | 3.6 °C | 0 h 50 | Open until 23:10 | Off |
| 17 November | 2.9 °C | 2 h 20 | Closed | From 04:30 |
| 18 November | 0.8 °C | 5 h 10 | Closed | Off |

The 14th is different from the others: see [the report](https://weather.example.org/2026/11).

![Lowest temperature of each night](https://charts.example.net/november.png)`;

const SCRIPT = `This looks at the last hour and carries the fall forward.

\`\`\`python
def minutes_to_frost(readings, limit=4.0):
    # readings: (minute, celsius), oldest first
    (t0, c0), (t1, c1) = readings[0], readings[-1]
    fall = (c0 - c1) / (t1 - t0)
    return None if fall <= 0 else (c1 - limit) / fall
\`\`\`

Run it every ten minutes.`;

const TRANSCRIPT: StoredMessage[] = [
  { role: 'user', channel: 'telegram', content: 'Which nights went below 4 °C, and for how long?' },
  { role: 'assistant', channel: 'telegram', content: READINGS },
  { role: 'user', content: 'Give me a small script that warns me before it happens.' },
  {
    role: 'assistant',
    content: SCRIPT,
    model_id: 'gpt-5-mini',
    fallback_notice: 'The usual model was busy, so GPT-5 mini answered.',
    usage: { input_tokens: 4210, output_tokens: 312, requests: 3 },
    tool_steps: [
      { name: 'search_sessions', label: 'Searched sessions: frost warning', status: 'done' },
      { name: 'open_session', label: 'Opened session: Sensor on the balcony', status: 'failed' },
    ],
  },
  { role: 'user', content: 'And if the sensor itself goes quiet?' },
  {
    role: 'assistant',
    status: 'interrupted',
    content: 'Then the script keeps seeing the last good reading. Two things help. First, look at',
  },
  { role: 'user', content: 'Can it also write to me here?' },
  { role: 'assistant', status: 'failed', content: '', failure_reason: 'The model gave no answer.' },
];

const WIDTHS = [
  { width: 360, height: 780 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
];

for (const viewport of WIDTHS) {
  test.describe(`${viewport.width}`, () => {
    test.use({ viewport });

    test('a session is accessible and steady', async ({ page, stack, account }) => {
      const title = 'Greenhouse frost nights';
      const path = await seedMessages(stack, account, { title, messages: TRANSCRIPT });
      await recordLayoutShift(page);
      await openSignedIn(page, account, path);
      await expect(lastAnswer(page).getByRole('button', { name: 'Try again' })).toBeVisible();
      await expect(page.getByRole('heading', { name: title })).toBeVisible();
      await expectSteadyLayout(page);
      await look(page, `session-end-${viewport.width}`);

      await messagesOf(page).evaluate((list) => list.scrollTo(0, 0));
      await expect(messagesOf(page).getByRole('table')).toBeVisible();
      await look(page, `session-top-${viewport.width}`);

      await send(page, 'Please count to 60');
      await expect(lastAnswer(page)).toContainText('10 11 12');
      await keepPicture(page, `session-answering-${viewport.width}`);
      await expect(lastAnswer(page)).toContainText('Demo model ·');
      await expectSteadyLayout(page);
      await look(page, `session-answered-${viewport.width}`);
    });
  });
}

test.describe('a session that is not there', () => {
  test.use({ expectedConsole: /status of 404/ });

  test('leads to a new one', async ({ page, account }) => {
    await openSignedIn(page, account, '/sessions/never-made');
    await expect(page.getByText('There is no session at this address.')).toBeVisible();
    await expectAccessible(page);
    await keepPicture(page, 'session-not-there');
    await page.getByRole('button', { name: 'Start a new session' }).click();
    await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused();
  });
});

test.describe('a session that cannot be loaded', () => {
  test.use({ expectedConsole: /Failed to load resource/ });

  test('says so and tries again', async ({ page, stack, account }) => {
    const path = await seedMessages(stack, account, { title: 'Books', messages: TRANSCRIPT });
    // An answer that is lost would be asked for again by the page itself, maybe before the click.
    await page.route('**/messages?*', (route) => route.fulfill({ status: 500 }));
    await openSignedIn(page, account, path);
    await expect(page.getByRole('alert')).toContainText('The server could not answer this.');
    await keepPicture(page, 'session-not-loaded');
    await letThrough(page, '**/messages?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(messagesOf(page)).toContainText('The model gave no answer.');
  });
});
