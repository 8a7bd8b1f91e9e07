import { Button } from '@/lib/ui/Button';

interface StatusPageProps {
  sentence: string;
  action: string;
  onAction: () => void;
}

/** A whole page, or pane, with one sentence and one action. */
export function StatusPage({ sentence, action, onAction }: StatusPageProps) {
  return (
    <div role="alert" className="grid h-full place-content-center justify-items-center gap-4 p-6">
      <p className="text-center text-base text-soft">{sentence}</p>
      <Button onClick={onAction}>{action}</Button>
    </div>
  );
}
