import { Link } from 'react-router';

import { useSchedule } from '@/api/hooks/useScheduleHooks';

/** In the head of a run's session: which schedule it is a run of. */
export function RunOrigin({ scheduleId }: { scheduleId: string }) {
  const { data: schedule } = useSchedule(scheduleId);
  return (
    <>
      Run of{' '}
      <Link
        to={`/schedules/${scheduleId}`}
        className="rounded-tiny text-soft underline decoration-line-strong underline-offset-2 hover:text-text hover:decoration-current"
      >
        {schedule?.title ?? 'a schedule'}
      </Link>
    </>
  );
}
