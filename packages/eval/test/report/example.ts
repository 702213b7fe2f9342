// An evaluation of made-up recoveries: some good, some bad, some in between.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { float32, randomStream } from '@blind-demod/arrays';
import { experimentSchema } from '@blind-demod/experiment';
import type { Plan } from '../../src/evaluation.js';
import { OURS } from '../../src/methods/own-solver.js';
import { PAPER } from '../../src/methods/paper-solver.js';
import { searched } from '../../src/methods/search.js';
import type { Reliability } from '../../src/metrics/reliability.js';
import type { ReportInput } from '../../src/report/page/input.js';
import { writeResults } from '../../src/report/results.js';
import type { EvaluationSummary, SolverSummary } from '../../src/report/summary.js';
import { inBatches, observe } from '../../src/trials/batches.js';
import { drawPairs } from '../../src/trials/pairs.js';
import type { TrialStore } from '../../src/trials/store.js';
import { generators } from '../methods/example.js';

const SIZE = 16;
const ITERATIONS = 6;

interface Metrics {
  readonly estimates: EvaluationSummary;
  readonly paper?: SolverSummary;
  readonly confidence: Reliability;
}

export interface Example {
  readonly pairs?: number;
  readonly name?: string;
  /** Of the signals; only digits have classes. */
  readonly source?: 'mnist' | 'gaussian';
  readonly restarts?: 1 | 2;
  readonly withParameters?: boolean;
  readonly comparison?: ReportInput['comparison'];
  readonly withPaper?: boolean;
  /** How wrong the distortion of a pair is found. */
  readonly mistake?: (pair: number) => number;
}

/** Writes its results into a folder of its own, and reads them again. */
export async function exampleResults({
  pairs: count = 12,
  name = 'example',
  source = 'mnist',
  restarts = 2,
  withParameters = true,
  comparison,
  withPaper = true,
  mistake = pair => 0.002 * 2 ** (pair % 8),
}: Example = {}): Promise<{ html: string; metrics: Metrics; csv: string }> {
  const experiment = experimentSchema.parse({
    imageSize: SIZE,
    signal: { images: { source } },
    solver: { restarts, iterations: ITERATIONS, refinement: { smoothing: 0, detail: 1e6 } }, // images of noise
    evaluation: { images: 12, batchSize: 5, figureColumns: 4 },
  });
  const images = (of: string, low: number) => {
    const values = randomStream(1, of).uniforms(count * SIZE * SIZE);
    return float32(
      [count, 1, SIZE, SIZE],
      values.map(value => low + (1 - low) * value),
    );
  };
  const labels = Int32Array.from({ length: count }, (_, image) => image % 10);
  const parameters = float32([count, 2], randomStream(1, 'parameters').normals(2 * count));
  const tests = {
    signal: { pixels: images('signal', 0), labels },
    distortion: { pixels: images('distortion', 0.3), labels, ...(withParameters && { parameters }) },
  };
  const pairs = drawPairs(1, tests, 'all');
  const solver = (named: typeof OURS) =>
    searched(
      { ...named, tellsDoubt: true, solver: experiment.solver },
      { experiment, generators, device: 'cpu' },
    );
  const plan: Plan = {
    tests,
    pairs,
    batches: inBatches(pairs, experiment.evaluation.batchSize),
    settings: { device: 'cpu', generators: { signal: 'a'.repeat(64), distortion: 'b'.repeat(64) } },
    own: solver(OURS),
    ...(withPaper && { paper: solver(PAPER) }),
  };
  const read: TrialStore['recoveries']['read'] = async ({ batch: { first, pairs: ofBatch }, procedure }) => {
    // The paper's solver is four times as wrong.
    const mistakeOf = (pair: number) => (procedure.name === PAPER.name ? 4 : 1) * mistake(pair);
    const truth = observe(tests, ofBatch);
    const length = ofBatch.length;
    const each = (value: (pair: number) => number[]) =>
      float32(
        [length, value(0).length],
        Float32Array.from(ofBatch.flatMap((_, index) => value(first + index))),
      );
    const noise = randomStream(1, 'mistake', first).normals(truth.distortion.data.length);
    const off = truth.distortion.data.map(
      (value, index) => value + mistakeOf(first + Math.floor(index / SIZE ** 2)) * noise[index]!,
    );
    const recovery = {
      signal: truth.signal,
      distortion: float32(truth.distortion.shape, off),
      exposure: each(() => [1]),
      blackLevel: each(() => [0]),
      objective: float32([length], each(pair => [mistakeOf(pair) ** 2]).data),
      restartObjectives: each(pair => [mistakeOf(pair) ** 2, 2 * mistakeOf(pair) ** 2].slice(0, restarts)),
      trace: each(pair =>
        Array.from({ length: ITERATIONS }, (_, i) => mistakeOf(pair) ** 2 + 0.5 ** (i + 5)),
      ),
      signalCode: each(() => [1]),
      distortionDeviation: float32(
        truth.distortion.shape,
        off.map((_, index) => {
          const pair = first + Math.floor(index / SIZE ** 2);
          return mistakeOf(pair) * (pair % 3 === 0 ? 2 : 1);
        }),
      ),
    };
    return { recovery, seconds: 1 };
  };
  const folder = await mkdtemp(join(tmpdir(), 'report-'));
  const { files } = await writeResults(
    { name, file: `configs/${name}.json`, root: '/', experiment },
    plan,
    { read },
    { folder, comparison },
  );
  const [html, metrics, csv] = await Promise.all(
    [files.report, files.metrics, files.images].map(file => readFile(file, 'utf8')),
  );
  await rm(folder, { recursive: true });
  return { html: html!, metrics: JSON.parse(metrics!), csv: csv! };
}
