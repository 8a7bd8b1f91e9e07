import { setupServer } from 'msw/node';

/** The network border of unit tests; each test adds the answers it needs. */
export const server = setupServer();
