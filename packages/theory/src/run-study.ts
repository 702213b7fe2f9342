// Running a study, and keeping what it shows.

import { join } from 'node:path';
import { startProgress, writeBeside } from '@blind-demod/artifacts';
import type { Device } from '@blind-demod/jit';
import { toDigits } from '@blind-demod/picture';
import type { LoadedStudy } from './load-study.js';
import type { StudyOutput } from './study.js';

/** What the manifest calls the artifact of a study. */
const THEORY_KIND = 'theory';

export interface StudyRun extends StudyOutput {
  /** result.json and the pictures, as paths. */
  readonly files: readonly string[];
  readonly seconds: number;
}

/**
 * Runs a study and writes its artifact: result.json and its pictures as PNG. The same settings give the same files.
 *
 * @throws UserError when the folder cannot be written.
 */
export async function runStudy(
  { study, settings, root }: LoadedStudy,
  { folder, device }: { folder: string; device: Device },
): Promise<StudyRun> {
  const start = performance.now();
  const bar = startProgress({ title: study.name, total: 100 });
  const progress = (fraction: number, note?: string) => bar.update(Math.round(100 * fraction), note);
  const output = await Promise.resolve(study.run(settings, { device, root, progress })).finally(bar.stop);
  const { result, findings, pictures } = output;
  const files: Record<string, Uint8Array | string> = {
    'result.json': readableJson({ study: study.name, title: study.title, findings, result }),
  };
  for (const [name, picture] of Object.entries(pictures)) files[`${name}.png`] = picture;
  await writeBeside(folder, {
    kind: THEORY_KIND,
    settings: { study: study.name, ...settings },
    seed: settings.seed,
    files,
  });
  const seconds = (performance.now() - start) / 1000;
  return { ...output, files: Object.keys(files).map(name => join(folder, name)), seconds };
}

/** Five digits are as many as anyone reads; lists and small objects stand on one line. */
function readableJson(value: object): string {
  const rounded = JSON.stringify(
    value,
    (_, item) => (typeof item === 'number' && !Number.isInteger(item) ? toDigits(item, 5) : item),
    2,
  );
  const oneLine = rounded.replace(/[[{]\s+([^[\]{}]*?)\s+[\]}]/g, list => {
    const line = list.replace(/\s*\n\s*/g, ' ');
    return line.length <= 160 ? line : list;
  });
  return `${oneLine}\n`;
}
