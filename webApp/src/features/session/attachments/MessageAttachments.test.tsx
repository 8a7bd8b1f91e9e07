import { fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { beforeEach, describe, expect, test, vi } from 'vitest';

import { forgetAllLocalBytes, keepLocalBytes } from '@/api/attachments/localBytes';
import { MessageAttachments } from '@/features/session/attachments/MessageAttachments';
import { makeAttachment } from '@/testing/messages';
import { renderWithQueries } from '@/testing/renderWithQueries';
import { server } from '@/testing/server';

vi.mock('@/api/authClient', () => ({ accessToken: () => Promise.resolve('token') }));

const BYTES = '*/api/chat/attachments/:id';
const IMAGE = makeAttachment(1, {
  filename: 'field.png',
  content_type: 'image/png',
  kind: 'image',
});
const PDF = makeAttachment(2, { filename: 'lease.pdf' });
const PAGE = makeAttachment(3, {
  filename: 'page.html',
  content_type: 'text/html',
  kind: 'text',
});

let urls: Map<string, Blob>;

beforeEach(() => {
  urls = new Map();
  forgetAllLocalBytes();
  URL.createObjectURL = (bytes) => {
    const url = `blob:${urls.size + 1}`;
    urls.set(url, bytes as Blob);
    return url;
  };
  URL.revokeObjectURL = (url) => void urls.delete(url);
});

function serveBytes() {
  const asked = vi.fn();
  server.use(
    http.get(BYTES, ({ request }) => {
      asked(request.headers.get('Authorization'));
      return HttpResponse.arrayBuffer(new Uint8Array([1, 2, 3]).buffer);
    }),
  );
  return asked;
}

describe('an image', () => {
  test('is fetched with the token, kept out of the cache, and leaves no address behind', async () => {
    const asked = serveBytes();
    const fetched = vi.spyOn(globalThis, 'fetch');
    const { unmount } = renderWithQueries(<MessageAttachments attachments={[IMAGE]} />);
    expect(screen.getByRole('img', { name: 'Loading field.png' })).toBeInTheDocument();
    await screen.findByRole('button', { name: 'Open field.png' });
    expect(asked).toHaveBeenCalledExactlyOnceWith('Bearer token');
    expect(fetched.mock.calls[0]?.[0]).toHaveProperty('cache', 'no-store');
    expect([...urls.values()].map(({ type }) => type)).toEqual(['image/png']);
    unmount();
    expect(urls.size).toBe(0);
  });

  test('that was chosen here is not fetched back', () => {
    keepLocalBytes(IMAGE, new Blob(['x'], { type: 'text/html' }));
    renderWithQueries(<MessageAttachments attachments={[IMAGE]} />);
    expect(screen.getByRole('button', { name: 'Open field.png' })).toBeInTheDocument();
    expect([...urls.values()].map(({ type }) => type)).toEqual(['image/png']);
  });

  test('that cannot be drawn says so and is asked for again', async () => {
    keepLocalBytes(IMAGE, new Blob(['gone']));
    const asked = serveBytes();
    renderWithQueries(<MessageAttachments attachments={[IMAGE]} />);
    const image = screen.getByRole('button', { name: 'Open field.png' }).querySelector('img');
    if (image) fireEvent.error(image);
    expect(screen.getByText('Could not load this image.')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Load field.png again' }));
    await screen.findByRole('button', { name: 'Open field.png' });
    expect(asked).toHaveBeenCalledOnce();
  });

  test('that is gone offers no second try', async () => {
    server.use(http.get(BYTES, () => new HttpResponse(null, { status: 404 })));
    renderWithQueries(<MessageAttachments attachments={[IMAGE]} />);
    await screen.findByText('This image is no longer there.');
    expect(screen.queryByRole('button')).toBeNull();
  });
});

describe('another file', () => {
  test('opens in a tab as what it may be shown as', async () => {
    serveBytes();
    const tab = { location: { replace: vi.fn() }, close: vi.fn() };
    vi.spyOn(window, 'open').mockReturnValue(tab as unknown as Window);
    renderWithQueries(<MessageAttachments attachments={[PDF]} />);
    await userEvent.click(screen.getByRole('button', { name: /^Open ?lease\.pdf/ }));
    await expect.poll(() => tab.location.replace).toHaveBeenCalledExactlyOnceWith('blob:1');
    expect(urls.get('blob:1')?.type).toBe('application/pdf');
  });

  test('closes its tab again and says why when it does not come', async () => {
    server.use(http.get(BYTES, () => HttpResponse.error()));
    const tab = { location: { replace: vi.fn() }, close: vi.fn() };
    vi.spyOn(window, 'open').mockReturnValue(tab as unknown as Window);
    renderWithQueries(<MessageAttachments attachments={[PDF]} />);
    await userEvent.click(screen.getByRole('button', { name: /^Open ?lease\.pdf/ }));
    expect(await screen.findByRole('alert')).toHaveTextContent('Could not reach the server.');
    expect(tab.close).toHaveBeenCalledOnce();
  });

  test('that could run in a browser is only ever saved', async () => {
    serveBytes();
    const open = vi.spyOn(window, 'open');
    const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockReturnValue(undefined);
    renderWithQueries(<MessageAttachments attachments={[PAGE]} />);
    const [button] = screen.getAllByRole('button', { name: /^Download ?page\.html/ });
    if (button) await userEvent.click(button);
    await expect.poll(() => click).toHaveBeenCalledOnce();
    expect(open).not.toHaveBeenCalled();
  });
});
