import type { Problem } from '@/api/schema';

export type FieldProblem = NonNullable<Problem['errors']>[number];

/** The server's codes, and the two for when no problem came. */
export type ErrorCode = Problem['code'] | 'unreachable' | 'unexpected';

/** A call that did not succeed; `status` is 0 when no answer came from the server. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly fieldProblems: FieldProblem[];
  readonly retryAfterSeconds: number | null;

  constructor(
    problem: Pick<Problem, 'status' | 'detail' | 'errors'> & { code: ErrorCode },
    retryAfterSeconds: number | null = null,
  ) {
    super(problem.detail);
    this.code = problem.code;
    this.status = problem.status;
    this.fieldProblems = problem.errors ?? [];
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** No answer came: the server is down, or this device is offline. */
  static unreachable(): ApiError {
    return new ApiError({
      code: 'unreachable',
      status: 0,
      detail: 'Could not reach the server.',
    });
  }

  /** Nobody is signed in on this device any more. */
  static unauthorized(): ApiError {
    return new ApiError({ code: 'unauthorized', status: 401, detail: 'You are signed out.' });
  }
}

/** Reads an answer that is not 2xx; anything but problem details becomes a general error. */
export async function readApiError(response: Response): Promise<ApiError> {
  const retryAfterSeconds = Number(response.headers.get('Retry-After')) || null;
  const body: unknown = await response.json().catch(() => null);
  if (isProblem(body)) return new ApiError(body, retryAfterSeconds);
  const detail = 'The server could not answer this.';
  return new ApiError({ code: 'unexpected', status: response.status, detail }, retryAfterSeconds);
}

function isProblem(body: unknown): body is Problem {
  return (
    typeof body === 'object' &&
    body !== null &&
    'code' in body &&
    typeof body.code === 'string' &&
    'detail' in body &&
    typeof body.detail === 'string' &&
    'status' in body &&
    typeof body.status === 'number'
  );
}

const FORESEEN = {
  attachment_empty: 'This file is empty.',
  attachment_too_large: 'This file is larger than 20 MB.',
} as const satisfies Partial<Record<ErrorCode, string>>;

const SENTENCES: Partial<Record<ErrorCode, string>> = {
  ...FORESEEN,
  agent_not_found: 'This agent is not there any more. Choose another one.',
  answer_cancelled: 'This answer was already stopped.',
  answer_streaming: 'This answer is still being written.',
  archive_damaged: 'This archive is damaged.',
  archive_invalid: 'This is not an archive that was exported here.',
  archive_too_large: 'This archive is too large for the server.',
  archive_unreadable: 'This file is not a whole archive.',
  archive_version_unsupported: 'A newer version made this archive.',
  attachment_in_use: 'This file is part of a message.',
  attachment_not_found: 'A file of this message is no longer there.',
  attachment_quota_exceeded: 'There is no room for more files. Delete sessions you do not need.',
  attachment_type_mismatch: 'This file is not what its name says.',
  schedule_busy: 'A run of this schedule is still going.',
  schedule_limit_reached: 'You have as many schedules as there can be. Delete one first.',
  schedule_not_found: 'This schedule does not exist.',
  session_not_found: 'This session does not exist.',
  title_set_by_user: 'This title is your own.',
};

/** What is said of a refusal that the app foresees by itself. */
export function describeCode(code: keyof typeof FORESEEN): string {
  return FORESEEN[code];
}

/** The cursor is too old, of another release, or was made before the server's key was changed. */
export function isCursorRefused(error: unknown): boolean {
  return (
    error instanceof ApiError &&
    (error.code === 'cursor_expired' || error.code === 'invalid_cursor')
  );
}

/** One plain sentence for the person in front of the screen. */
export function describeError(error: unknown): string {
  if (!(error instanceof ApiError)) return 'Something went wrong.';
  if (error.status === 0) return 'Could not reach the server.';
  if (error.status === 401) return 'Your sign-in has ended.';
  const sentence = SENTENCES[error.code];
  if (sentence !== undefined) return sentence;
  // From something between here and the server, which has a limit of its own.
  if (error.status === 413) return 'This is too large for the server.';
  if (error.status === 503) return 'The server is busy at the moment.';
  return 'The server could not answer this.';
}
