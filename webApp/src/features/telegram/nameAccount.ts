import type { ChannelLink } from '@/api/schema';

/** What an account is called, also when Telegram gave no name. */
export function nameAccount({ display_name: name }: ChannelLink): string {
  return name ?? 'Your account';
}
