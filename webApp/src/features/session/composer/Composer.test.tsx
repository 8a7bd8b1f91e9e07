import { fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, test, vi } from 'vitest';

import { PublicConfigContext } from '@/api/publicConfig';
import {
  asDraftFile,
  claimDraftFiles,
  type DraftFile,
  findDraftFiles,
  putBackFiles,
} from '@/api/attachments/draftFiles';
import { Composer } from '@/features/session/composer/Composer';
import { useChatStore } from '@/stores/useChatStore';
import { makeAttachment } from '@/testing/messages';

const CONFIG = {
  supabase_url: null,
  supabase_publishable_key: 'key',
  is_demo_model: false,
  chat_model: 'a-model',
  message_max_bytes: 64,
  import_max_bytes: 2 ** 31,
};

function renderComposer(onStop: (() => void) | null = null, files: DraftFile[] = []) {
  const attaching = { files, add: vi.fn(), remove: vi.fn(), retry: vi.fn() };
  const onSend = vi.fn();
  const composerOf = (stop: (() => void) | null) => (
    <PublicConfigContext value={CONFIG}>
      <Composer
        draftKey="s1"
        placeholder="Write a message"
        attaching={attaching}
        onSend={onSend}
        onStop={stop}
        note="A note"
      />
    </PublicConfigContext>
  );
  const { unmount, rerender } = render(composerOf(onStop));
  const end = () => rerender(composerOf(null));
  return {
    onSend,
    unmount,
    end,
    attaching,
    field: screen.getByRole('textbox', { name: 'Message' }),
  };
}

beforeEach(() => {
  vi.stubGlobal('matchMedia', () => ({ matches: false }));
  useChatStore.getState().claimDrafts('u1');
  useChatStore.getState().setDraft('s1', '');
});

describe('where there is a keyboard', () => {
  beforeEach(() => {
    vi.stubGlobal('matchMedia', () => ({ matches: true }));
  });

  test('takes the focus when it arrives', () => {
    const { field } = renderComposer();
    expect(field).toHaveFocus();
  });

  test('takes the focus of the stop button that was pressed', async () => {
    const { field } = renderComposer(vi.fn());
    screen.getByRole('button', { name: 'Stop answering' }).focus();
    await userEvent.keyboard('{Enter}');
    expect(field).toHaveFocus();
  });

  test('takes the focus of the stop button when the answer ends by itself', () => {
    const { field, end } = renderComposer(vi.fn());
    screen.getByRole('button', { name: 'Stop answering' }).focus();
    end();
    expect(field).toHaveFocus();
  });

  test.each([
    ['an open menu', '<div role="menu"><div role="menuitem" tabindex="-1"></div></div>'],
    ['an open dialog', '<div role="dialog"><button>Close</button></div>'],
    ['another field', '<input>'],
  ])('leaves it to %s', (_, html) => {
    const other = document.body.appendChild(document.createElement('div'));
    other.innerHTML = html;
    const holder = other.querySelector<HTMLElement>('[tabindex], button, input');
    holder?.focus();
    renderComposer();
    expect(holder).toHaveFocus();
    other.remove();
  });
});

