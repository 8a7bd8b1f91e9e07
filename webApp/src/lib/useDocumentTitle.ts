import { useEffect } from 'react';

const APP_NAME = 'chat-registry';

/** Names the page in tabs and history; null leaves the app's name alone. */
export function useDocumentTitle(title: string | null): void {
  useEffect(() => {
    document.title = title === null ? APP_NAME : `${title} · ${APP_NAME}`;
  }, [title]);
}
