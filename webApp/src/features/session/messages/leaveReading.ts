import { createContext } from 'react';

/**
 * Leads away from messages that are read apart from the newest ones, to another message or, with
 * none, to the end: something was done there that shows only among them.
 */
export const LeaveReading = createContext<(messageId: number | null) => void>(() => undefined);
