/** The start fails when the API gives data to a request without a key. */

/** Storage answers without a key, as public files need it, but then it must list nothing. */
const REQUESTS = [
  { path: '/rest/v1/', mayBeEmpty: false },
  { path: '/rest/v1/chat_sessions?limit=1', mayBeEmpty: false },
  { path: '/auth/v1/user', mayBeEmpty: false },
  { path: '/storage/v1/bucket', mayBeEmpty: true },
];

export async function refuseKeylessAccess(url: string): Promise<void> {
  for (const { path, mayBeEmpty } of REQUESTS) {
    const response = await fetch(url + path);
    const body = await response.text();
    if (response.ok && !(mayBeEmpty && body === '[]')) {
      throw new Error(
        `The Supabase API answers ${path} without a key, so anyone on this machine ` +
          'could read every session; the stack was stopped.',
      );
    }
  }
}
