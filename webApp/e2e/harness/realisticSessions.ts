import type { Account } from '#e2e/harness/accounts.ts';
import { seedSessions, type SeedSession } from '#e2e/harness/seed.ts';
import { seedRuns, type SeedRuns } from '#e2e/harness/seedRuns.ts';
import type { Stack } from '#e2e/harness/stack.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const GREENHOUSE: NonNullable<SeedSession['messages']> = [
  { role: 'user', content: 'Which nights went below 4 °C, and for how long?' },
  {
    role: 'assistant',
    content: `Three nights, all in the second half of the month.

| Night of | Lowest | Below 4 °C | Vents |
| --- | ---: | ---: | --- |
| 14 November | 3.6 °C | 0 h 50 | Open until 23:10 |
| 17 November | 2.9 °C | 2 h 20 | Closed |
| 18 November | 0.8 °C | 5 h 10 | Closed |

On the 18th the heater never started.`,
  },
  { role: 'user', content: 'Give me a small script that warns me before it happens.' },
  {
    role: 'assistant',
    content: `This carries the fall of the last hour forward:

\`\`\`python
def minutes_to_frost(readings, limit=4.0):
    (t0, c0), (t1, c1) = readings[0], readings[-1]
    fall = (c0 - c1) / (t1 - t0)
    return None if fall <= 0 else (c1 - limit) / fall
\`\`\`

Run it every ten minutes. On the 18th it would have warned you an hour and a half before.`,
  },
];

/** A registry as somebody would have it who uses all three channels; returns its session ids. */
export async function seedRegistry(stack: Stack, account: Account): Promise<string[]> {
  const now = new Date();
  for (const runs of realisticRuns(now)) await seedRuns(stack, account, runs);
  return seedSessions(stack, account, realisticSessions(now));
}

function minutesBefore(now: Date, minutes: number): Date {
  return new Date(now.getTime() - minutes * MINUTE);
}

function daysBefore(now: Date, days: number, [hour, minute]: [number, number]): Date {
  const day = new Date(now.getTime() - days * DAY);
  day.setHours(hour, minute, 0, 0);
  return day;
}

function realisticRuns(now: Date): SeedRuns[] {
  return [
    { title: 'Daily digest', count: 31, everyHours: 24, newestAt: minutesBefore(now, 31) },
    {
      title: 'Week ahead',
      count: 6,
      everyHours: 7 * 24,
      newestAt: daysBefore(now, 1, [18, 0]),
      failureReason: 'The calendar did not answer.',
    },
    {
      title: 'Monthly energy report',
      count: 3,
      everyHours: 30 * 24,
      newestAt: daysBefore(now, 19, [8, 0]),
    },
  ];
}

function realisticSessions(now: Date): SeedSession[] {
  const ago = (minutes: number) => minutesBefore(now, minutes);
  const daysAgo = (days: number, hour: number, minute: number) =>
    daysBefore(now, days, [hour, minute]);
  return [
    {
      channel: 'telegram',
      title: 'Greenhouse frost nights',
      updatedAt: ago(3),
      messages: GREENHOUSE,
    },
    session('web', 'Letter to the landlord', ago(14), [
      'The radiator in the hall has been cold since Monday. Write to Mr Okafor, friendly but clear.',
      'Here is a version that is warm in tone and still asks for something definite.',
    ]),
    session('telegram', 'Lisbon, 4 to 8 December', ago(52), [
      'Which flight leaves me the afternoon?',
      'The early one on Friday: you land at noon.',
    ]),
    session('web', 'Invoice template in two languages', ago(75), [
      'Where does the tax go?',
      'Net amounts first, then VAT on its own line.',
    ]),
    session('telegram', 'Sourdough at 70 % water', daysAgo(1, 21, 18), [
      'How often do I fold it?',
      'Fold every half hour, four times, then leave it.',
    ]),
    session('web', 'Spanish for the pharmacy', daysAgo(1, 16, 2), [
      'And how do I say it is for a child?',
      'Es para un niño de cuatro años.',
    ]),
    session('web', 'Why the winter bike shifts badly in the cold', daysAgo(1, 11, 47), [
      'It only does it below zero.',
      'Most likely the cable housing, not the gears.',
    ]),
    session('telegram', 'Cake for Ines', daysAgo(4, 20, 5), [
      'Can I make it the day before?',
      'Yes. Let it cool fully, then spread the frosting in two thin layers.',
    ]),
    session('web', 'What to plant in October', daysAgo(6, 17, 41), [
      'Does garlic mind frost?',
      'It needs it. Plant the cloves before the ground closes.',
    ]),
    {
      ...session('web', 'Kitchen renovation', daysAgo(3, 10, 12), [
        'When can the tiler start?',
        'The tiler can start on the 30th if you confirm by Friday.',
      ]),
      pinned: true,
    },
    {
      ...session('telegram', 'Books to read next', daysAgo(9, 9, 30), [
        'Add The Living Mountain.',
        'Added: The Living Mountain, Nan Shepherd.',
      ]),
      pinned: true,
    },
  ];
}

function session(
  channel: SeedSession['channel'],
  title: string,
  updatedAt: Date,
  [question, answer]: [string, string],
): SeedSession {
  return {
    channel,
    title,
    updatedAt,
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ],
  };
}
