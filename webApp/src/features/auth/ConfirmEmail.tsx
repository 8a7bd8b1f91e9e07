import { Button } from '@/lib/ui/Button';

interface ConfirmEmailProps {
  email: string;
  onBack: () => void;
}

/** What a hosted project asks for after sign-up: a click in an e-mail. */
export function ConfirmEmail({ email, onBack }: ConfirmEmailProps) {
  return (
    <div role="status" className="flex flex-col items-start gap-4">
      <p>
        We sent a link to <strong className="font-semibold break-all">{email}</strong>. Open it to
        confirm your address, then sign in.
      </p>
      <Button onClick={onBack}>Back to sign in</Button>
    </div>
  );
}
