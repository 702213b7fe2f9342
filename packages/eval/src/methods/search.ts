// The methods that know each factor by a trained generator: what they read from one search for both codes.
import { type ByFactor, byFactor, type Float32NdArray, float32 } from '@blind-demod/arrays';
import {
  type AnyGenerator,
  encoderOf,
  encoderSha256,
  type Generators,
  generatorPrior,
  generatorSha256,
} from '@blind-demod/dcgan';
import {
  atUnitExposure,
  confidenceOf,
  denoised,
  distortionDeviation,
  refine,
  type SolverSettings,
  solve,
} from '@blind-demod/demod-core';
import type { Estimates, Means, Named, Observed, Recovery, Search } from './method.js';

/** A method that reads its estimates from a search, of observations at unit exposure. */
export interface Reading extends Named {
  read(found: Recovery, problem: Observed): Estimates | Promise<Estimates>;
}

export interface Searched extends Named {
  readonly solver: SolverSettings;
  /** Whether it tells how far its estimates may be wrong. */
  readonly tellsDoubt?: boolean;
  readonly more?: readonly Reading[];
}

/**
 * A search by these settings. Two methods read their estimates from it: the generators' images G1(h) and G2(m), and both
 * as the settings' refinement and a denoiser, where there is one, have them; and whatever `more` reads.
 */
export function searched(
  { name, title, solver, tellsDoubt = false, more = [] }: Searched,
  {
    experiment: { seed },
    generators,
    denoiser,
    device,
  }: Pick<Means, 'experiment' | 'generators' | 'denoiser' | 'device'>,
): Search {
  const { refinement, ...withoutRefinement } = solver;
  const priors = [generatorPrior(generators.signal), generatorPrior(generators.distortion)] as const;
  const networks = networksOf(generators, solver);
  const encoder = generators.encoder && encoderOf(generators.encoder);
  const readings: Reading[] = [
    {
      ...{ name, title },
      read: ({ signal, distortion, distortionDeviation }) => ({
        ...{ signal, distortion },
        ...(distortionDeviation && { deviations: { distortion: distortionDeviation } }),
      }),
    },
    {
      name: `${name}-refined`,
      title: `${title}, refined`,
      read: async ({ signal, distortion, signalCode, distortionDeviation }, problem) => {
        const known = { ...problem, signal, distortion };
        const refined = refine(
          {
            ...{ ...known, distortionDeviation },
            ...(denoiser && { denoised: await denoised(denoiser.denoiser, known, device) }),
          },
          refinement,
        );
        if (distortionDeviation === undefined || signalCode === undefined)
          return { signal: refined.signal, distortion: refined.distortion };
        return {
          ...{ signal: refined.signal, distortion: refined.distortion },
          deviations: { signal: refined.signalDeviation, distortion: distortionDeviation },
          confidence: confidenceOf(problem, {
            ...{ signal, distortion, signalCode },
            signalDeviation: refined.signalDeviation,
          }),
        };
      },
    },
    ...more,
  ];
  return {
    name,
    methods: readings.map(({ name, title }) => ({ name, title })),
    // Not the device: what one finds differs from what another finds as it does between two processors, by rounding, and a
    // comparison that was begun on one may go on on another.
    settings: {
      ...{ seed, ...networks, solver, methods: readings.map(({ name }) => name) },
      ...(denoiser && { denoiser: denoiser.sha256 }),
    },
    searchSettings: { device, ...networks, solver: withoutRefinement, tellsDoubt },
    search: async ({ observation, observed, group, first }, onProgress) => {
      const found = await solve(...priors, observation, {
        settings: solver,
        seed,
        device,
        first,
        observed,
        group,
        encoder,
        onIteration: ({ done, total, objective }) => onProgress(done / total, objective),
      });
      const count = observation.shape[0]!;
      return {
        signal: found.signal,
        distortion: found.distortion,
        exposure: float32([count], found.exposure),
        blackLevel: float32([count], found.blackLevel),
        objective: float32([count], found.objective),
        restartObjectives: float32([count, solver.restarts], found.restartObjectives),
        trace: transposed(found.trace, count),
        ...(tellsDoubt && {
          signalCode: found.signalCode,
          distortionDeviation: await distortionDeviation(
            priors,
            { observation, ...(observed && { observed }) },
            found,
            { settings: solver, device, group },
          ),
        }),
      } satisfies Recovery;
    },
    read: async (problem, found) => {
      const seen = { ...problem, observation: atUnit(problem.observation, found) };
      const estimates: Record<string, Estimates> = {};
      for (const { name, read } of readings) estimates[name] = await read(found, seen);
      return estimates;
    },
  };
}

/** The observations as the recovered factors have them, at an exposure of 1 and a black level of 0. */
export const atUnit = (observation: Float32NdArray, { exposure, blackLevel }: Recovery): Float32NdArray =>
  atUnitExposure(observation, { exposure: exposure.data, blackLevel: blackLevel.data });

/** Rows of n numbers as [n, rows]. */
function transposed(rows: readonly Float32Array[], count: number): Float32NdArray {
  const length = rows.length;
  const data = Float32Array.from(
    { length: count * length },
    (_, i) => rows[i % length]![Math.floor(i / length)]!,
  );
  return float32([count, length], data);
}

/** The sha256 of each network that a search depends on. */
export const networksOf = (
  { encoder, ...generators }: Generators,
  { starts }: Pick<SolverSettings, 'starts'>,
): { generators: ByFactor<string>; encoder?: string } => ({
  generators: fingerprintsOf(generators),
  ...(starts !== undefined && encoder && { encoder: encoderSha256(encoder) }),
});

const known = new WeakMap<AnyGenerator, string>();

/** The sha256 of each generator; encoding millions of weights takes a second, so once for each. */
export function fingerprintsOf(generators: ByFactor<AnyGenerator>): ByFactor<string> {
  return byFactor(factor => {
    const generator = generators[factor];
    const fingerprint = known.get(generator) ?? generatorSha256(generator);
    known.set(generator, fingerprint);
    return fingerprint;
  });
}
