import { publishStack, startStack } from '#e2e/harness/stack.ts';

export default async function globalSetup(): Promise<() => Promise<void>> {
  const { stack, stop } = await startStack();
  publishStack(stack);
  return stop;
}
