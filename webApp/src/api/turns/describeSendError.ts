import { ApiError, describeError } from '@/api/apiError';

/** Says why a message did not go out; it is kept either way. */
export function describeSendError(error: unknown): string {
  const isRefused = error instanceof ApiError && error.code === 'validation_failed';
  const [field] = isRefused ? error.fieldProblems : [];
  return field ? `This message ${field.message}.` : describeError(error);
}
