import { openSignedIn } from '#e2e/harness/accounts.ts';
import { keepPicture, look } from '#e2e/harness/measures.ts';
import { expect, test } from '#e2e/harness/test.ts';
import { lastAnswer, messagesOf, seedMessages } from '#e2e/sessionSeeds.ts';

const WIDTHS = [
  { width: 360, height: 780 },
  { width: 1440, height: 900 },
];

for (const viewport of WIDTHS) {
  test.describe(`${viewport.width}`, () => {
    test.use({ viewport });

    test('versions, actions and the editor are accessible', async ({ page, stack, account }) => {
      const path = await seedMessages(stack, account, {
        title: 'Greenhouse frost nights',
        messages: [
          { role: 'user', content: 'Which nights went below 4 °C, and for how long?' },
          { role: 'assistant', content: 'Four nights, all in the second half of the month.' },
          { role: 'user', content: 'Give me a small script that warns me before it hapens.' },
          { role: 'assistant', status: 'interrupted', content: 'This looks at the last hour and' },
        ],
      });
      await openSignedIn(page, account, path);
      const mine = messagesOf(page).getByRole('article', { name: 'Your message' }).last();
      const editButton = mine.getByRole('button', { name: 'Edit' });
      await expect(lastAnswer(page).getByRole('button', { name: 'Continue' })).toBeVisible();
      await editButton.focus();
      await keepPicture(page, `actions-${viewport.width}`);
      await page.keyboard.press('Enter');
      const field = page.getByRole('textbox', { name: 'Edited message' });
      await field.fill('Give me a small script that warns me before it happens. I run it on a Pi.');
      await look(page, `editor-${viewport.width}`);
      await field.press('Enter');
      await expect(page.getByLabel('Version 2 of 2')).toBeVisible();
      await expect(lastAnswer(page)).toContainText('Demo model ·');
      await lastAnswer(page).getByRole('button', { name: 'Regenerate' }).focus();
      await lastAnswer(page).getByRole('button', { name: 'More' }).press('Enter');
      await expect(page.getByRole('menuitem')).toBeVisible();
      await look(page, `versions-${viewport.width}`);
    });
  });
}
