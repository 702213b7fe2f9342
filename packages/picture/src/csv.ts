// Comma-separated values, as RFC 4180 has them.

import { toDigits } from './formats.js';

export type Cell = string | number;

/** A header and rows, with CRLF line ends; numbers have at most 7 significant digits. */
export function toCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map(row => `${row.map(toField).join(',')}\r\n`).join('');
}

function toField(cell: Cell): string {
  if (typeof cell === 'number') return String(toDigits(cell, 7));
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
