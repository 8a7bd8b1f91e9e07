import { useNavigate } from 'react-router';

import { useSchedule } from '@/api/hooks/useScheduleHooks';
import { PlaceFrame, type PlaceProps, SkeletonLines } from '@/features/schedules/PlaceFrame';
import { StatusPage } from '@/lib/ui/StatusPage';

interface ScheduleMissingProps extends PlaceProps {
  scheduleId: string;
}

/** In the place of a schedule: it is loading, could not be loaded, or is not there. */
export function ScheduleMissing({ scheduleId, ...place }: ScheduleMissingProps) {
  const navigate = useNavigate();
  const { data, isFetched, refetch } = useSchedule(scheduleId);
  return (
    <PlaceFrame {...place} title="Schedule" up={{ to: '/schedules', label: 'Back to schedules' }}>
      {data === undefined && !isFetched && <SkeletonLines count={3} />}
      {data === undefined && isFetched && (
        <StatusPage
          sentence="Could not load the schedule."
          action="Try again"
          onAction={() => void refetch()}
        />
      )}
      {data === null && (
        <StatusPage
          sentence="There is no schedule at this address."
          action="See your schedules"
          onAction={() => void navigate('/schedules', { replace: true })}
        />
      )}
    </PlaceFrame>
  );
}
