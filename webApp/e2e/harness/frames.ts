import type { Browser, Page } from '@playwright/test';

/** What a page recorded between `startRecording` and `stopRecording`. */
export interface Recording {
  /** Milliseconds from one frame to the next. */
  frames: number[];
  /** Tasks of more than 50 ms, each with what ran in it as far as the browser tells. */
  longTasks: { milliseconds: number; ranFor: string[] }[];
  /** Milliseconds of processor time of each task of the page: no busy machine makes them longer. */
  tasks: number[];
  /** Milliseconds from a key to the frame that shows it; those under 16 are not told. */
  keys: number[];
}

interface Script {
  duration: number;
  invoker: string;
  sourceFunctionName: string;
  forcedStyleAndLayoutDuration: number;
}

interface LongFrame extends PerformanceEntry {
  blockingDuration: number;
  scripts: Script[];
}

interface Recorder {
  recording: Recording;
  stop: () => void;
}

declare global {
  interface Window {
    recorder?: Recorder;
  }
}

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** Microseconds of processor time. */
  tdur?: number;
  args?: { name?: string };
}

/** Records what a page does meanwhile. */
export async function record(
  browser: Browser,
  page: Page,
  act: () => Promise<void>,
): Promise<Recording> {
  await browser.startTracing(page, { categories: ['toplevel'] });
  await startRecording(page);
  await act();
  const recording = await stopRecording(page);
  const trace = await browser.stopTracing();
  return { ...recording, tasks: tasksOf(trace.toString()) };
}

function tasksOf(trace: string): number[] {
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
  const threads = traceEvents.filter(
    ({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain',
  );
  const isOfPage = ({ pid, tid }: TraceEvent) =>
    threads.some((thread) => thread.pid === pid && thread.tid === tid);
  return traceEvents
    .filter((event) => event.tdur !== undefined && isOfPage(event))
    .map(({ tdur = 0 }) => tdur / 1000);
}

async function startRecording(page: Page): Promise<void> {
  await page.evaluate(() => {
    const recording: Recording = { frames: [], longTasks: [], tasks: [], keys: [] };
    const longTasks = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        recording.longTasks.push({ milliseconds: duration, ranFor: [] });
      }
    });
    longTasks.observe({ type: 'longtask' });
    const longFrames = new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as LongFrame[]) {
        const ranFor = entry.scripts.map(
          ({ duration, invoker, sourceFunctionName: name, forcedStyleAndLayoutDuration: forced }) =>
            `${Math.round(duration)} ms ${invoker} ${name}, layout ${Math.round(forced)} ms`,
        );
        const rest = `frame of ${Math.round(entry.duration)} ms`;
        const latest = recording.longTasks.at(-1);
        if (latest && entry.blockingDuration > 0) latest.ranFor.push(rest, ...ranFor);
      }
    });
    longFrames.observe({ type: 'long-animation-frame' });
    const keys = new PerformanceObserver((list) => {
      for (const { name, duration } of list.getEntries()) {
        if (name === 'keydown' || name === 'input') recording.keys.push(duration);
      }
    });
    keys.observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
    let last: number | undefined;
    let isStopped = false;
    const onFrame = (at: number) => {
      if (isStopped) return;
      if (last !== undefined) recording.frames.push(at - last);
      last = at;
      requestAnimationFrame(onFrame);
    };
    requestAnimationFrame(onFrame);
    const stop = () => {
      isStopped = true;
      for (const observer of [longTasks, longFrames, keys]) observer.disconnect();
    };
    window.recorder = { recording, stop };
  });
}

async function stopRecording(page: Page): Promise<Recording> {
  // What was seen last is told a moment later.
  await page.waitForTimeout(200);
  return page.evaluate(() => {
    if (!window.recorder) throw new Error('Nothing is being recorded.');
    window.recorder.stop();
    return window.recorder.recording;
  });
}

function percentile(values: readonly number[], percent: number): number {
  const ordered = values.toSorted((one, other) => one - other);
  return ordered[Math.min(ordered.length - 1, Math.floor((ordered.length * percent) / 100))] ?? 0;
}

/** The distribution of the frames in one line, and each long task in one more. */
export function describeRecording(
  name: string,
  { frames, longTasks, tasks, keys }: Recording,
): string {
  const [p50, p95, p99] = [50, 95, 99].map((percent) => percentile(frames, percent).toFixed(1));
  const over = frames.filter((frame) => frame > 50).length;
  const lines = [
    `${name.padEnd(34)}${String(frames.length).padStart(7)}` +
      [p50, p95, p99, Math.max(0, ...frames).toFixed(1)]
        .map((value) => String(value).padStart(8))
        .join('') +
      String(over).padStart(8) +
      String(longTasks.length).padStart(8),
  ];
  if (keys.length > 0) {
    lines.push(`  keys slower than 16 ms: ${keys.length}, slowest ${Math.max(...keys)} ms`);
  }
  const busiest = tasks.reduce((most, task) => Math.max(most, task), 0);
  const heavy = tasks.filter((task) => task > 50).length;
  lines.push(`  busiest task ${busiest.toFixed(1)} ms of processor time, ${heavy} over 50`);
  const slowest = longTasks.toSorted((one, other) => other.milliseconds - one.milliseconds);
  for (const { milliseconds, ranFor } of slowest.slice(0, 5)) {
    lines.push(`  long task ${milliseconds} ms: ${ranFor.join('; ')}`);
  }
  return lines.join('\n');
}

export const FRAMES_HEAD =
  'milliseconds from frame to frame'.padEnd(34) +
  ['frames', '    p50', '    p95', '    p99', '    max', '   > 50', '   long']
    .map((head) => head.padStart(8))
    .join('')
    .slice(1);
