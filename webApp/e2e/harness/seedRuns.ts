import type { Account } from '#e2e/harness/accounts.ts';
import { pastTriggers } from '#e2e/harness/seed.ts';
import type { Stack } from '#e2e/harness/stack.ts';

export interface SeedRuns {
  title: string;
  count: number;
  /** When the newest run was; now when left out. */
  newestAt?: Date;
  /** How far the runs are apart. */
  everyHours?: number;
  /** Why the newest run failed; it did not when left out. */
  failureReason?: string;
}

/** Makes a schedule that has run this often; each run is numbered, the newest has the greatest. */
export async function seedRuns(stack: Stack, account: Account, seed: SeedRuns): Promise<string> {
  const { title, count, newestAt = new Date(), everyHours = 1, failureReason = null } = seed;
  const scheduleId = crypto.randomUUID();
  // The triggers keep previews for messages, which these runs have none of.
  await pastTriggers(stack, async (transaction) => {
    await transaction`
      insert into agent_schedules (schedule_id, user_id, title, prompt, cron, timezone)
      values (${scheduleId}, ${account.id}, ${title}, 'What is new?', '0 * * * *', 'UTC')`;
    await transaction`
      with runs as (
        select gen_random_uuid() as run_id, n,
          ${newestAt.toISOString()}::timestamptz - (${count} - n) * ${everyHours}::int * interval '1 hour' as at
        from generate_series(1, ${count}::int) as n
      ), stored as (
        insert into scheduled_runs (
          run_id, user_id, schedule_id, session_id, scheduled_for, trigger, status, attempt,
          failure_reason, title, started_at, finished_at
        )
        select run_id, ${account.id}, ${scheduleId}, 'scheduled:' || run_id, at, 'planned',
          case when n = ${count} and ${failureReason}::text is not null
            then 'failed' else 'completed' end,
          1, case when n = ${count} then ${failureReason}::text end, ${title}, at,
          at + interval '12 seconds'
        from runs
      )
      insert into chat_sessions (
        session_id, user_id, channel, title, title_source, schedule_id, is_folded,
        last_message_preview, message_count, created_at, updated_at
      )
      select 'scheduled:' || run_id, ${account.id}, 'scheduled', ${title}, 'user', ${scheduleId},
        true, 'Result ' || n, 2, at, at
      from runs`;
  });
  return scheduleId;
}
