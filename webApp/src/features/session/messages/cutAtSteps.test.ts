// @vitest-environment node

import { expect, test } from 'vitest';

import type { ToolStep } from '@/api/schema';
import { cutAtSteps } from '@/features/session/messages/cutAtSteps';

const stepAt = (offset: number): ToolStep => ({ name: 't', label: 'T', status: 'done', offset });

test('a text without steps stays whole', () => {
  expect(cutAtSteps('One.\n\nTwo.', [])).toEqual([{ text: 'One.\n\nTwo.', steps: [] }]);
});

test('a text is cut where tools were used, and steps of one place stay together', () => {
  const [first, second, third] = [stepAt(4), stepAt(4), stepAt(10)];
  expect(cutAtSteps('One.\n\nTwo.\n\nThree.', [first, second, third])).toEqual([
    { text: 'One.', steps: [first, second] },
    { text: 'Two.', steps: [third] },
    { text: 'Three.', steps: [] },
  ]);
});

test('what is used before the first word, as in all older answers, comes above the text', () => {
  expect(cutAtSteps('Found.', [stepAt(0)])).toEqual([
    { text: '', steps: [stepAt(0)] },
    { text: 'Found.', steps: [] },
  ]);
});

test('offsets count code points', () => {
  expect(cutAtSteps('👍🏽 ok.\n\n👍', [stepAt(6)]).map(({ text }) => text)).toEqual(['👍🏽 ok.', '👍']);
});

test('a step whose text is still being drawn waits behind what there is', () => {
  expect(cutAtSteps('Let me', [stepAt(12)]).map(({ text }) => text)).toEqual(['Let me', '']);
});
