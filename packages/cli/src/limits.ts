// Limits of the system under which Node or a native library would end without a word, looked at before they are met.
import { readFileSync } from 'node:fs';

interface Limit {
  /** As Linux calls it in /proc/self/limits. */
  readonly name: string;
  /** With less nothing works, by trial on two cores. */
  readonly least: number;
  readonly told: (there: number) => string;
  /** Whether it holds for root, too. */
  readonly root: boolean;
}

const GIBIBYTE = 2 ** 30;

const LIMITS: readonly Limit[] = [
  {
    name: 'Max open files',
    least: 256,
    told: there => `it may open ${there} files, which are too few; allow more (\`ulimit -n 1024\`)`,
    root: true,
  },
  {
    name: 'Max processes',
    least: 24,
    told: there =>
      `its user may have ${there} threads and processes, which are too few; allow more (\`ulimit -u 1024\`)`,
    root: false,
  },
  {
    name: 'Max address space',
    least: 15 * GIBIBYTE,
    told: there =>
      `it may address ${(there / GIBIBYTE).toFixed(1)} GiB of memory, and Node reserves more than it uses; allow more (\`ulimit -v unlimited\`)`,
    root: true,
  },
];

/**
 * What is too little to begin with.
 *
 * @param text of /proc/self/limits; empty on systems that have none.
 * @returns undefined where there is enough of everything, or where the limits are not known.
 */
export function tooLittle(text = ownLimits(), isRoot = process.getuid?.() === 0): string | undefined {
  for (const { name, least, told, root } of LIMITS) {
    const [, soft] = new RegExp(`^${name} +(\\d+) `, 'm').exec(text) ?? []; // not 'unlimited'
    if (soft !== undefined && Number(soft) < least && (root || !isRoot)) return told(Number(soft));
  }
  return undefined;
}

function ownLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
