import { Check } from 'lucide-react';

import { CHANNEL_LABELS, type ChannelName } from '@/lib/channel';
import { classNames } from '@/lib/ui/classNames';

interface ChoiceBoxProps {
  isChosen: boolean;
  /** The channel whose glyph it stands in place of, read to those who cannot see. */
  channel?: ChannelName;
  className?: string;
}

/** The box of a row that can be chosen; the row itself is the checkbox. */
export function ChoiceBox({ isChosen, channel, className }: ChoiceBoxProps) {
  return (
    <span className={classNames('grid place-items-center', className)}>
      <span
        className={classNames(
          'grid size-5 place-items-center rounded-tiny',
          isChosen ? 'bg-accent text-on-accent' : 'bg-raised inset-ring inset-ring-icon-small',
        )}
      >
        {isChosen && <Check aria-hidden size={14} strokeWidth={3} />}
      </span>
      {channel && <span className="sr-only">{CHANNEL_LABELS[channel]}</span>}
    </span>
  );
}
