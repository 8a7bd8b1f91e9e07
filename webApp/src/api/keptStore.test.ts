import { expect, test } from 'vitest';

import { claimKept, dropKept, forgetKept, keepLeaving, listKept, readKept } from '@/api/keptStore';
import { dropSignIn } from '@/testing/auth';

test('what is kept while the page is left is there at the next visit, until it is dropped', async () => {
  keepLeaving('ada changes', [{ title: 'Letter' }]);
  expect(await listKept('ada ')).toEqual(['ada changes']);
  expect(await readKept('ada changes')).toEqual([{ title: 'Letter' }]);
  await dropKept('ada changes');
  expect(await readKept('ada changes')).toBeUndefined();
});

test('another user finds nothing of it, and signing out leaves nothing', async () => {
  dropSignIn();
  keepLeaving('ada changes', [1]);
  keepLeaving('ben changes', [2]);
  await claimKept('ben');
  expect(await listKept('')).toEqual(['ben changes']);
  await forgetKept();
  expect(localStorage).toHaveLength(0);
});
