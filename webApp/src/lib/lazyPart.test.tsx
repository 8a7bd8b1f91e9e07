import { act, render, screen } from '@testing-library/react';
import { Suspense, useState } from 'react';
import { expect, test } from 'vitest';

import { lazyPart } from '@/lib/lazyPart';

function Panel({ title }: { title: string }) {
  const [first] = useState(title);
  return (
    <p>
      {title}, opened as {first}
    </p>
  );
}

test('a part that was loaded before is there at once', async () => {
  const { Part, load } = lazyPart(() => Promise.resolve(Panel));
  await load();
  render(
    <Suspense fallback="loading">
      <Part title="Search" />
    </Suspense>,
  );
  expect(screen.getByText('Search, opened as Search')).toBeVisible();
});

test('a part that is loaded when it is shown does not begin anew later', async () => {
  const { promise, resolve } = Promise.withResolvers<typeof Panel>();
  const { Part } = lazyPart(() => promise);
  const draw = (title: string) => (
    <Suspense fallback="loading">
      <Part title={title} />
    </Suspense>
  );
  const { rerender } = render(draw('Search'));
  expect(screen.getByText('loading')).toBeVisible();
  await act(async () => {
    resolve(Panel);
    await promise;
  });
  expect(await screen.findByText('Search, opened as Search')).toBeVisible();
  rerender(draw('Find'));
  expect(screen.getByText('Find, opened as Search')).toBeVisible();
});

test('a part that could not be loaded is loaded when it is wanted again', async () => {
  let tries = 0;
  const { Part, load } = lazyPart(() => {
    tries += 1;
    return tries === 1 ? Promise.reject(new Error('Out of reach.')) : Promise.resolve(Panel);
  });
  await expect(load()).rejects.toThrow('Out of reach.');
  await load();
  render(<Part title="Search" />);
  expect(screen.getByText('Search, opened as Search')).toBeVisible();
});
