import { Settings2 } from 'lucide-react';
import { Link } from 'react-router';

import { rowAttributes, type RowProps } from '@/features/picker/rowProps';
import { FOLDED_ROW } from '@/features/picker/RunRow';
import { FROM_PICKER } from '@/lib/fromPicker';
import { classNames } from '@/lib/ui/classNames';

interface ScheduleLinkRowProps extends RowProps {
  scheduleId: string;
  onOpen: () => void;
}

/** The way from an unfolded schedule to its own page. */
export function ScheduleLinkRow(props: ScheduleLinkRowProps) {
  return (
    <Link
      to={`/schedules/${props.scheduleId}`}
      state={FROM_PICKER}
      draggable={false}
      className={classNames(FOLDED_ROW, 'text-muted hover:bg-hover hover:text-text')}
      onClick={props.onOpen}
      {...rowAttributes(props)}
    >
      <Settings2 aria-hidden size={12} strokeWidth={2.4} className="m-auto text-icon-small" />
      <span className="truncate">Go to the schedule</span>
    </Link>
  );
}
