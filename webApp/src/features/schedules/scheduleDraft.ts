import { UNNAMED_AGENT } from '@/api/agents';
import type { CreateScheduleRequest, Schedule, UpdateScheduleRequest } from '@/api/schema';
import { cronOf, FIRST_TIMING, type Timing, timingOf } from '@/features/schedules/cronForm';
import { ownTimeZone } from '@/features/schedules/timeZones';
import { newId } from '@/lib/newId';

/** What stands in the form. */
export interface ScheduleDraft {
  /** Sent again with the same id, a schedule is made once. */
  scheduleId: string;
  title: string;
  prompt: string;
  agentName: string;
  timing: Timing;
  timezone: string;
  notifyTelegram: boolean;
}

export function emptyDraft(): ScheduleDraft {
  return {
    scheduleId: newId(),
    title: '',
    prompt: '',
    agentName: UNNAMED_AGENT,
    timing: FIRST_TIMING,
    timezone: ownTimeZone(),
    notifyTelegram: false,
  };
}

export function draftOf(schedule: Schedule): ScheduleDraft {
  return {
    scheduleId: schedule.schedule_id,
    title: schedule.title,
    prompt: schedule.prompt,
    agentName: schedule.agent_name,
    timing: timingOf(schedule.cron),
    timezone: schedule.timezone,
    notifyTelegram: schedule.notify_telegram,
  };
}

/** The draft as it was kept; what is not one, or of another release, gives the first one. */
export function readDraft(kept: string | undefined, first: ScheduleDraft): ScheduleDraft {
  if (kept === undefined) return first;
  try {
    const draft: unknown = JSON.parse(kept);
    return isDraft(draft, first) ? draft : first;
  } catch {
    return first;
  }
}

function isDraft(value: unknown, like: ScheduleDraft): value is ScheduleDraft {
  return hasShape(value, like) && 'timing' in value && hasShape(value.timing, like.timing);
}

function hasShape(value: unknown, like: object): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const kinds = new Map(Object.entries(value).map(([key, one]) => [key, typeof one]));
  return Object.entries(like).every(([key, one]) => kinds.get(key) === typeof one);
}

/** True while there is everything the server needs. */
export function isComplete(draft: ScheduleDraft): boolean {
  return draft.prompt.trim() !== '' && cronOf(draft.timing) !== null && draft.timezone !== '';
}

/** The request that makes the schedule. */
export function createRequest(draft: ScheduleDraft): CreateScheduleRequest {
  const { title, ...rest } = requestOf(draft);
  const schedule_id = draft.scheduleId;
  return { ...rest, ...(title && { title }), schedule_id, is_enabled: true };
}

/** The request that changes a schedule: only what is different. */
export function updateRequest(draft: ScheduleDraft, schedule: Schedule): UpdateScheduleRequest {
  const wanted = requestOf(draft);
  const known = requestOf(draftOf(schedule));
  // A schedule always has a title: an emptied field keeps the one there is.
  const entries = Object.entries(wanted).filter(
    ([key, value]) => value !== '' && value !== known[key as keyof typeof known],
  );
  return Object.fromEntries(entries);
}

function requestOf(draft: ScheduleDraft) {
  return {
    title: draft.title.trim(),
    prompt: draft.prompt.trim(),
    agent_name: draft.agentName || UNNAMED_AGENT,
    cron: cronOf(draft.timing) ?? '',
    timezone: draft.timezone,
    notify_telegram: draft.notifyTelegram,
  };
}
