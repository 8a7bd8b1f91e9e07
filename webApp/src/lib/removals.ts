import { create } from 'zustand';

const UNDO_MS = 8_000;

interface Removal {
  timer: number;
  carryOut: () => Promise<void>;
}

const removals = new Map<string, Removal>();

/** The ids of what is being removed; outlives the part of the page that shows it. */
export const useRemovals = create<{ ids: readonly string[] }>()(() => ({ ids: [] }));

/** Removes something after the time in which that can be undone. `remove` must not reject. */
export function beginRemoval(id: string, remove: () => Promise<void>): void {
  const carryOut = async () => {
    clearTimeout(removals.get(id)?.timer);
    removals.delete(id);
    await remove();
    publish();
  };
  removals.set(id, { timer: window.setTimeout(() => void carryOut(), UNDO_MS), carryOut });
  publish();
}

export function undoRemoval(id: string): void {
  clearTimeout(removals.get(id)?.timer);
  removals.delete(id);
  publish();
}

/** Does at once what still could be undone: whoever leaves has meant it. */
export async function carryOutRemovals(): Promise<void> {
  await Promise.all([...removals.values()].map(({ carryOut }) => carryOut()));
}

function publish(): void {
  useRemovals.setState({ ids: [...removals.keys()] });
}

window.addEventListener('pagehide', () => void carryOutRemovals());
