import { createJSONStorage, type StateStorage } from 'zustand/middleware';

import { toastError } from '@/lib/toast';

const NO_ROOM =
  'This browser has no room left to keep what you write. Leave this page open until it is sent.';

/** What localStorage did not take, by name. */
const unkept = new Map<string, string>();

const storage: StateStorage = {
  getItem: (name) => unkept.get(name) ?? localStorage.getItem(name),
  setItem: (name, value) => {
    try {
      localStorage.setItem(name, value);
      unkept.delete(name);
    } catch {
      if (unkept.size === 0) toastError(NO_ROOM, { id: 'no-room' });
      unkept.set(name, value);
    }
  },
  removeItem: (name) => {
    unkept.delete(name);
    localStorage.removeItem(name);
  },
};

/** localStorage for zustand; while it is full, what is written lasts as long as the tab, and says so. */
export function roomyStorage<T>() {
  return createJSONStorage<T>(() => storage);
}
