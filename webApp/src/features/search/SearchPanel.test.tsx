import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { useLocation } from 'react-router';
import { beforeEach, describe, expect, test, vi } from 'vitest';

import { startAuthClient } from '@/api/authClient';
import { SearchPanel } from '@/features/search/SearchPanel';
import { CONFIG } from '@/testing/auth';
import { renderWithQueries } from '@/testing/renderWithQueries';
import { server } from '@/testing/server';
import { makeSession, makeSessions } from '@/testing/sessions';

// jsdom measures nothing: of the list the line that Enter would choose is mounted.
Object.assign(document.defaultView ?? {}, {
  ResizeObserver: class {
    observe = () => undefined;
    unobserve = () => undefined;
    disconnect = () => undefined;
  },
});

const asked: URLSearchParams[] = [];
const runCommand = vi.fn();

function Address() {
  const { pathname, search } = useLocation();
  return <output aria-label="Address">{pathname + search}</output>;
}

function renderPanel() {
  const commands = [{ label: 'Schedules', icon: null, run: runCommand }];
  const panel = { opener: document.body, onClose: () => undefined, onOpenSession: () => undefined };
  return renderWithQueries(
    <>
      <SearchPanel {...panel} commands={commands} />
      <Address />
    </>,
  );
}

function answerWith(answer: (query: URLSearchParams) => Response | Promise<Response>) {
  server.use(
    http.get('*/api/chat/sessions', ({ request }) => {
      const query = new URL(request.url).searchParams;
      asked.push(query);
      return answer(query);
    }),
  );
}

const page = (sessions: object[], next: string | null = null) =>
  HttpResponse.json({ sessions, next_cursor: next });

const field = () => screen.getByRole('combobox', { name: 'Search your sessions' });

beforeEach(() => {
  void startAuthClient(CONFIG);
  asked.length = 0;
  runCommand.mockClear();
});

describe('SearchPanel', () => {
  test('asks once nobody types any more, with every filter that was chosen', async () => {
    answerWith(() => page([makeSession({ title: 'Frost nights' })]));
    renderPanel();
    await userEvent.type(field(), 'frost');
    expect(await screen.findByText('1 session')).toBeInTheDocument();
    expect(screen.getByText('Frost', { selector: 'mark' })).toBeInTheDocument();
    expect(asked.map(String)).toEqual(['query=frost&order=relevance&archived=all&limit=20']);

    await userEvent.selectOptions(screen.getByLabelText('Order'), 'Newest first');
    await userEvent.selectOptions(screen.getByLabelText('Channel'), 'Telegram');
    await userEvent.selectOptions(screen.getByLabelText('Archive'), 'Only the archive');
    await userEvent.selectOptions(screen.getByLabelText('Last active'), 'Between dates');
    await userEvent.type(screen.getByLabelText('To'), '2026-03-29');
    await waitFor(() =>
      expect(Object.fromEntries(asked.at(-1) ?? [])).toEqual({
        query: 'frost',
        order: 'newest',
        archived: 'true',
        limit: '20',
        channel: 'telegram',
        to: new Date(2026, 2, 30).toISOString(),
      }),
    );
  });

  test('goes on by cursor past a page that holds nothing, to the end', async () => {
    answerWith((query) =>
      query.get('cursor') === null ? page([], 'next') : page(makeSessions(2)),
    );
    renderPanel();
    await userEvent.type(field(), 'q');
    expect(await screen.findByText('2 sessions')).toBeInTheDocument();
    expect(asked.map((query) => query.get('cursor'))).toEqual([null, 'next']);
  });

  test('Enter right after the last letter opens what is found first, at its message', async () => {
    const match = {
      message_id: 7,
      role: 'assistant',
      created_at: '2026-11-20T12:00:00Z',
      before: 'A night of ',
      text: 'frost',
      after: '.',
    };
    answerWith(() => page([makeSession({ session_id: 'found', match: match as never })]));
    renderPanel();
    await userEvent.type(field(), 'frost{Enter}');
    await waitFor(() =>
      expect(screen.getByLabelText('Address')).toHaveTextContent('/sessions/found?message=7'),
    );
  });

  test('Enter that ends the composing of a word opens nothing, also in Safari', async () => {
    answerWith(() => page(makeSessions(1)));
    renderPanel();
    await userEvent.type(field(), '番茄');
    expect(await screen.findByText('1 session')).toBeInTheDocument();
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 229 });
    fireEvent.keyDown(field(), { key: 'Enter', isComposing: true });
    expect(screen.getByLabelText('Address')).toHaveTextContent(/^\/$/);
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13 });
    expect(screen.getByLabelText('Address')).toHaveTextContent('/sessions/');
  });

  test('runs a command by the beginning of its name', async () => {
    answerWith(() => page([]));
    renderPanel();
    await userEvent.type(field(), 'sche{Enter}');
    expect(runCommand).toHaveBeenCalledOnce();
  });

  test('tells of nothing found and offers to search everywhere', async () => {
    answerWith((query) => page(query.get('channel') === 'web' ? [] : makeSessions(1)));
    renderPanel();
    await userEvent.selectOptions(screen.getByLabelText('Channel'), 'Web');
    await userEvent.type(field(), 'frost');
    expect(await screen.findByText('Nothing was found.')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Search everywhere' }));
    expect(await screen.findByText('1 session')).toBeInTheDocument();
  });

  test('tells of a failure and tries again', async () => {
    let isUp = false;
    answerWith(() => (isUp ? page(makeSessions(1)) : new HttpResponse(null, { status: 503 })));
    renderPanel();
    await userEvent.type(field(), 'frost');
    expect(await screen.findByText('Could not search just now.')).toBeInTheDocument();
    isUp = true;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('1 session')).toBeInTheDocument();
  });

  test('asks for nothing while the first day is after the last one', async () => {
    answerWith(() => page(makeSessions(1)));
    renderPanel();
    await userEvent.selectOptions(screen.getByLabelText('Last active'), 'Between dates');
    await userEvent.type(screen.getByLabelText('From'), '2026-03-29');
    await userEvent.type(screen.getByLabelText('To'), '2026-03-28');
    await userEvent.type(field(), 'frost');
    expect(screen.getByText('The first day is after the last one.')).toBeInTheDocument();
    expect(asked).toEqual([]);
  });
});
