/** An absolute address; null for one inside this app, and for what is none. */
export function parseUrl(address: string | undefined): URL | null {
  return address !== undefined && URL.canParse(address) ? new URL(address) : null;
}
