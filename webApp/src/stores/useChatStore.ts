import { create } from 'zustand';
import { persist } from 'zustand/middleware';

import type { ChannelName } from '@/lib/channel';
import { roomyStorage } from '@/lib/roomyStorage';

export type Theme = 'system' | 'light' | 'dark';
export type ChannelFilter = 'all' | 'archived' | ChannelName;

/** What its user has chosen in the picker's list. */
export interface Selection {
  /** Ids of the chosen sessions. */
  ids: ReadonlySet<string>;
  /** Those that were chosen before the range that is being drawn. */
  base: ReadonlySet<string>;
  /** The row from which a range is drawn; null before one was chosen. */
  anchor: string | null;
}

export const PICKER_WIDTH = { min: 240, default: 300, max: 420 };
/** The key of the draft of a session that does not exist yet. */
export const NEW_SESSION_DRAFT = 'new';

interface ChatState {
  theme: Theme;
  pickerWidth: number;
  channelFilter: ChannelFilter;
  /** Null while nobody is choosing several sessions. */
  selection: Selection | null;
  /** Schedules whose runs the picker shows one by one. */
  unfoldedScheduleIds: readonly string[];
  /** Unsent text by session id, of `draftsOwnerId` only. */
  drafts: Record<string, string>;
  draftsOwnerId: string | null;
  /** Who answers in the next session; null until somebody was chosen. */
  agentName: string | null;
  setTheme: (theme: Theme) => void;
  setPickerWidth: (width: number) => void;
  /** Another filter is another list, of which nothing is chosen. */
  setChannelFilter: (filter: ChannelFilter) => void;
  setSelection: (selection: Selection | null) => void;
  toggleSchedule: (scheduleId: string) => void;
  setAgentName: (name: string) => void;
  setDraft: (sessionId: string, text: string) => void;
  /** Another user's arrival drops what the one before has left. */
  claimDrafts: (userId: string) => void;
  /** What signing out leaves behind of the user: nothing. */
  forgetUser: () => void;
}

/** What one user has left in this browser, before there is any. */
const NOBODYS = {
  drafts: {},
  draftsOwnerId: null,
  agentName: null,
  channelFilter: 'all',
  selection: null,
  unfoldedScheduleIds: [],
} as const;

const STORAGE_KEY = 'chat-registry';

/** What only this browser knows; the server's state lives in TanStack Query. */
export const useChatStore = create<ChatState>()(
  persist(
    (set) => ({
      theme: 'system',
      pickerWidth: PICKER_WIDTH.default,
      ...NOBODYS,
      setTheme: (theme) => set({ theme }),
      setPickerWidth: (width) =>
        set({ pickerWidth: Math.min(PICKER_WIDTH.max, Math.max(PICKER_WIDTH.min, width)) }),
      setChannelFilter: (channelFilter) =>
        set((before) =>
          before.channelFilter === channelFilter ? {} : { channelFilter, selection: null },
        ),
      setSelection: (selection) => set({ selection }),
      toggleSchedule: (id) =>
        set(({ unfoldedScheduleIds: ids }) => ({
          unfoldedScheduleIds: ids.includes(id)
            ? ids.filter((other) => other !== id)
            : [...ids, id],
        })),
      setAgentName: (agentName) => set({ agentName }),
      setDraft: (sessionId, text) =>
        set(({ draftsOwnerId, drafts: { [sessionId]: _, ...others } }) => {
          // A composer may still write while its user is being signed out.
          if (draftsOwnerId === null) return {};
          return { drafts: text === '' ? others : { ...others, [sessionId]: text } };
        }),
      claimDrafts: (userId) =>
        set(({ draftsOwnerId }) =>
          draftsOwnerId === userId ? {} : { ...NOBODYS, draftsOwnerId: userId },
        ),
      forgetUser: () => set(NOBODYS),
    }),
    {
      name: STORAGE_KEY,
      version: 1,
      storage: roomyStorage(),
      partialize: ({ theme, pickerWidth, drafts, draftsOwnerId, agentName }) => ({
        theme,
        pickerWidth,
        drafts,
        draftsOwnerId,
        agentName,
      }),
    },
  ),
);

// Another tab wrote: without this its drafts and its signing out would be undone by the next write.
window.addEventListener('storage', (event) => {
  if (event.key === STORAGE_KEY) void useChatStore.persist.rehydrate();
});
