import { beforeEach, describe, expect, test } from 'vitest';

import { useChatStore } from '@/stores/useChatStore';

const store = () => useChatStore.getState();

beforeEach(() => {
  useChatStore.setState(useChatStore.getInitialState(), true);
});

describe('drafts', () => {
  test('are kept per session and outlive a reload', () => {
    store().claimDrafts('ada');
    store().setDraft('one', 'Half a thought');
    store().setDraft('two', 'Another');
    expect(store().drafts).toEqual({ one: 'Half a thought', two: 'Another' });
    expect(localStorage.getItem('chat-registry')).toContain('Half a thought');
  });

  test('are gone when emptied', () => {
    store().claimDrafts('ada');
    store().setDraft('one', 'Half a thought');
    store().setDraft('one', '');
    expect(store().drafts).toEqual({});
  });

  test('stay when the same user signs in again', () => {
    store().claimDrafts('ada');
    store().setDraft('one', 'Half a thought');
    store().claimDrafts('ada');
    expect(store().drafts).toEqual({ one: 'Half a thought' });
  });

  test('are dropped, with the filter, when another user arrives', () => {
    store().claimDrafts('ada');
    store().setDraft('one', 'Half a thought');
    store().setChannelFilter('telegram');
    store().claimDrafts('ben');
    expect(store()).toMatchObject({ drafts: {}, draftsOwnerId: 'ben', channelFilter: 'all' });
  });

  test('cannot be written any more once their user has left', () => {
    store().claimDrafts('ada');
    store().setDraft('one', 'Half a thought');
    store().forgetUser();
    store().setDraft('one', 'Half a thought');
    expect(store()).toMatchObject({ drafts: {}, draftsOwnerId: null });
    expect(localStorage.getItem('chat-registry')).not.toContain('Half a thought');
  });

  test('follow what another tab has written', async () => {
    store().claimDrafts('ada');
    store().setDraft('one', 'Half a thought');
    const left = { state: { ...store(), drafts: {}, draftsOwnerId: null }, version: 1 };
    localStorage.setItem('chat-registry', JSON.stringify(left));
    window.dispatchEvent(new StorageEvent('storage', { key: 'chat-registry' }));
    await expect.poll(() => store().drafts).toEqual({});
  });
});

test('the picker keeps within its narrowest and widest', () => {
  store().setPickerWidth(10);
  expect(store().pickerWidth).toBe(240);
  store().setPickerWidth(1000);
  expect(store().pickerWidth).toBe(420);
});
