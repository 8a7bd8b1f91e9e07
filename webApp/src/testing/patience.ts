/** How long a test waits for what must come: a busy machine is slow, not wrong. */
export const PATIENCE_MS = 15_000;
