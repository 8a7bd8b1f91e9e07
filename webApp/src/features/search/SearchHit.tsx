import type { Session } from '@/api/schema';
import { CHANNEL_LABELS } from '@/lib/channel';
import { nameSession } from '@/lib/nameSession';
import { formatRowTime } from '@/lib/time';
import { ChannelTile } from '@/lib/ui/ChannelTile';

/** One session that was found: which, when, and the passage with the match marked. */
export function SearchHit({ session, now }: { session: Session; now: Date }) {
  const { match } = session;
  const instant = match?.created_at ?? session.updated_at;
  return (
    <div className="flex gap-3">
      <ChannelTile channel={session.channel} className="size-7 flex-none" />
      <div className="min-w-0 flex-1">
        <p className="flex items-baseline gap-2">
          <span className="min-w-0 flex-1 truncate text-sm">{nameSession(session)}</span>
          <time dateTime={instant} className="text-xs text-muted">
            {formatRowTime(new Date(instant), now)}
          </time>
        </p>
        <p className="line-clamp-2 text-xs text-muted wrap-anywhere">
          {match ? (
            <>
              {match.role === 'user' && 'You: '}
              {match.before}
              <mark className="rounded-inset bg-match text-text">{match.text}</mark>
              {match.after}
            </>
          ) : (
            `${CHANNEL_LABELS[session.channel]}, found in its title`
          )}
          {session.archived && ' · in the archive'}
        </p>
      </div>
    </div>
  );
}
