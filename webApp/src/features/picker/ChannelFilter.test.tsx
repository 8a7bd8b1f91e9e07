import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';

import { ChannelFilter } from '@/features/picker/ChannelFilter';
import { useChatStore } from '@/stores/useChatStore';

test('counts that reached the limit are shown as more than can be counted', () => {
  const counts = { all: 1000, web: 999, telegram: 1, scheduled: 0, limit: 1000 };
  render(<ChannelFilter counts={counts} />);
  expect(screen.getAllByRole('button').map((button) => button.textContent)).toEqual([
    'All999+',
    'Web999',
    'Telegram1',
    'Runs0',
  ]);
});

test('a press chooses the channel', async () => {
  render(<ChannelFilter counts={undefined} />);
  await userEvent.click(screen.getByRole('button', { name: /Telegram/ }));
  expect(useChatStore.getState().channelFilter).toBe('telegram');
  expect(screen.getByRole('button', { name: /Telegram/ })).toHaveAttribute('aria-pressed', 'true');
});
