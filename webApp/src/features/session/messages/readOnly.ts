import { createContext } from 'react';

/** True around messages of a session that was deleted elsewhere: they are read, and no more. */
export const ReadOnly = createContext(false);
