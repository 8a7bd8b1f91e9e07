/**
 * Says each argument after the first, an agent's address, with AG-UI's own client, and prints what
 * that client has in the end as JSON. The access token is in ACCESS_TOKEN.
 */
import { HttpAgent } from '@ag-ui/client';

const [url = '', ...questions] = process.argv.slice(2);
const agent = new HttpAgent({
  url,
  headers: { Authorization: `Bearer ${process.env.ACCESS_TOKEN ?? ''}` },
});
const events: string[] = [];
const errors: string[] = [];
for (const content of questions) {
  agent.addMessage({ id: crypto.randomUUID(), role: 'user', content });
  try {
    await agent.runAgent({}, { onEvent: ({ event }) => void events.push(event.type) });
  } catch (error) {
    errors.push(String(error));
  }
}
process.stdout.write(
  JSON.stringify({ threadId: agent.threadId, messages: agent.messages, events, errors }),
);
