import { http, HttpResponse } from 'msw';
import { Route, Routes } from 'react-router';
import { vi } from 'vitest';

import { startAuthClient } from '@/api/authClient';
import { SchedulesPlace } from '@/features/schedules/SchedulesPlace';
import { carryOutRemovals } from '@/lib/removals';
import { useChatStore } from '@/stores/useChatStore';
import { ASSISTANT, LIBRARIAN, serveAgents } from '@/testing/agents';
import { CONFIG } from '@/testing/auth';
import { renderWithQueries } from '@/testing/renderWithQueries';
import { serveRuns, serveSchedules } from '@/testing/schedules';
import { server } from '@/testing/server';
import { serveLinks } from '@/testing/telegram';

export const ADDRESS = '*/api/chat/schedules';
const NEXT = [21, 22, 23, 24, 25].map((day) => `2026-11-${day}T08:00:00Z`);

/** Somebody is signed in, and has nothing yet. */
export function enterPlace(): void {
  void startAuthClient(CONFIG);
  useChatStore.getState().claimDrafts('ada');
  server.use(
    serveAgents([ASSISTANT, LIBRARIAN]),
    serveSchedules([]),
    serveRuns([]),
    serveLinks([]),
    http.get('*/api/chat/sessions', () => HttpResponse.json({ sessions: [], next_cursor: null })),
    http.get(`${ADDRESS}/preview`, () =>
      HttpResponse.json({ description: 'At 08:00 every day', next_runs_at: NEXT }),
    ),
  );
}

export async function leavePlace(): Promise<void> {
  await carryOutRemovals();
  useChatStore.getState().forgetUser();
}

export function openPlace(address: string) {
  const onConnectTelegram = vi.fn();
  const place = (
    <SchedulesPlace headStart={null} isPhone={false} onConnectTelegram={onConnectTelegram} />
  );
  const view = renderWithQueries(
    <Routes>
      <Route path="/schedules/*" element={place} />
    </Routes>,
    address,
  );
  return { onConnectTelegram, ...view };
}
