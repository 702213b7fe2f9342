// Tables of text, for terminals.
import Table from 'cli-table3';

const ASCII = {
  top: '-',
  'top-mid': '+',
  'top-left': '+',
  'top-right': '+',
  bottom: '-',
  'bottom-mid': '+',
  'bottom-left': '+',
  'bottom-right': '+',
  left: '|',
  'left-mid': '+',
  mid: '-',
  'mid-mid': '+',
  right: '|',
  'right-mid': '+',
  middle: '|',
};

/** Lines under a head; the first columns are text. `ascii` draws with plain characters, for logs and pipes. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { ascii, textColumns = 1 }: { ascii: boolean; textColumns?: number },
): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, column) => (column < textColumns ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
    ...(ascii && { chars: ASCII }),
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}
