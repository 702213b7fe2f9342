// What the system says of a file operation that failed.

/** The system's error code (`ENOENT`, …) of a failed file operation, if it has one. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
