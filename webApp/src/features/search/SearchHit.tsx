import type { Session } from '@/api/schema';
import { CHANNEL_LABELS } from '@/lib/channel';
import { wantedIn } from '@/lib/foldedText';
import { nameSession } from '@/lib/nameSession';
import { formatRunTime } from '@/lib/time';
import { ChannelTile } from '@/lib/ui/ChannelTile';
import { Mark, MarkedText } from '@/lib/ui/MarkedText';

interface SearchHitProps {
  session: Session;
  query: string;
  now: Date;
}

/** One session that was found: which, when, and the passage, with the matches marked. */
export function SearchHit({ session, query, now }: SearchHitProps) {
  const { match } = session;
  const name = nameSession(session);
  const wanted = match ? wantedIn(`${match.before}${match.text}${match.after}`, query) : [];
  const instant = match?.created_at ?? session.updated_at;
  return (
    <div className="flex gap-3 px-2 py-2">
      <ChannelTile channel={session.channel} className="size-7 flex-none" />
      <div className="min-w-0 flex-1">
        <p className="flex items-baseline gap-2">
          <span
            dir="auto"
            // Where a line is cut by `truncate`, the mark of a word behind the cut still shows.
            className="line-clamp-1 min-w-0 flex-1 text-left text-sm wrap-anywhere max-phone:text-base"
          >
            <MarkedText text={name} wanted={wantedIn(name, query)} />
          </span>
          <time dateTime={instant} className="flex-none text-xs text-muted">
            {formatRunTime(new Date(instant), now)}
          </time>
        </p>
        <p className="line-clamp-2 text-xs text-muted wrap-anywhere max-phone:text-note">
          {match ? (
            <>
              {match.role === 'user' && 'You: '}
              <bdi>
                <MarkedText text={match.before} wanted={wanted} />
                <Mark>{match.text}</Mark>
                <MarkedText text={match.after} wanted={wanted} />
              </bdi>
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
