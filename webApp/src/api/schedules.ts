import {
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  queryOptions,
} from '@tanstack/react-query';

import { ApiError } from '@/api/apiError';
import { apiClient, dataOf } from '@/api/client';
import { queryKeys } from '@/api/queryKeys';
import type { Schedule, ScheduledRun } from '@/api/schema';

const POLL_MS = 5_000;
/** Without a schedule there is nothing that could happen by itself. */
const IDLE_POLL_MS = 15_000;
const RUNS_PAGE_SIZE = 20;

/** Every schedule of the user, newest activity first; kept fresh while the page is seen. */
export function schedulesOptions() {
  return queryOptions({
    queryKey: queryKeys.schedules(),
    queryFn: async ({ signal }) =>
      dataOf(await apiClient.GET('/api/chat/schedules', { signal })).schedules,
    refetchInterval: ({ state }) => (state.data?.length ? POLL_MS : IDLE_POLL_MS),
    refetchOnWindowFocus: 'always',
  });
}

/** What a cron expression means, and when it would run next. A refusal is an answer too. */
export function schedulePreviewOptions(cron: string, timezone: string) {
  return queryOptions({
    queryKey: queryKeys.schedulePreview(cron, timezone),
    queryFn: async ({ signal }) => {
      const params = { query: { cron, timezone } };
      return dataOf(await apiClient.GET('/api/chat/schedules/preview', { params, signal }));
    },
    // The last times stay in place until the new ones are there.
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

/** The runs of a schedule, newest first; however many pages are loaded, a poll costs the same. */
export function scheduleRunsOptions(scheduleId: string) {
  return infiniteQueryOptions({
    queryKey: queryKeys.scheduleRuns(scheduleId),
    queryFn: async ({ pageParam: cursor, signal }) => {
      const params = {
        path: { schedule_id: scheduleId },
        query: { limit: RUNS_PAGE_SIZE, ...(cursor && { cursor }) },
      };
      return dataOf(
        await apiClient.GET('/api/chat/schedules/{schedule_id}/runs', { params, signal }),
      );
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: ({ state }) => POLL_MS * (state.data?.pages.length ?? 1),
    refetchOnWindowFocus: 'always',
  });
}

/** Puts a schedule the server has just answered with into the list, a new one at its top. */
export function placeSchedule(queryClient: QueryClient, schedule: Schedule): void {
  patchSchedules(queryClient, (schedules) => {
    const isKnown = schedules.some(({ schedule_id: id }) => id === schedule.schedule_id);
    if (!isKnown) return [schedule, ...schedules];
    return schedules.map((other) =>
      other.schedule_id === schedule.schedule_id ? schedule : other,
    );
  });
}

/** A run has begun: its schedule shows it before the next poll does. */
export function placeRun(queryClient: QueryClient, run: ScheduledRun): void {
  patchSchedules(queryClient, (schedules) =>
    schedules.map((schedule) =>
      schedule.schedule_id === run.schedule_id ? { ...schedule, last_run: run } : schedule,
    ),
  );
  void queryClient.invalidateQueries({ queryKey: queryKeys.scheduleRuns(run.schedule_id) });
}

/** Deletes a schedule; one that is not there any more counts as deleted. Its sessions stay. */
export async function deleteSchedule(queryClient: QueryClient, scheduleId: string): Promise<void> {
  try {
    const params = { path: { schedule_id: scheduleId } };
    // It may be asked for as the page is being left.
    await apiClient.DELETE('/api/chat/schedules/{schedule_id}', { params, keepalive: true });
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'schedule_not_found')) throw error;
  }
  patchSchedules(queryClient, (schedules) =>
    schedules.filter(({ schedule_id: id }) => id !== scheduleId),
  );
}

function patchSchedules(
  queryClient: QueryClient,
  patch: (schedules: Schedule[]) => Schedule[],
): void {
  const { queryKey } = schedulesOptions();
  // A reading that is under way was answered before, and would undo this.
  void queryClient.cancelQueries({ queryKey });
  queryClient.setQueryData(queryKey, (schedules) => (schedules ? patch(schedules) : undefined));
}
