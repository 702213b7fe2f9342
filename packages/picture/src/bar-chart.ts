// A bar chart of text.
import { LEAST_NORMAL } from '@blind-demod/arrays';

export interface Bar {
  readonly label: string;
  /** At least 0. */
  readonly value: number;
  /** What stands after the bar. */
  readonly note: string;
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** One line per bar, the longest `width` characters. `ascii` draws with plain characters, for logs and pipes. */
export function barChart(bars: readonly Bar[], { width, ascii }: { width: number; ascii: boolean }): string {
  const most = Math.max(...bars.map(({ value }) => value), LEAST_NORMAL);
  const labels = Math.max(...bars.map(({ label }) => label.length));
  return bars
    .map(({ label, value, note }) => {
      const length = (width * value) / most;
      const bar = ascii
        ? '#'.repeat(Math.round(length))
        : '█'.repeat(Math.floor(length)) + EIGHTHS[Math.floor((length % 1) * 8)];
      return `${label.padEnd(labels)} ${bar.padEnd(width)} ${note}`.trimEnd();
    })
    .join('\n');
}
