// Numbers as text: on pages and in tables, and with how many digits in files.

export const decibel = (value: number) => `${value.toFixed(1)} dB`;
export const percent = (fraction: number) => `${(100 * fraction).toFixed(0)} %`;
export const thousandth = (value: number) => value.toFixed(3);

export const toDigits = (value: number, digits: number): number => Number(value.toPrecision(digits));

/** For JSON.stringify: every number with at most so many digits. */
export const withDigits = (digits: number) => (_key: string, value: unknown) =>
  typeof value === 'number' ? toDigits(value, digits) : value;
