/** How this server gets a bot. */
export function BotSteps() {
  return (
    <div className="text-sm text-soft max-phone:text-base">
      <p>This server has no Telegram bot yet. Three steps give it one:</p>
      <ol className="mt-3 flex list-decimal flex-col gap-3 pl-6 marker:text-muted">
        <li>
          Write <Typed>/newbot</Typed> to{' '}
          <a
            href="https://t.me/BotFather"
            target="_blank"
            rel="noreferrer"
            className="font-semibold text-accent"
          >
            @BotFather
          </a>{' '}
          in Telegram. It asks for a name and answers with a token.
        </li>
        <li>
          Put the token into the file <Typed>.env.local</Typed> of this server:
          <pre className="mt-2 overflow-x-auto rounded-box bg-side px-4 py-3 font-mono text-note text-text inset-ring inset-ring-line">
            TELEGRAM_BOT_TOKEN=the token
          </pre>
        </li>
        <li>Start the server again. This page notices by itself.</li>
      </ol>
    </div>
  );
}

function Typed({ children }: { children: string }) {
  return (
    <code className="rounded-tiny bg-hover px-1 py-0.5 font-mono text-note text-text">
      {children}
    </code>
  );
}
