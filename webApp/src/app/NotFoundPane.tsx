import { useNavigate } from 'react-router';

import { StatusPage } from '@/lib/ui/StatusPage';
import { useDocumentTitle } from '@/lib/useDocumentTitle';

/** An address the app does not know. */
export function NotFoundPane() {
  const navigate = useNavigate();
  useDocumentTitle('Not found');
  return (
    <main className="h-full">
      <StatusPage
        sentence="There is nothing at this address."
        action="Go to your sessions"
        onAction={() => void navigate('/', { replace: true })}
      />
    </main>
  );
}