describe('Composer', () => {
  test('sends with Enter and empties itself', async () => {
    const { field, onSend } = renderComposer();
    await userEvent.type(field, 'Hello{Enter}');
    expect(onSend).toHaveBeenCalledExactlyOnceWith({ content: 'Hello', attachments: [] });
    expect(field).toHaveValue('');
  });

  test('breaks the line with Shift+Enter', async () => {
    const { field, onSend } = renderComposer();
    await userEvent.type(field, 'One{Shift>}{Enter}{/Shift}two');
    expect(field).toHaveValue('One\ntwo');
    expect(onSend).not.toHaveBeenCalled();
  });

  test('leaves Enter to the input method while a word is composed', async () => {
    const { field, onSend } = renderComposer();
    await userEvent.type(field, 'かんじ');
    fireEvent.keyDown(field, { key: 'Enter', isComposing: true });
    fireEvent.keyDown(field, { key: 'Enter', keyCode: 229 });
    expect(onSend).not.toHaveBeenCalled();
  });

  test('sends nothing when nothing is written', async () => {
    const { field, onSend } = renderComposer();
    await userEvent.type(field, '   {Enter}');
    expect(onSend).not.toHaveBeenCalled();
    expect(screen.getByRole('button', { name: 'Send' })).toBeDisabled();
  });

  test('names the limit and keeps the text when it is too long', async () => {
    const { field, onSend } = renderComposer();
    const text = 'x'.repeat(65);
    await userEvent.click(field);
    await userEvent.paste(text);
    await userEvent.keyboard('{Enter}');
    expect(screen.getByRole('alert')).toHaveTextContent('Shorten this one by 1 byte.');
    expect(field).toBeInvalid();
    expect(field).toHaveValue(text);
    expect(onSend).not.toHaveBeenCalled();
  });

  test('finds its draft again', async () => {
    const { field, unmount } = renderComposer();
    await userEvent.type(field, 'Half a thought');
    unmount();
    expect(renderComposer().field).toHaveValue('Half a thought');
    expect(localStorage.getItem('chat-registry')).toContain('Half a thought');
  });

  test('has a stop button in the place of send while it answers', async () => {
    const onStop = vi.fn();
    const { field, onSend } = renderComposer(onStop);
    expect(screen.queryByRole('button', { name: 'Send' })).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Stop answering' }));
    expect(onStop).toHaveBeenCalledOnce();

    await userEvent.type(field, 'And then?');
    await userEvent.click(screen.getByRole('button', { name: 'Send' }));
    expect(onSend).toHaveBeenCalledExactlyOnceWith({
      content: 'And then?',
      attachments: [],
    });
  });
});

describe('Composer with files', () => {
  beforeEach(() => {
    claimDraftFiles('u1');
  });

  const withFiles = (...files: DraftFile[]) => renderComposer(null, files);

  test('sends them without a word, and they are gone from the draft', async () => {
    putBackFiles('s1', [makeAttachment(1), makeAttachment(2)]);
    const { onSend } = withFiles(...findDraftFiles('s1'));
    await userEvent.click(screen.getByRole('button', { name: 'Send' }));
    expect(onSend).toHaveBeenCalledOnce();
    expect(onSend.mock.calls[0]?.[0]).toMatchObject({
      content: '',
      attachments: [{ filename: 'file-1.pdf' }, { filename: 'file-2.pdf' }],
    });
    expect(findDraftFiles('s1')).toEqual([]);
  });

  test('waits for what is on its way, and says so', async () => {
    const uploading = { ...asDraftFile(makeAttachment(1)), attachment: null, progress: 0.4 };
    const { field, onSend } = withFiles(uploading);
    await userEvent.type(field, 'Look{Enter}');
    expect(onSend).not.toHaveBeenCalled();
    expect(field).toHaveValue('Look');
    expect(screen.getByText('Uploading 40 %')).toBeInTheDocument();
    expect(screen.getByRole('status')).toHaveTextContent('You can send when');
  });

  test('takes files that are chosen and pasted', async () => {
    const { field, attaching } = withFiles();
    const file = new File(['x'], 'a.txt');
    await userEvent.upload(screen.getByLabelText('Files to attach'), file);
    expect(attaching.add).toHaveBeenLastCalledWith([file]);
    const clipboardData = { files: [file], types: ['Files'] };
    expect(fireEvent.paste(field, { clipboardData })).toBe(false);
    expect(attaching.add).toHaveBeenCalledTimes(2);
  });

  test('gives the focus to the neighbour of a file that is removed, or to the text', async () => {
    const files = [1, 2].map((number) => asDraftFile(makeAttachment(number)));
    const { field, unmount, attaching } = withFiles(...files);
    await userEvent.click(screen.getByRole('button', { name: 'Remove file-1.pdf' }));
    expect(attaching.remove).toHaveBeenLastCalledWith(files[0]);
    expect(screen.getByRole('button', { name: 'Remove file-2.pdf' })).toHaveFocus();
    unmount();
    const alone = withFiles(...files.slice(0, 1));
    expect(alone.field).not.toBe(field);
    await userEvent.click(screen.getByRole('button', { name: 'Remove file-1.pdf' }));
    expect(alone.field).toHaveFocus();
  });
});
