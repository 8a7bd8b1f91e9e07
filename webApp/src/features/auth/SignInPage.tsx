import { type SubmitEvent, useState } from 'react';

import { ConfirmEmail } from '@/features/auth/ConfirmEmail';
import { type Mode, useCredentialsForm } from '@/features/auth/useCredentialsForm';
import { Button } from '@/lib/ui/Button';
import { ChannelTile } from '@/lib/ui/ChannelTile';
import { TextField } from '@/lib/ui/TextField';
import { useDocumentTitle } from '@/lib/useDocumentTitle';

const WORDS = {
  'sign-in': {
    submit: 'Sign in',
    working: 'Signing in…',
    question: 'New here?',
    other: 'Create an account',
  },
  'sign-up': {
    submit: 'Create account',
    working: 'Creating your account…',
    question: 'Already have an account?',
    other: 'Sign in',
  },
};

interface SignInPageProps {
  /** True when nobody asked to sign out: the sign-in ran out, and unsent text is still here. */
  hasSignInEnded: boolean;
}

/** Sign-in and sign-up in one form, so that what was typed survives changing one's mind. */
export function SignInPage({ hasSignInEnded }: SignInPageProps) {
  const form = useCredentialsForm();
  useDocumentTitle(form.mode === 'sign-in' ? 'Sign in' : 'Create an account');
  return (
    <main className="grid h-full place-items-center overflow-auto px-6 py-12">
      <div className="w-full max-w-80 phone:-mt-12">
        <div className="mb-6 flex gap-2" aria-hidden>
          <ChannelTile channel="web" className="size-8" />
          <ChannelTile channel="telegram" className="size-8" />
          <ChannelTile channel="scheduled" className="size-8" />
        </div>
        <h1 className="mb-8 text-xl">Everything you ask your agents, in one list.</h1>
        {form.outcome.status === 'confirm-email' ? (
          <ConfirmEmail email={form.outcome.email} onBack={() => form.switchMode('sign-in')} />
        ) : (
          <CredentialsForm form={form} hasSignInEnded={hasSignInEnded} />
        )}
      </div>
    </main>
  );
}

interface CredentialsFormProps extends SignInPageProps {
  form: ReturnType<typeof useCredentialsForm>;
}

function CredentialsForm({ form, hasSignInEnded }: CredentialsFormProps) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const words = WORDS[form.mode];
  const isWorking = form.outcome.status === 'working';
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!isWorking) void form.submit({ email: email.trim(), password });
  };
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      {hasSignInEnded && (
        <p className="text-note text-muted">
          Your sign-in has ended. Sign in again to go on; what you had typed is kept.
        </p>
      )}
      <TextField
        label="E-mail"
        name="email"
        type="email"
        autoComplete="username"
        required
        readOnly={isWorking}
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete={form.mode === 'sign-in' ? 'current-password' : 'new-password'}
        required
        readOnly={isWorking}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      {/* Its line is always there, so that an error moves nothing. */}
      <p role="alert" className="-my-2 min-h-5 text-note text-failed">
        {form.outcome.status === 'failed' && form.outcome.sentence}
      </p>
      <Button type="submit" look="accent" aria-disabled={isWorking} className="h-10 max-phone:h-11">
        {isWorking ? words.working : words.submit}
      </Button>
      <SwitchMode mode={form.mode} isWorking={isWorking} onSwitch={form.switchMode} />
    </form>
  );
}

interface SwitchModeProps {
  mode: Mode;
  isWorking: boolean;
  onSwitch: (mode: Mode) => void;
}

function SwitchMode({ mode, isWorking, onSwitch }: SwitchModeProps) {
  const words = WORDS[mode];
  return (
    <p className="text-note text-muted">
      {words.question}{' '}
      <button
        type="button"
        disabled={isWorking}
        className="relative rounded-tiny font-semibold text-accent after:absolute after:-inset-3"
        onClick={() => onSwitch(mode === 'sign-in' ? 'sign-up' : 'sign-in')}
      >
        {words.other}
      </button>
    </p>
  );
}
