// A sweep as small as can be: two configs that learn nothing, and one that fails.
import { expect } from 'vitest';
import { Workplace } from './demod.js';

const factor = (source: string, latentDimension: number, batchSize = 16) => ({
  images: { source, count: 121 },
  network: { latentDimension, generatorMaps: 4, discriminatorMaps: 4 },
  training: { epochs: 1, batchSize, checkpointEvery: 2 },
});
const config = (latentDimension: number, batchSize?: number) => ({
  signal: factor('mnist', latentDimension, batchSize),
  distortion: factor('gaussian', 4),
  solver: { iterations: 5 },
  evaluation: { images: 4, batchSize: 2, figureColumns: 4 },
});

export const CONFIGS = ['one.json', 'two.json', 'hungry.json'];
export const OUT = 'sweeps/first';

/** A folder with the three configs. */
export async function sweepPlace(): Promise<Workplace> {
  const place = await Workplace.create();
  await place.writeConfig('one.json', config(4));
  await place.writeConfig('two.json', config(6));
  await place.writeConfig('hungry.json', config(4, 1000));
  return place;
}

interface Config {
  readonly config: string;
  readonly runs: Record<string, unknown>[];
  readonly measures: Record<string, unknown>;
}

/** What a leaderboard says, but for how long things took and where logs are. */
export async function leaderboardOf(place: Workplace): Promise<unknown> {
  const { configs } = JSON.parse((await place.read(OUT, 'leaderboard.json')).toString());
  return configs.map(({ config, runs, measures }: Config) => {
    const { trainingSeconds: _, secondsPerPair: __, ...rest } = measures;
    const told = runs.map(run => JSON.stringify({ ...run, secondsPerPair: 0, log: '' }));
    return { config, measures: rest, runs: told.map(run => run.replace(/"trainingSeconds":[\d.]+/g, '')) };
  });
}

/** Two sweeps, whatever happened to them, made the same files. */
export async function expectSameSweep(place: Workplace, other: Workplace): Promise<void> {
  expect(await leaderboardOf(place)).toEqual(await leaderboardOf(other));
  for (const run of ['one', 'two']) {
    for (const file of [
      'signal/generator.safetensors',
      'distortion/manifest.json',
      'eval/metrics.json',
      'eval/report.html',
    ]) {
      const [theirs, ours] = [
        await other.read(OUT, 'runs', run, file),
        await place.read(OUT, 'runs', run, file),
      ];
      expect(withoutComputer(file, ours), `${run}/${file}`).toEqual(withoutComputer(file, theirs));
    }
  }
}

/** A manifest tells with how many threads the generator was trained, which a launcher divides among its tasks. */
function withoutComputer(file: string, bytes: Buffer): unknown {
  if (!file.endsWith('manifest.json')) return bytes;
  const { versions, ...manifest } = JSON.parse(bytes.toString());
  const { computer, ...others } = versions;
  expect(computer).toMatch(/^cpu, threads: \d+/);
  return { ...manifest, versions: others };
}
