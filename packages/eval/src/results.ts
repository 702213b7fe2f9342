// The cheap half of an evaluation: recoveries judged, summed up, drawn and written.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { writeArtifact } from '@blind-demod/artifacts';
import type { LoadedExperiment } from '@blind-demod/experiment';
import { drawFigure, withDigits } from '@blind-demod/picture';
import { observe } from './batches.js';
import { figure2 } from './figure.js';
import { imagesCsv } from './images-csv.js';
import { type Judged, type JudgedImages, judge } from './judgement.js';
import type { Plan } from './plan.js';
import type { Recoveries } from './recoveries.js';
import { type Reliability, reliabilityOf } from './reliability.js';
import type { ReportInput, WorstCase } from './report/input.js';
import { reportPage } from './report/report.js';
import { type Summary, summarise } from './summary.js';

export interface Results {
  readonly pairs: number;
  readonly summary: Summary;
  readonly reliability: Reliability;
  /** Paths of what was written. */
  readonly files: Readonly<Record<keyof typeof FILES, string>>;
}

const FILES = {
  metrics: 'metrics.json',
  images: 'images.csv',
  figure: 'figure2.png',
  report: 'report.html',
} as const;

/** How many of the worst cases the report shows. */
const WORST_CASES = 8;

/**
 * Scores each estimate of every pair at its best scale, and writes metrics.json, images.csv, figure2.png and report.html
 * into the folder. The same recoveries, and the same comparison beside them, give the same bytes, wherever they were made.
 *
 * @throws UserError when a recovery is missing, or the folder cannot be written.
 */
export async function writeResults(
  loaded: LoadedExperiment,
  plan: Plan,
  recoveries: Pick<Recoveries, 'read'>,
  { folder, comparison }: { folder: string; comparison?: ReportInput['comparison'] },
): Promise<Results> {
  const { tests, pairs, batches, settings } = plan;
  const { seed, evaluation, solver } = loaded.experiment;
  const judged: Judged[] = [];
  const shown: JudgedImages[] = [];
  let worst: WorstCase[] = [];
  for (const batch of batches) {
    const recovery = await recoveries.read(batch);
    const judgements = judge(observe(tests, batch.pairs), recovery, solver.refinement);
    const cases = judgements.map((judgement, index) => ({ ...judgement, pair: batch.first + index }));
    worst = [...worst, ...cases]
      .sort((a, b) => a.scores.refined.psnr - b.scores.refined.psnr)
      .slice(0, WORST_CASES);
    for (const { images, ...judgement } of judgements) {
      judged.push(judgement);
      if (shown.length < evaluation.figureColumns) shown.push(images);
    }
  }

  const summary = summarise(judged);
  const reliability = reliabilityOf(judged);
  const metrics = {
    experiment: loaded.name,
    device: settings.device,
    pairs: pairs.length,
    estimates: summary,
    confidence: reliability,
  };
  const data = {
    [FILES.metrics]: `${JSON.stringify(metrics, withDigits(6), 2)}\n`,
    [FILES.images]: imagesCsv(pairs, judged, tests),
  };
  const checksums = Object.fromEntries(
    Object.entries(data).map(([name, content]) => [name, createHash('sha256').update(content).digest('hex')]),
  );
  await writeArtifact(folder, {
    kind: 'evaluation',
    settings: { ...settings, refinement: solver.refinement, evaluation, pairs: pairs.length },
    seed,
    files: {
      ...data,
      [FILES.figure]: await drawFigure(figure2(shown)),
      [FILES.report]: await reportPage({
        loaded,
        plan,
        judged,
        summary,
        reliability,
        shown,
        worst,
        comparison,
        checksums,
      }),
    },
  });
  const files = Object.fromEntries(Object.entries(FILES).map(([key, name]) => [key, join(folder, name)]));
  return { pairs: pairs.length, summary, reliability, files: files as Results['files'] };
}
