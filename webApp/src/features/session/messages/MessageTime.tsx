import type { Channel } from '@/api/schema';
import { formatClock } from '@/lib/time';

const ORIGINS: Record<Channel, string> = {
  web: '',
  telegram: 'via Telegram · ',
  scheduled: 'from a schedule · ',
};

interface MessageTimeProps {
  channel: Channel;
  at: string;
  /** Which model answered, where that matters. */
  model?: string | null;
}

/** Where a message came in, who answered and when, as far as that says something. */
export function MessageTime({ channel, at, model = null }: MessageTimeProps) {
  return (
    <span>
      {ORIGINS[channel]}
      {model !== null && `${model} · `}
      <time dateTime={at}>{formatClock(new Date(at))}</time>
    </span>
  );
}
