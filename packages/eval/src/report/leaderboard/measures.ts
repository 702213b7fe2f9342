// What a leaderboard tells of a run, in the order of its columns.
import { FACTORS } from '@blind-demod/arrays';
import { decibel, thousandth } from '@blind-demod/picture';
import type { GeneratorFacts, Run } from '../../leaderboard.js';

export interface Measured {
  readonly value: number;
  /** At 95 %. */
  readonly interval?: readonly [low: number, high: number];
}

export interface Measure {
  readonly title: string;
  /** On the axis of a plot. */
  readonly axis: string;
  /** Undefined where a run lacks it. */
  of(run: Run): Measured | undefined;
  show(value: number): string;
}

const tenThousandth = (value: number) => value.toFixed(4);

/** By their names in leaderboard.json and leaderboard.csv. */
export const MEASURES = {
  signalRepresentation: {
    title: 'G1 represents',
    axis: 'representation error of G1',
    of: run => ({ value: run.generators.signal.representation.median }),
    show: tenThousandth,
  },
  distortionRepresentation: {
    title: 'G2 represents',
    axis: 'representation error of G2',
    of: run => ({ value: run.generators.distortion.representation.median }),
    show: tenThousandth,
  },
  generatorPsnr: {
    title: 'G1(h)',
    axis: 'PSNR of G1(h) (dB)',
    of: ({ estimates }) => medianOf(estimates.generator.psnr),
    show: decibel,
  },
  refinedPsnr: {
    title: 'refined',
    axis: 'PSNR of the refined signal (dB)',
    of: ({ estimates }) => medianOf(estimates.refined.psnr),
    show: decibel,
  },
  refinedPsnr10: {
    title: 'refined 10 %',
    axis: 'PSNR of the refined signal, 10 % (dB)',
    of: ({ estimates }) => ({ value: estimates.refined.psnr.percentile10 }),
    show: decibel,
  },
  distortionError: {
    title: 'distortion',
    axis: 'relative error of the distortion',
    of: ({ estimates }) => medianOf(estimates.distortion.relativeError),
    show: thousandth,
  },
  distortionErrorWhereSeen: {
    title: 'where seen',
    axis: 'relative error where seen',
    of: ({ estimates }) => medianOf(estimates.distortion.whereSeen),
    show: thousandth,
  },
  parameters: {
    title: 'parameters',
    axis: 'parameters',
    of: ({ generators }) => ({ value: total(generators, facts => facts.parameters) }),
    show: countText,
  },
  trainingSeconds: {
    title: 'training',
    axis: 'seconds of training',
    of: ({ generators }) =>
      FACTORS.some(factor => generators[factor].trainingSeconds === null)
        ? undefined
        : { value: total(generators, facts => facts.trainingSeconds ?? 0) },
    show: durationText,
  },
  secondsPerPair: {
    title: 's per pair',
    axis: 'seconds per pair',
    of: run => ({ value: run.secondsPerPair }),
    show: value => value.toFixed(2),
  },
} as const satisfies Record<string, Measure>;

export type MeasureName = keyof typeof MEASURES;

const medianOf = ({
  median,
  medianInterval,
}: {
  median: number;
  medianInterval: readonly [number, number];
}): Measured => ({ value: median, interval: medianInterval });

const total = (generators: Run['generators'], count: (facts: GeneratorFacts) => number): number =>
  FACTORS.reduce((sum, factor) => sum + count(generators[factor]), 0);

/** 812, 3.6 k, 1.2 M. */
function countText(value: number): string {
  if (value < 1000) return value.toFixed(0);
  return value < 1e6 ? `${(value / 1e3).toFixed(1)} k` : `${(value / 1e6).toFixed(1)} M`;
}

/** 42 s, 3:05 min, 1:10 h. */
function durationText(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  if (seconds < 60) return `${seconds.toFixed(0)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)} min`;
  return `${Math.floor(seconds / 3600)}:${two((seconds % 3600) / 60)} h`;
}
