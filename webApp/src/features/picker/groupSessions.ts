import type { Session } from '@/api/schema';
import { formatGroup } from '@/lib/time';

export type PickerItem =
  { kind: 'label'; key: string; text: string } | { kind: 'session'; key: string; session: Session };

/** The picker's rows in order: what is pinned, then the rest under Today, Yesterday and so on. */
export function groupSessions(sessions: Session[], now: Date): PickerItem[] {
  const pinned = sessions.filter((session) => session.pinned);
  const others = sessions.filter((session) => !session.pinned);
  return [
    ...group(pinned, () => 'Pinned'),
    ...group(others, (session) => formatGroup(new Date(session.updated_at), now)),
  ];
}

function group(sessions: Session[], nameGroup: (session: Session) => string): PickerItem[] {
  let current = '';
  return sessions.flatMap((session) => {
    const row: PickerItem = { kind: 'session', key: session.session_id, session };
    const text = nameGroup(session);
    if (text === current) return [row];
    current = text;
    return [{ kind: 'label', key: `group ${text}`, text }, row];
  });
}
