// Significant digits of numbers in files and on pages.

export const toDigits = (value: number, digits: number): number => Number(value.toPrecision(digits));

/** For JSON.stringify: every number with at most so many digits. */
export const withDigits = (digits: number) => (_key: string, value: unknown) =>
  typeof value === 'number' ? toDigits(value, digits) : value;
