/** Counts stop at the server's limit, so that they stay quick: 1,000 and more are 999+. */
export function formatCount(count: number, limit: number): string {
  return count >= limit ? `${limit - 1}+` : String(count);
}
