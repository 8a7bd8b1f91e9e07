import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';

import type { ScheduledRun } from '@/api/schema';
import { ScheduleRow } from '@/features/picker/ScheduleRow';
import { makeRunSchedule } from '@/testing/schedules';

const NOW = new Date('2026-11-20T12:00:00Z');

function renderRow(run: Partial<ScheduledRun>, runCount = 31) {
  const onToggle = vi.fn();
  render(
    <ScheduleRow
      schedule={makeRunSchedule({ title: 'Digest', run_count: runCount, run })}
      now={NOW}
      isUnfolded={false}
      holdsOpenSession={false}
      onToggle={onToggle}
      rowKey="row"
      isTabStop
      onFocus={vi.fn()}
      onKeyDown={vi.fn()}
    />,
  );
  return { onToggle, row: screen.getByRole('button', { name: /Digest/ }) };
}

test.each([
  [{ status: 'completed' }, /· last/],
  [{ status: 'failed' }, /failed/],
  [{ status: 'dead' }, /failed/],
  [{ status: 'waiting' }, /running/],
  [{ status: 'running' }, /running/],
  [{ status: 'missed' }, /missed/],
  [{ status: 'skipped' }, /skipped/],
] as const)('a last run that is %j is said in the row', (run, words) => {
  expect(renderRow(run).row).toHaveTextContent(words);
});

test.each([
  [1, /· 1 run$/],
  [999, /· 999 runs$/],
  [1000, /· 999\+ runs$/],
])('%d runs are counted as far as the server counts', (count, words) => {
  expect(renderRow({}, count).row).toHaveTextContent(words);
});

test('a press unfolds it', async () => {
  const { row, onToggle } = renderRow({});
  expect(row).toHaveAttribute('aria-expanded', 'false');
  await userEvent.click(row);
  expect(onToggle).toHaveBeenCalledOnce();
});
