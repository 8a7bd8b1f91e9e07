/** Where a session lives; the server's `Channel`, named here so that lib needs nothing above it. */
export type ChannelName = 'web' | 'telegram' | 'scheduled';

export const CHANNEL_LABELS: Record<ChannelName, string> = {
  web: 'Web',
  telegram: 'Telegram',
  scheduled: 'Schedule',
};
