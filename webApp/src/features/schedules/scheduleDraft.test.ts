import { describe, expect, test } from 'vitest';

import {
  createRequest,
  draftOf,
  emptyDraft,
  isComplete,
  readDraft,
  updateRequest,
} from '@/features/schedules/scheduleDraft';
import { makeSchedule } from '@/testing/schedules';

describe('readDraft', () => {
  const first = emptyDraft();

  test('gives back what was kept', () => {
    const kept = { ...first, prompt: 'Half a thought' };
    expect(readDraft(JSON.stringify(kept), first)).toEqual(kept);
  });

  test.each([undefined, 'Half a thought', 'null', '[]', '{"prompt": 1}', '{"prompt": "a"}'])(
    'begins anew from %j',
    (kept) => expect(readDraft(kept, first)).toBe(first),
  );

  test('begins anew from a draft of another form', () => {
    const { weekdays: _, ...timing } = first.timing;
    expect(readDraft(JSON.stringify({ ...first, timing }), first)).toBe(first);
  });
});

test('a draft is complete with a task and a time', () => {
  const draft = { ...emptyDraft(), prompt: ' ' };
  expect(isComplete(draft)).toBe(false);
  expect(isComplete({ ...draft, prompt: 'Go' })).toBe(true);
  expect(isComplete({ ...draft, prompt: 'Go', timing: { ...draft.timing, time: '' } })).toBe(false);
});

test('a new schedule without a name leaves naming it to the server', () => {
  const draft = { ...emptyDraft(), prompt: ' Go ', title: ' ', agentName: '' };
  const request = createRequest(draft);
  expect(request).not.toHaveProperty('title');
  expect(request).toMatchObject({
    schedule_id: draft.scheduleId,
    prompt: 'Go',
    agent_name: 'assistant',
    cron: '0 8 * * *',
  });
});

describe('updateRequest', () => {
  const schedule = makeSchedule({ cron: '@daily', title: 'Digest' });

  test('holds nothing when nothing is different, however the time is written', () => {
    expect(updateRequest(draftOf(schedule), schedule)).toEqual({});
  });

  test('holds only what is different', () => {
    const draft = { ...draftOf(schedule), title: 'News', notifyTelegram: true };
    expect(updateRequest(draft, schedule)).toEqual({ title: 'News', notify_telegram: true });
  });

  test('keeps the name when its field was emptied', () => {
    expect(updateRequest({ ...draftOf(schedule), title: ' ' }, schedule)).toEqual({});
  });
});
