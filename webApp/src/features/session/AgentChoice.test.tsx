import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { startAuthClient } from '@/api/authClient';
import { useAgents, useChosenAgent } from '@/api/hooks/useAgentHooks';
import { AgentChoice, useChosenAgentName } from '@/features/session/AgentChoice';
import { ASSISTANT, LIBRARIAN, serveAgents } from '@/testing/agents';
import { CONFIG } from '@/testing/auth';
import { renderHookWithQueries, renderWithQueries } from '@/testing/renderWithQueries';
import { server } from '@/testing/server';
import { useChatStore } from '@/stores/useChatStore';

function Subject() {
  return (
    <>
      <AgentChoice />
      <output>{useChosenAgentName() ?? 'nobody'}</output>
      <p>{useAgents().length} known</p>
    </>
  );
}

beforeEach(() => {
  void startAuthClient(CONFIG);
  useChatStore.getState().claimDrafts('ada');
  server.use(serveAgents([ASSISTANT, LIBRARIAN]));
});
afterEach(() => useChatStore.getState().forgetUser());

describe('AgentChoice', () => {
  test('is made by keyboard and remembered', async () => {
    const { unmount } = renderWithQueries(<Subject />);
    const button = await screen.findByRole('button', { name: 'Agent: Assistant' });
    expect(screen.getByRole('status')).toHaveTextContent('nobody');
    button.focus();
    await userEvent.keyboard('{Enter}');
    const options = await screen.findAllByRole('menuitemradio');
    expect(options.map((option) => option.textContent)).toEqual([
      'AssistantAnswers at once.',
      'LibrarianGoes through your sessions.',
    ]);
    await userEvent.keyboard('{ArrowDown}{Enter}');
    expect(await screen.findByRole('button', { name: 'Agent: Librarian' })).toHaveFocus();
    expect(screen.getByRole('status')).toHaveTextContent('librarian');
    unmount();
    expect(localStorage.getItem('chat-registry')).toContain('"agentName":"librarian"');
    renderWithQueries(<Subject />);
    expect(await screen.findByRole('button', { name: 'Agent: Librarian' })).toBeVisible();
  });

  test('is not offered where there is one agent, and forgets one that is gone', async () => {
    useChatStore.getState().setAgentName('librarian');
    server.use(serveAgents([ASSISTANT]));
    renderWithQueries(<Subject />);
    expect(await screen.findByText('1 known')).toBeVisible();
    expect(screen.queryByRole('button')).toBeNull();
    expect(screen.getByRole('status')).toHaveTextContent('nobody');
  });

  test('is dropped when another user arrives', () => {
    useChatStore.getState().setAgentName('librarian');
    useChatStore.getState().claimDrafts('ben');
    expect(useChatStore.getState().agentName).toBeNull();
  });
});

test.each([
  ['the default one', 'assistant', null],
  ['another one', 'librarian', 'Librarian'],
  ['one that was renamed', 'archivist', 'Librarian'],
  ['one that is gone', 'scout', 'scout'],
])('a session names %s', async (_, name, title) => {
  const { result } = renderHookWithQueries(() => [useChosenAgent(name), useAgents().length]);
  await expect.poll(() => result.current).toEqual([title, 2]);
});
