type Task = () => void;

const tasks = new Set<Task>();

/** Registers what must be forgotten when a user signs out, beside the query cache and the drafts. */
export function onUserLeaving(task: Task): void {
  tasks.add(task);
}

/** Runs every registered task. */
export function forgetLeavingUser(): void {
  for (const task of tasks) task();
}
