import { useState } from 'react';

import type { ChannelLink, TelegramLinks } from '@/api/schema';
import { AccountRow } from '@/features/telegram/AccountRow';
import { BotSteps } from '@/features/telegram/BotSteps';
import { Invitation } from '@/features/telegram/Invitation';
import { nameAccount } from '@/features/telegram/nameAccount';
import { Button } from '@/lib/ui/Button';

/** The accounts that are linked, and how another one is. */
export function LinkPane({ state }: { state: TelegramLinks }) {
  const { links, is_configured: isConfigured, bot_username: bot } = state;
  const [knownIds] = useState(() => links.map(({ id }) => id));
  const arrived = links.find(({ id }) => !knownIds.includes(id));
  return (
    <div className="flex flex-col gap-4">
      <p role="status" className="text-sm text-soft empty:hidden max-phone:text-base">
        {arrived && `${nameAccount(arrived)} is linked.`}
      </p>
      {links.length > 0 && (
        <ul aria-label="Linked accounts">
          {links.map((link) => (
            <AccountRow key={link.id} link={link} />
          ))}
        </ul>
      )}
      {!isConfigured && <BotSteps />}
      {isConfigured && bot === null && (
        <p role="status" className="text-sm text-soft max-phone:text-base">
          The bot cannot reach Telegram at the moment. Trying again.
        </p>
      )}
      {isConfigured && bot !== null && <NextStep links={links} bot={bot} />}
    </div>
  );
}

interface NextStepProps {
  links: ChannelLink[];
  bot: string;
}

/** An invitation, or what to do with the account that is linked. */
function NextStep({ links, bot }: NextStepProps) {
  // Whoever was linked when another one was asked for; over as soon as one more is.
  const [invitedBeside, setInvitedBeside] = useState<readonly string[] | null>(null);
  const isInviting = links.every(({ id }) => invitedBeside?.includes(id) ?? false);
  if (isInviting) return <Invitation />;
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 text-sm text-soft max-phone:text-base">
      <p>
        Write to{' '}
        <a
          href={`https://t.me/${bot}`}
          target="_blank"
          rel="noreferrer"
          className="font-semibold text-accent"
        >
          @{bot}
        </a>
        . It appears among your sessions.
      </p>
      <Button onClick={() => setInvitedBeside(links.map(({ id }) => id))}>
        Link another account
      </Button>
    </div>
  );
}
