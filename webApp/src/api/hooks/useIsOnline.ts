import { onlineManager } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';

const subscribe = onlineManager.subscribe.bind(onlineManager);
const isOnline = () => onlineManager.isOnline();

/** False while the server is out of reach. */
export function useIsOnline(): boolean {
  return useSyncExternalStore(subscribe, isOnline);
}
