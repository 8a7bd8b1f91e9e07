import {
  useInfiniteQuery,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query';

import { apiClient, dataOf } from '@/api/client';
import {
  placeRun,
  placeSchedule,
  schedulePreviewOptions,
  scheduleRunsOptions,
  schedulesOptions,
} from '@/api/schedules';
import { loadOlderScheduleSessions, scheduleSessionsOptions } from '@/api/scheduleSessions';
import type { CreateScheduleRequest, SessionPage, UpdateScheduleRequest } from '@/api/schema';

/** Every schedule of the user, newest activity first. */
export function useSchedules() {
  return useQuery(schedulesOptions());
}

/** One schedule out of the list; null when the list has no such schedule. */
export function useSchedule(scheduleId: string) {
  return useQuery({
    ...schedulesOptions(),
    select: (schedules) => schedules.find(({ schedule_id: id }) => id === scheduleId) ?? null,
  });
}

/** What a cron expression means and when it runs next; nothing is asked while there is none. */
export function useSchedulePreview(cron: string | null, timezone: string) {
  return useQuery({ ...schedulePreviewOptions(cron ?? '', timezone), enabled: cron !== null });
}

/** The runs of a schedule, newest first; `fetchNextPage` loads older ones. */
export function useScheduleRuns(scheduleId: string) {
  return useInfiniteQuery({
    ...scheduleRunsOptions(scheduleId),
    select: ({ pages }) => pages.flatMap(({ runs }) => runs),
  });
}

/** The loaded sessions of several schedules, in the order of their ids. */
export function useScheduleSessions(scheduleIds: readonly string[]) {
  return useQueries({
    queries: scheduleIds.map((id) => scheduleSessionsOptions(id)),
    combine: pagesOf,
  });
}

/** The same object as before while nothing in it has changed. */
function pagesOf(queries: UseQueryResult<SessionPage>[]) {
  return queries.map(({ data, isError, refetch }) => ({ data, isError, refetch }));
}

/** Loads the sessions below those that are loaded. */
export function useOlderScheduleSessions(scheduleId: string) {
  const queryClient = useQueryClient();
  return useMutation({ mutationFn: () => loadOlderScheduleSessions(queryClient, scheduleId) });
}

/** Makes a schedule. With a `schedule_id` of the caller's own making a retry makes no second one. */
export function useCreateSchedule() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (body: CreateScheduleRequest) =>
      dataOf(await apiClient.POST('/api/chat/schedules', { body })),
    onSuccess: (schedule) => placeSchedule(queryClient, schedule),
  });
}

/** Changes what is named, and leaves the rest as it is. */
export function useUpdateSchedule(scheduleId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (body: UpdateScheduleRequest) => {
      const params = { path: { schedule_id: scheduleId } };
      return dataOf(await apiClient.PATCH('/api/chat/schedules/{schedule_id}', { params, body }));
    },
    onSuccess: (schedule) => placeSchedule(queryClient, schedule),
  });
}

/** Begins a run now, whatever is planned. */
export function useRunSchedule(scheduleId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const params = { path: { schedule_id: scheduleId } };
      return dataOf(await apiClient.POST('/api/chat/schedules/{schedule_id}/run', { params }));
    },
    onSuccess: (run) => placeRun(queryClient, run),
  });
}
