import type { QueryClient } from '@tanstack/react-query';
import { create } from 'zustand';

import { describeError } from '@/api/apiError';
import type { ChannelLink } from '@/api/schema';
import { deleteTelegramLink } from '@/api/telegramLinks';
import { nameAccount } from '@/features/telegram/nameAccount';
import { toastError } from '@/lib/toastError';

const UNDO_MS = 8_000;

interface Removal {
  timer: number;
  carryOut: () => Promise<void>;
}

const removals = new Map<string, Removal>();

/** The accounts being removed; outlives the panel, which may be closed meanwhile. */
export const useRemovals = create<{ linkIds: readonly string[] }>()(() => ({ linkIds: [] }));

/** Removes an account after the time in which that can be undone. */
export function beginRemoval(queryClient: QueryClient, link: ChannelLink): void {
  const carryOut = async () => {
    clearTimeout(removals.get(link.id)?.timer);
    removals.delete(link.id);
    await deleteTelegramLink(queryClient, link.id).catch((error: unknown) => {
      toastError(`${describeError(error)} ${nameAccount(link)} is still linked.`);
    });
    publish();
  };
  removals.set(link.id, { timer: window.setTimeout(() => void carryOut(), UNDO_MS), carryOut });
  publish();
}

export function undoRemoval(linkId: string): void {
  clearTimeout(removals.get(linkId)?.timer);
  removals.delete(linkId);
  publish();
}

/** Does at once what still could be undone: whoever leaves has meant it. */
export async function carryOutRemovals(): Promise<void> {
  await Promise.all([...removals.values()].map(({ carryOut }) => carryOut()));
}

function publish(): void {
  useRemovals.setState({ linkIds: [...removals.keys()] });
}

window.addEventListener('pagehide', () => void carryOutRemovals());
