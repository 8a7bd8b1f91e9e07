import { beforeEach, expect, test, vi } from 'vitest';

import type { DraftFile } from '@/api/attachments/draftFiles';
import { makeAttachment } from '@/testing/messages';

const KEY = 'chat-registry-draft-files';

/** The module as a page has it that is just being opened. */
async function openPage() {
  vi.resetModules();
  return import('@/api/attachments/draftFiles');
}

const onItsWay: DraftFile = {
  key: 'k1',
  filename: 'b.txt',
  sizeBytes: 1,
  isImage: false,
  progress: 0.4,
  attachment: null,
  problem: null,
  canRetry: false,
};

beforeEach(() => {
  localStorage.clear();
});

test('a reload keeps what is uploaded, and the session it was uploaded to', async () => {
  const before = await openPage();
  before.claimDraftFiles('ada');
  const sessionId = before.claimNewSessionId();
  const uploaded = makeAttachment(1);
  before.putBackFiles('new', [uploaded]);
  before.setDraftFiles('new', (files) => [...files, onItsWay]);

  const after = await openPage();
  expect(after.findDraftFiles('new')).toEqual([before.asDraftFile(uploaded)]);
  expect(after.claimNewSessionId()).toBe(sessionId);
  expect(after.takeDraftFiles('new')).toEqual([uploaded]);
  expect(localStorage.getItem(KEY)).not.toContain('file-1.pdf');
});

test('a file that the server has forgotten by now says so', async () => {
  const before = await openPage();
  before.claimDraftFiles('ada');
  before.putBackFiles('s1', [makeAttachment(1, { created_at: '2020-01-01T00:00:00Z' })]);
  const after = await openPage();
  expect(after.findDraftFiles('s1')).toMatchObject([
    { attachment: null, problem: 'This file was kept for a week. Attach it again.' },
  ]);
});

test('what another tab has sent is gone here, and what is on its way here stays', async () => {
  const here = await openPage();
  here.claimDraftFiles('ada');
  here.putBackFiles('s1', [makeAttachment(1)]);
  here.setDraftFiles('s1', (files) => [...files, onItsWay]);
  const other = await openPage();
  other.takeDraftFiles('s1');
  window.dispatchEvent(new StorageEvent('storage', { key: KEY }));
  expect(here.findDraftFiles('s1')).toEqual([onItsWay]);
});

test('another user finds nothing, and nothing is kept for nobody', async () => {
  const before = await openPage();
  before.claimDraftFiles('ada');
  before.putBackFiles('s1', [makeAttachment(1)]);
  const after = await openPage();
  after.claimDraftFiles('bob');
  expect(after.findDraftFiles('s1')).toEqual([]);
  after.forgetDraftFiles();
  after.putBackFiles('s1', [makeAttachment(1)]);
  expect(after.findDraftFiles('s1')).toEqual([]);
});
