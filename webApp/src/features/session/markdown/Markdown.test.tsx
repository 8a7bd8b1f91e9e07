import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';

import { Markdown } from '@/features/session/markdown/Markdown';

describe('Markdown', () => {
  test('shows HTML as text', () => {
    const { container } = render(
      <Markdown text={'<script>alert(1)</script>\n\n<img src=x onerror=alert(1)> <b>bold</b>'} />,
    );
    expect(container.querySelector('script, img, b')).toBeNull();
    expect(container).toHaveTextContent('<script>alert(1)</script>');
  });

  test('draws a table with the alignment of its columns', () => {
    render(<Markdown text={'| Night | Lowest |\n| --- | ---: |\n| 14 Nov | 3.6 °C |'} />);
    expect(screen.getByRole('cell', { name: '3.6 °C' })).toHaveStyle({ textAlign: 'right' });
    expect(screen.getByRole('columnheader', { name: 'Night' })).not.toHaveAttribute('style');
  });

  test('draws tasks, numbering and what is struck out', () => {
    const { container } = render(<Markdown text={'- [x] done\n\n3. third\n\n~~not~~ now'} />);
    expect(screen.getByRole('checkbox')).toBeChecked();
    expect(container.querySelector('ol')).toHaveAttribute('start', '3');
    expect(container.querySelector('del')).toHaveTextContent('not');
  });

  test('shows a footnote below the text that names it', () => {
    render(<Markdown text={'It froze.[^1]\n\nTwice.\n\n[^1]: By the sensor.'} />);
    const footnotes = screen.getByRole('heading', { name: 'Footnotes' }).parentElement;
    expect(footnotes).toHaveTextContent('By the sensor.');
  });

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    '/auth/v1',
  ])('does not link to %s', (address) => {
    render(<Markdown text={`[press me](${address})`} />);
    expect(screen.queryByRole('link')).toBeNull();
    expect(screen.getByText('press me')).toBeInTheDocument();
  });

  test('opens links beside the app and shows where they lead', () => {
    render(<Markdown text="[the report](https://weather.example.org/2026)" />);
    const link = screen.getByRole('link', { name: /^the report ?\(opens a new tab\)$/ });
    expect(link).toHaveAttribute('target', '_blank');
    expect(link).toHaveAttribute('rel', 'noopener noreferrer');
    expect(link).toHaveAttribute('title', 'https://weather.example.org/2026');
    expect(screen.getByText('weather.example.org')).toBeInTheDocument();
  });

  test('shows the true place of a link whose words name another', () => {
    render(<Markdown text="[bank.example.com](https://evil.example.net)" />);
    expect(screen.getByText('evil.example.net')).toBeInTheDocument();
  });

  test('loads a remote image only after a click', async () => {
    render(<Markdown text="![A chart](https://tracker.example.net/p.png)" />);
    expect(screen.queryByRole('img')).toBeNull();
    await userEvent.click(
      screen.getByRole('button', { name: /A chart.*Load image from tracker\.example\.net/ }),
    );
    const image = screen.getByRole('img', { name: 'A chart' });
    expect(image).toHaveAttribute('src', 'https://tracker.example.net/p.png');
    expect(image).toHaveAttribute('referrerpolicy', 'no-referrer');
  });

  test('never loads an image of another kind of address', () => {
    render(
      <Markdown
        text={'![one](data:image/png;base64,AA) ![two](/api/x) ![three](http://a.b/c.png)'}
      />,
    );
    expect(screen.queryByRole('img')).toBeNull();
    expect(screen.queryByRole('button')).toBeNull();
  });

  test('names the language of code and copies it', async () => {
    const user = userEvent.setup();
    render(<Markdown text={'```ts\nconst a = 1 < 2;\n```'} />);
    const code = screen.getByRole('figure', { name: 'Code, TypeScript' });
    await user.click(within(code).getByRole('button', { name: 'Copy' }));
    expect(await within(code).findByRole('button', { name: 'Copied' })).toBeInTheDocument();
    expect(await navigator.clipboard.readText()).toBe('const a = 1 < 2;');
  });

  test('colours code', async () => {
    render(<Markdown text={'```py\nreturn None\n```'} />);
    expect(await screen.findByText('return')).toHaveClass('hljs-keyword');
  });

  test('colours a language by any of its names, and another one later', async () => {
    const { rerender } = render(<Markdown text={'```TSX\nconst a = 1;\n```'} />);
    expect(await screen.findByText('const')).toHaveClass('hljs-keyword');
    rerender(<Markdown text={'- in a list\n\n  ```Rust\n  fn main() {}\n  ```'} />);
    expect(await screen.findByText('fn')).toHaveClass('hljs-keyword');
  });

  test('leaves code in an unknown language as it is', () => {
    render(<Markdown text={'```constructor\nreturn None\n```'} />);
    expect(screen.getByText('return None')).toBeVisible();
  });

  test.each([
    '',
    'Words',
    '- a\n- b',
    '---',
    'a  \n',
    '![x](https://a.b/c.png)',
    '| a |\n|---|\n| b |',
  ])('shows one caret behind %j', (text) => {
    const { container } = render(<Markdown text={text} isStreaming />);
    expect(container.querySelectorAll('.answer-caret')).toHaveLength(1);
  });

  test('lets each block be read from the side its letters begin at, but code', () => {
    const text = 'שלום!\n\n- א\n- ב\n\n> ג\n\n| ד |\n|---|\n| ה |\n\n```py\nreturn None\n```';
    const { container } = render(<Markdown text={text} />);
    const blocks = [...container.querySelectorAll('[dir=auto]')].map(({ tagName }) => tagName);
    expect(blocks).toEqual(['P', 'UL', 'BLOCKQUOTE', 'TABLE']);
  });

  test('draws only the last block again while an answer grows', () => {
    const { container, rerender } = render(<Markdown text={'One.\n\nTwo'} isStreaming />);
    const first = container.querySelector('p');
    rerender(<Markdown text={'One.\n\nTwo words'} isStreaming />);
    expect(container.querySelector('p')).toBe(first);
    expect(container).toHaveTextContent('Two words');
  });
});
