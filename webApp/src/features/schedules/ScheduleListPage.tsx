import { Plus } from 'lucide-react';
import { useNavigate } from 'react-router';

import { useSchedules } from '@/api/hooks/useScheduleHooks';
import { PlaceFrame, type PlaceProps, SkeletonLines } from '@/features/schedules/PlaceFrame';
import { ScheduleListRow } from '@/features/schedules/ScheduleListRow';
import { Button } from '@/lib/ui/Button';
import { ChannelTile } from '@/lib/ui/ChannelTile';
import { StatusPage } from '@/lib/ui/StatusPage';

/** Every schedule, and the way to a new one. */
export function ScheduleListPage({ headStart, isPhone }: PlaceProps) {
  const navigate = useNavigate();
  const { data: schedules, isFetched, refetch } = useSchedules();
  const makeOne = () => void navigate('/schedules/new');
  return (
    <PlaceFrame
      title="Schedules"
      headStart={headStart}
      isPhone={isPhone}
      up={null}
      actions={
        schedules?.length ? (
          <Button onClick={makeOne}>
            <Plus aria-hidden size={16} />
            New schedule
          </Button>
        ) : null
      }
    >
      {schedules === undefined && !isFetched && <SkeletonLines count={4} />}
      {schedules === undefined && isFetched && (
        <StatusPage
          sentence="Could not load your schedules."
          action="Try again"
          onAction={() => void refetch()}
        />
      )}
      {schedules?.length === 0 && <NoSchedules onMake={makeOne} />}
      {schedules && schedules.length > 0 && (
        <ul aria-label="Schedules" className="-my-2 pb-6">
          {schedules.map((schedule) => (
            <ScheduleListRow key={schedule.schedule_id} schedule={schedule} />
          ))}
        </ul>
      )}
    </PlaceFrame>
  );
}

function NoSchedules({ onMake }: { onMake: () => void }) {
  return (
    <div className="grid h-full place-content-center justify-items-start gap-6 pb-24">
      <ChannelTile channel="scheduled" className="size-8" />
      <h2 className="max-w-100 text-xl">Let an agent do something again and again, by itself.</h2>
      <p className="max-w-100 text-base text-soft">
        Say what it should do and when. Each run becomes a session you can read, search and answer.
      </p>
      <Button look="accent" className="h-10 max-phone:h-11" onClick={onMake}>
        Make a schedule
      </Button>
    </div>
  );
}
