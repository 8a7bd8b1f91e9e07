import { Route, Routes } from 'react-router';

import { EditSchedulePage } from '@/features/schedules/EditSchedulePage';
import { NewSchedulePage } from '@/features/schedules/NewSchedulePage';
import type { PlaceProps } from '@/features/schedules/PlaceFrame';
import { ScheduleListPage } from '@/features/schedules/ScheduleListPage';
import { SchedulePage } from '@/features/schedules/SchedulePage';

/** Everything under /schedules. */
export function SchedulesPlace(place: PlaceProps) {
  return (
    <Routes>
      <Route index element={<ScheduleListPage {...place} />} />
      <Route path="new" element={<NewSchedulePage {...place} />} />
      <Route path=":scheduleId" element={<SchedulePage {...place} />} />
      <Route path=":scheduleId/edit" element={<EditSchedulePage {...place} />} />
    </Routes>
  );
}
