import { useEffect, useRef, useState } from 'react';

export type LongTask<Progress, Result> =
  | { status: 'idle' }
  | { status: 'running'; progress: Progress | null }
  | { status: 'done'; result: Result }
  /** By the user; what is given up has got so far. */
  | { status: 'cancelled'; progress: Progress | null }
  | { status: 'failed'; error: unknown; progress: Progress | null };

type Work<Progress, Result> = (
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
) => Promise<Result>;

/** How often progress is shown; it may be told of thousands of times a second. */
const SHOWN_EVERY_MS = 100;

/**
 * Something that goes on for a while, tells how far it is, and can be cancelled. It goes on while
 * nobody looks, and ends with the component; a browser asks before it ends it with the page.
 */
export function useLongTask<Progress, Result>() {
  type Task = LongTask<Progress, Result>;
  const [task, setTask] = useState<Task>({ status: 'idle' });
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);
  const isRunning = task.status === 'running';
  useEffect(() => {
    if (!isRunning) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isRunning]);

  /** Runs it unless it is running; returns how it ended. */
  const run = async (work: Work<Progress, Result>): Promise<Task | null> => {
    if (running.current) return null;
    const controller = new AbortController();
    running.current = controller;
    let progress: Progress | null = null;
    let shown: Progress | null = null;
    setTask({ status: 'running', progress });
    const timer = setInterval(() => {
      if (shown !== progress) setTask({ status: 'running', progress });
      shown = progress;
    }, SHOWN_EVERY_MS);
    const end = await work((made) => {
      progress = made;
    }, controller.signal)
      .then((result): Task => ({ status: 'done', result }))
      .catch((error: unknown): Task =>
        controller.signal.aborted
          ? { status: 'cancelled', progress }
          : { status: 'failed', error, progress },
      );
    clearInterval(timer);
    running.current = null;
    setTask(end);
    return end;
  };
  return { task, run, cancel: () => running.current?.abort() };
}
