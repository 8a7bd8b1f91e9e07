import { useEffect } from 'react';

import { useChatStore } from '@/stores/useChatStore';

/** Puts the chosen theme on the page; public/theme.js has done it before the first paint. */
export function useTheme(): void {
  const theme = useChatStore((state) => state.theme);
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
}
