import { Clock, Globe, Send } from 'lucide-react';

import { CHANNEL_LABELS, type ChannelName } from '@/lib/channel';
import { classNames } from '@/lib/ui/classNames';

const GLYPHS = { web: Globe, telegram: Send, scheduled: Clock };
const TINTS = {
  web: 'bg-web-soft text-web',
  telegram: 'bg-telegram-soft text-telegram',
  scheduled: 'bg-scheduled-soft text-scheduled',
};

interface ChannelTileProps {
  channel: ChannelName;
  /** Size by class; 28 px when left out. */
  className?: string;
}

/** The channel's glyph on its own quiet tint, with the channel's name for screen readers. */
export function ChannelTile({ channel, className = 'size-7' }: ChannelTileProps) {
  const Glyph = GLYPHS[channel];
  return (
    <span
      className={classNames(
        'grid flex-none place-items-center rounded-box',
        TINTS[channel],
        className,
      )}
    >
      <Glyph aria-hidden size={16} />
      <span className="sr-only">{CHANNEL_LABELS[channel]}</span>
    </span>
  );
}
