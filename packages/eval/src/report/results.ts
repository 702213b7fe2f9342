// What an evaluation writes: recoveries judged, summed up and drawn.
import { join } from 'node:path';
import { sha256 } from '@blind-demod/arrays';
import { writeBeside } from '@blind-demod/artifacts';
import type { LoadedExperiment } from '@blind-demod/experiment';
import { withDigits } from '@blind-demod/picture';
import { drawFigure } from '@blind-demod/picture/plots';
import type { Plan } from '../evaluation.js';
import { type Reliability, reliabilityOf } from '../metrics/reliability.js';
import { type Batch, observe } from '../trials/batches.js';
import { CLEAN, observedUnder } from '../trials/conditions.js';
import type { TrialStore } from '../trials/store.js';
import type { Summaries } from './evaluation-table.js';
import { figure2 } from './figure.js';
import { imagesCsv } from './images-csv.js';
import { type Judged, type JudgedImages, type Judgement, judge } from './judgement.js';
import type { ReportInput, WorstCase } from './page/input.js';
import { reportPage } from './page/page.js';
import { summariseEvaluation, summariseSolver } from './summary.js';

export interface Results extends Summaries {
  readonly pairs: number;
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
  recoveries: Pick<TrialStore['recoveries'], 'read'>,
  { folder, comparison }: { folder: string; comparison?: ReportInput['comparison'] },
): Promise<Results> {
  const { tests, pairs, batches, settings } = plan;
  const { seed, evaluation, solver } = loaded.experiment;
  const judged: Judged[] = [];
  const shown: JudgedImages[] = [];
  let worst: WorstCase[] = [];
  for (const batch of batches) {
    const judgements = await judgeBatch(loaded, plan, batch, recoveries);
    const cases = judgements.map((judgement, index) => ({ ...judgement, pair: batch.first + index }));
    worst = [...worst, ...cases]
      .sort((a, b) => a.scores.refined.psnr - b.scores.refined.psnr)
      .slice(0, WORST_CASES);
    for (const { images, ...judgement } of judgements) {
      judged.push(judgement);
      if (shown.length < evaluation.figureColumns) shown.push(images);
    }
  }

  const estimates = summariseEvaluation(judged);
  const paper = plan.paper && summariseSolver(judged.map(({ paper }) => paper!));
  const reliability = reliabilityOf(judged);
  const metrics = {
    experiment: loaded.name,
    device: settings.device,
    pairs: pairs.length,
    estimates,
    paper,
    confidence: reliability,
  };
  const data = {
    [FILES.metrics]: `${JSON.stringify(metrics, withDigits(6), 2)}\n`,
    [FILES.images]: imagesCsv(pairs, judged, tests),
  };
  const checksums = Object.fromEntries(
    Object.entries(data).map(([name, content]) => [name, sha256(content)]),
  );
  await writeBeside(folder, {
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
        summary: estimates,
        paper,
        reliability,
        shown,
        worst,
        comparison,
        checksums,
      }),
    },
  });
  const files = Object.fromEntries(Object.entries(FILES).map(([key, name]) => [key, join(folder, name)]));
  return {
    pairs: pairs.length,
    estimates,
    ...(paper && { paper }),
    reliability,
    files: files as Results['files'],
  };
}

/** Every pair of a batch, by what its searches found. */
async function judgeBatch(
  { experiment: { seed } }: LoadedExperiment,
  plan: Plan,
  batch: Batch,
  recoveries: Pick<TrialStore['recoveries'], 'read'>,
): Promise<Judgement[]> {
  const truth = observe(plan.tests, batch.pairs);
  const found = async (procedure: Plan['own']) => {
    const { recovery } = await recoveries.read({ batch, condition: CLEAN, procedure });
    return { procedure, recovery };
  };
  return judge(truth, observedUnder(CLEAN, truth, { seed, first: batch.first }), {
    own: await found(plan.own),
    ...(plan.paper && { paper: await found(plan.paper) }),
  });
}
