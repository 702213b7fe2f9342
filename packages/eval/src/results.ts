// The cheap half of an evaluation: recoveries judged, summed up, drawn and written.
import { join } from 'node:path';
import { type LoadedExperiment, writeArtifact } from '@blind-demod/experiment';
import { observe } from './batches.js';
import { drawFigure, figure2 } from './figure.js';
import { imagesCsv } from './images-csv.js';
import { type JudgedImages, type Judgement, judge } from './judgement.js';
import type { Plan } from './plan.js';
import type { Recoveries } from './recoveries.js';
import { type Summary, summarise } from './summary.js';

export interface Results {
  readonly pairs: number;
  readonly summary: Summary;
  /** Paths of what was written. */
  readonly files: Readonly<Record<keyof typeof FILES, string>>;
}

const FILES = { metrics: 'metrics.json', images: 'images.csv', figure: 'figure2.png' };

/**
 * Scores each estimate of every pair at its best scale, and writes metrics.json, images.csv and figure2.png into the
 * folder. The same recoveries give the same bytes, wherever they were made.
 *
 * @throws UserError when a recovery is missing, or the folder cannot be written.
 */
export async function writeResults(
  loaded: LoadedExperiment,
  { tests, pairs, batches, settings }: Plan,
  recoveries: Pick<Recoveries, 'read'>,
  folder: string,
): Promise<Results> {
  const { seed, evaluation, solver } = loaded.experiment;
  const judged: Pick<Judgement, 'objective' | 'scores'>[] = [];
  const shown: JudgedImages[] = [];
  for (const batch of batches) {
    const recovery = await recoveries.read(batch);
    for (const { images, ...judgement } of judge(observe(tests, batch.pairs), recovery, solver.refinement)) {
      judged.push(judgement);
      if (shown.length < evaluation.figureColumns) shown.push(images);
    }
  }

  const summary = summarise(judged);
  const metrics = {
    experiment: loaded.name,
    device: settings.device,
    pairs: pairs.length,
    estimates: summary,
  };
  await writeArtifact(folder, {
    kind: 'evaluation',
    settings: { ...settings, refinement: solver.refinement, evaluation, pairs: pairs.length },
    seed,
    files: {
      [FILES.metrics]: `${JSON.stringify(metrics, sixDigits, 2)}\n`,
      [FILES.images]: imagesCsv(pairs, judged, tests),
      [FILES.figure]: await drawFigure(figure2(shown)),
    },
  });
  const pathOf = (name: string) => join(folder, name);
  return {
    pairs: pairs.length,
    summary,
    files: { metrics: pathOf(FILES.metrics), images: pathOf(FILES.images), figure: pathOf(FILES.figure) },
  };
}

/** For JSON: digits beyond the sixth say nothing. */
const sixDigits = (_: string, value: unknown) =>
  typeof value === 'number' ? Number(value.toPrecision(6)) : value;
