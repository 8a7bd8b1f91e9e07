/** What a session is called: its title, or what it is without one. */
export function nameSession(session: { title: string | null; message_count: number }): string {
  if (session.title?.trim()) return session.title;
  return session.message_count === 0 ? 'New session' : 'Untitled session';
}
