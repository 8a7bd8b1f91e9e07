import type { QueryClient } from '@tanstack/react-query';

import { ApiError, describeError } from '@/api/apiError';
import { mutationKeys } from '@/api/queryKeys';
import type { Session } from '@/api/schema';
import type { SessionChange, SessionUpdate } from '@/api/sessionChanges';
import { toastAction, toastError } from '@/lib/toast';

/** Changes that were made together; what becomes of them is told together. */
export interface ChangeBatch {
  id: string;
  /** How many sessions were chosen. */
  size: number;
}

export type BatchedChange = Pick<SessionUpdate, 'sessionId' | 'batch'> & { change?: SessionChange };

/** What has become of a batch so far. */
interface Outcome {
  answered: Set<string>;
  done: Session[];
  refusals: Error[];
  goneCount: number;
  /** Sessions that another device had changed unseen, with what brings its values back. */
  replaced: { session: Session; change: SessionChange }[];
}

interface BatchesOptions {
  queryClient: QueryClient;
  /** Changes these sessions back. */
  onUndo: (sessions: readonly Session[], change: SessionChange) => void;
}

const BUSY = [429, 503];

/** Gathers the answers to changes that were made together, and says once what became of them. */
export class ChangeBatches {
  readonly #queryClient: QueryClient;
  readonly #onUndo: BatchesOptions['onUndo'];
  readonly #outcomes = new Map<string, Outcome>();

  constructor({ queryClient, onUndo }: BatchesOptions) {
    this.#queryClient = queryClient;
    this.#onUndo = onUndo;
  }

  /**
   * Rejects what has not gone out of a batch when the server was too busy for another of its
   * changes: a hundred more tries would help nobody.
   */
  refuseHopeless({ batch }: BatchedChange): void {
    const refusals = batch ? (this.#outcomes.get(batch.id)?.refusals ?? []) : [];
    const cause = refusals.find(
      (error) => error instanceof ApiError && BUSY.includes(error.status),
    );
    if (cause) throw new Error('The server is busy.', { cause });
  }

  noteDone(made: BatchedChange, session?: Session, replaced?: SessionChange): void {
    this.#note(made, (outcome) => {
      if (session) outcome.done.push(session);
      if (session && replaced) outcome.replaced.push({ session, change: replaced });
    });
  }

  noteGone(made: BatchedChange): void {
    this.#note(made, (outcome) => {
      outcome.goneCount += 1;
    });
  }

  noteRefused(made: BatchedChange, error: Error): void {
    this.#note(made, (outcome) => {
      outcome.refusals.push(error);
    });
  }

  #note(made: BatchedChange, add: (outcome: Outcome) => void): void {
    const { batch, sessionId } = made;
    if (!batch) return;
    const outcome = this.#outcomes.get(batch.id) ?? {
      answered: new Set(),
      done: [],
      refusals: [],
      goneCount: 0,
      replaced: [],
    };
    this.#outcomes.set(batch.id, outcome);
    add(outcome);
    outcome.answered.add(sessionId);
    if (this.#isUnderWay(batch, outcome)) return;
    this.#outcomes.delete(batch.id);
    this.#tell(batch, outcome, made.change);
  }

  #isUnderWay({ id }: ChangeBatch, { answered }: Outcome): boolean {
    const pending = this.#queryClient
      .getMutationCache()
      .findAll({ mutationKey: mutationKeys.all, status: 'pending' });
    return pending.some(({ state }) => {
      const { batch, sessionId } = state.variables as BatchedChange;
      // What was answered in the same instant is still counted as pending.
      return batch?.id === id && !answered.has(sessionId);
    });
  }

  #tell({ id, size }: ChangeBatch, outcome: Outcome, change: SessionChange | undefined): void {
    const { done, replaced } = outcome;
    const failure = describeFailure(outcome, { size, isDeletion: change === undefined });
    if (failure !== '') {
      const undo = () => this.#onUndo(done, invert(change ?? {}));
      const action = change && done.length > 0 && { label: 'Undo the others', onAction: undo };
      toastError(failure, { id, ...(action && { action }) });
    }
    if (replaced.length === 0) return;
    toastAction(`${replaced.length} of them had just been changed elsewhere.`, {
      label: 'Undo',
      onAction: () => {
        for (const { session, change: theirs } of replaced) this.#onUndo([session], theirs);
      },
    });
  }
}

/** What takes a change back where it was one. */
export function invert({ pinned, archived }: SessionChange): SessionChange {
  return {
    ...(pinned !== undefined && { pinned: !pinned }),
    ...(archived !== undefined && { archived: !archived }),
  };
}

/** How many were not changed, and why; empty when all were. */
function describeFailure(
  { refusals, goneCount }: Outcome,
  { size, isDeletion }: { size: number; isDeletion: boolean },
): string {
  const sentences: string[] = [];
  if (refusals.length > 0) {
    const verb = refusals.length === 1 ? 'is' : 'are';
    const end = isDeletion ? 'still there' : `as ${refusals.length === 1 ? 'it was' : 'they were'}`;
    const reasons = new Set(refusals.map((error) => describeError(error.cause ?? error)));
    sentences.push(`${refusals.length} of ${size} sessions ${verb} ${end}.`, ...reasons);
  }
  if (goneCount > 0) {
    const verb = goneCount === 1 ? 'was' : 'were';
    sentences.push(`${goneCount} of ${size} ${verb} deleted on another device.`);
  }
  return sentences.join(' ');
}
