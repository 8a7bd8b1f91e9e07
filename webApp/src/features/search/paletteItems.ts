import type { Session } from '@/api/schema';
import type { ReactNode } from 'react';

/** Something that can be done from the palette by its name. */
export interface PaletteCommand {
  label: string;
  icon: ReactNode;
  /** Given what the palette was opened from, which gets the focus back. */
  run: (opener: HTMLElement) => void;
}

/** One line of the palette that can be chosen. */
export type PaletteItem =
  | { key: string; kind: 'command'; command: PaletteCommand }
  | { key: string; kind: 'hit'; session: Session }
  | { key: string; kind: 'start'; text: string };

interface Shown {
  commands: readonly PaletteCommand[];
  /** What is typed. */
  text: string;
  hits: readonly Session[];
  /** True when it can be written about what is typed, and all that was found is there. */
  offersStart: boolean;
}

/** The commands that begin like what is typed, then the hits: the first line is what Enter does. */
export function paletteItems({ commands, text, hits, offersStart }: Shown): PaletteItem[] {
  const typed = text.trim().toLowerCase();
  const items: PaletteItem[] = [
    ...commands
      .filter(({ label }) => isNamed(label.toLowerCase(), typed))
      .map((command) => ({ key: `command ${command.label}`, kind: 'command' as const, command })),
    ...hits.map((session) => ({ key: session.session_id, kind: 'hit' as const, session })),
  ];
  if (offersStart) items.push({ key: 'start', kind: 'start', text: text.trim() });
  return items;
}

/** One letter begins too many words to mean a command. */
function isNamed(label: string, typed: string): boolean {
  if (typed === '') return true;
  if (typed.length < 2) return false;
  return label.startsWith(typed) || label.split(' ').some((word) => word.startsWith(typed));
}

/** Where a hit leads: to the message that holds the match, or to a session that does in its title. */
export function addressOf({ session_id: sessionId, match }: Session): string {
  const address = `/sessions/${encodeURIComponent(sessionId)}`;
  return match ? `${address}?message=${match.message_id}` : address;
}
