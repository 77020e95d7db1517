/**
 * Why a call did not succeed:
 * offline: nothing reached the server; timeout: no answer in time; server: it broke (5xx);
 * rejected: it understood and said no (`code` tells why); refused: the customer does not want to log in; aborted: no longer needed.
 */
export type ErrorKind = 'offline' | 'timeout' | 'server' | 'rejected' | 'refused' | 'aborted'

export class ApiError extends Error {
  constructor(
    public kind: ErrorKind,
    message = '',
    public status = 0,
    public code = '',
    public details: Record<string, unknown> = {},
  ) {
    super(message)
    // Classes that extend Error lose their prototype when compiled to ES2015 by some mini program tool chains.
    Object.setPrototypeOf(this, ApiError.prototype)
  }

  /** True when the server may or may not have acted: no answer came back. */
  get unanswered(): boolean {
    return this.kind === 'offline' || this.kind === 'timeout' || this.kind === 'server'
  }
}

export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError('server', error instanceof Error ? error.message : String(error))
}
