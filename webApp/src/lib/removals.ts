import { create } from 'zustand';

const UNDO_MS = 8_000;

interface Removal {
  ids: readonly string[];
  timer: number;
  carryOut: () => Promise<void>;
}

const removals = new Set<Removal>();

/** The ids of what is being removed; outlives the part of the page that shows it. */
export const useRemovals = create<{ ids: readonly string[] }>()(() => ({ ids: [] }));

/**
 * Removes things together after the time in which that can be undone. `remove` must not reject.
 */
export function beginRemoval(ids: readonly string[], remove: () => Promise<void>): void {
  const carryOut = async () => {
    end(removal);
    await remove();
    publish();
  };
  const timer = window.setTimeout(() => void carryOut(), UNDO_MS);
  const removal: Removal = { ids, timer, carryOut };
  removals.add(removal);
  publish();
}

/** Leaves this one where it is, and all that were being removed together with it. */
export function undoRemoval(id: string): void {
  for (const removal of removals) {
    if (removal.ids.includes(id)) end(removal);
  }
  publish();
}

/** Does at once what still could be undone: whoever leaves has meant it. */
export async function carryOutRemovals(): Promise<void> {
  await Promise.all([...removals].map(({ carryOut }) => carryOut()));
}

function end(removal: Removal): void {
  clearTimeout(removal.timer);
  removals.delete(removal);
}

function publish(): void {
  useRemovals.setState({ ids: [...removals].flatMap(({ ids }) => ids) });
}

window.addEventListener('pagehide', () => void carryOutRemovals());
