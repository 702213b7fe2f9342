// The generators of the paper's rows, where the config names others than its own.
import { fileURLToPath } from 'node:url';
import { FACTORS } from '@blind-demod/arrays';
import type { AnyGenerator, Generator } from '@blind-demod/dcgan';
import { allProcedures } from '@blind-demod/eval';
import { loadExperiment } from '@blind-demod/experiment';
import { expect, test } from 'vitest';
import { findGenerators, findPaperGenerators } from '../src/generators.js';

const load = (name: string) =>
  loadExperiment(fileURLToPath(new URL(`../../../configs/${name}`, import.meta.url)));
const OPTIONS = { out: 'none', device: 'cpu' } as const;

test('the default experiment names those of the paper’s, which names none', async () => {
  const [own, paper] = [await load('default.json'), await load('paper.json')];
  const named = (await findPaperGenerators(own))!;
  const { generators } = await findGenerators(paper, OPTIONS);
  for (const factor of FACTORS) {
    // The last layer is small.
    const last = (generator: AnyGenerator) => (generator as Generator).parameters.at(-1);
    expect(last(named[factor])).toEqual(last(generators[factor]));
  }
  expect(await findPaperGenerators(paper)).toBeUndefined();
});

test('they are those of the paper’s solver, and of no other', async () => {
  const own = await load('default.json');
  const { generators } = await findGenerators(own, OPTIONS);
  const others = { signal: generators.distortion, distortion: generators.signal };
  const settingsOf = (name: string, more: object) => {
    const means = { experiment: own.experiment, training: {} as never, generators, device: 'cpu' } as const;
    return allProcedures({ ...means, ...more }).find(procedure => procedure.name === name)!.settings;
  };
  const named = { paperGenerators: others };
  expect(settingsOf('paper', named)).toEqual(settingsOf('paper', { generators: others }));
  expect(settingsOf('paper', named)).not.toEqual(settingsOf('paper', {}));
  expect(settingsOf('ours', named)).toEqual(settingsOf('ours', {}));
});

test('of other images than the experiment has, or missing, they are refused', async () => {
  const own = await load('default.json');
  const changed = (changes: object) => ({ ...own, experiment: { ...own.experiment, ...changes } });
  await expect(findPaperGenerators(changed({ imageSize: 32 }))).rejects.toThrow(
    /"paperGenerators": the images of \S*models.paper.signal are 1×64×64 \(channels, height, width\), and those of the experiment 1×32×32$/,
  );
  await expect(findPaperGenerators(changed({ paperGenerators: '../nowhere' }))).rejects.toThrow(
    /nowhere.signal; see "paperGenerators" in /,
  );
});
