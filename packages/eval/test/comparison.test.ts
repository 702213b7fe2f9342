import { readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import { writeArtifact } from '@blind-demod/artifacts';
import { expect, test } from 'vitest';
import { type ComparisonInput, compare, comparisonIn } from '../src/comparison.js';
import { alone, type Method } from '../src/methods/method.js';
import { CONDITIONS, MORE_CONDITIONS } from '../src/trials/conditions.js';
import { images, loaded, observation, oracle, temporaryFolder } from './trials/example.js';

const conditions = CONDITIONS.filter(({ name }) => ['clean', 'noise-5'].includes(name));

function run(folder: string, methods: readonly Method[], changes: Partial<ComparisonInput> = {}) {
  return compare(loaded, {
    images,
    procedures: methods.map(alone),
    conditions,
    folder,
    trials: join(folder, 'trials'),
    ...changes,
  });
}

const filesIn = (folder: string) =>
  Promise.all(['json', 'csv', 'md', 'svg'].map(kind => readFile(join(folder, `comparison.${kind}`), 'utf8')));

test('every method has its row under every condition; the truth is perfect', async () => {
  const { pairs, results } = await run(await temporaryFolder(), [observation, oracle()]);
  expect(pairs).toBe(7);
  expect(results.map(({ condition, method }) => `${condition.name} ${method.name}`)).toEqual([
    ...['clean observation', 'clean oracle', 'noise-5 observation', 'noise-5 oracle'],
  ]);
  const [clean, perfect, noisy, divided] = results.map(({ summary }) => summary);
  expect(perfect!.signal!.psnr.percentile10).toBe(100);
  expect(perfect!.signal!.betterThanObservation).toBe(1);
  expect(perfect!.distortion!.whereSeen.mean).toBe(0);
  expect(noisy!.signal!.psnr.median).toBeLessThan(clean!.signal!.psnr.median);
  expect(divided!.signal!.psnr.median).toBeLessThan(40); // noise of 0.05 or more has at most 26 dB, before division
  expect(clean!.distortion).toBeNull();
});

test('a second run computes nothing and writes the same bytes, times too', async () => {
  const folder = await temporaryFolder();
  const method = oracle();
  await run(folder, [observation, method]);
  expect(method.calls).toEqual([0, 0, 3, 3, 6, 6]);
  const before = await filesIn(folder);
  const again = oracle();
  await run(folder, [observation, again]);
  expect(again.calls).toEqual([]);
  expect(await filesIn(folder)).toEqual(before);
});

test('scores are kept to seven digits', async () => {
  const folder = await temporaryFolder();
  await run(folder, [observation]);
  const kept = await readFile(
    join(folder, 'trials', 'noise-5', 'observation', '0000', 'scores.json'),
    'utf8',
  );
  const numbers = kept.match(/[\d.]+/g)!;
  const digits = (number: string) => number.replace('.', '').replace(/^0+/, '').length;
  expect(Math.max(...numbers.map(digits))).toBe(7);
});

test('more images compute only the batches that are new or longer', async () => {
  const folder = await temporaryFolder();
  await run(folder, [oracle()]);
  const more = oracle();
  const { pairs } = await run(folder, [more], { count: 'all' });
  expect(pairs).toBe(13);
  expect(more.calls).toEqual([6, 6, 9, 9, 12, 12]); // the batch at 6 had one pair of three
});

test('another setting of one method recomputes it alone', async () => {
  const folder = await temporaryFolder();
  const counted = { ...oracle(), name: 'counted' };
  await run(folder, [counted, oracle({ strength: 1 })]);
  const before = counted.calls.length;
  const changed = oracle({ strength: 2 });
  await run(folder, [counted, changed]);
  expect(changed.calls).toEqual([0, 0, 3, 3, 6, 6]);
  expect(counted.calls).toHaveLength(before);
});

test('a run that was stopped, or whose file is damaged, goes on to what an undisturbed one finds', async () => {
  const [stopped, undisturbed] = [await temporaryFolder(), await temporaryFolder()];
  const failing: Method = {
    ...oracle(),
    recover: async problem => {
      if (problem.first === 3) throw new UserError('stopped');
      return oracle().recover(problem);
    },
  };
  await expect(run(stopped, [observation, failing])).rejects.toThrow('stopped');
  await expect(filesIn(stopped)).rejects.toThrow('ENOENT');
  await truncate(join(stopped, 'trials', 'noise-5', 'oracle', '0000', 'scores.json'), 20);
  const rest = oracle();
  await run(stopped, [observation, rest]);
  expect(rest.calls).toEqual([0, 3, 3, 6, 6]);

  await run(undisturbed, [observation, oracle()]);
  const withoutSeconds = (csv: string) => csv.replaceAll(/,[^,]*\r\n/g, '\r\n');
  const [csv, expected] = [(await filesIn(stopped))[1]!, (await filesIn(undisturbed))[1]!];
  expect(withoutSeconds(csv)).toBe(withoutSeconds(expected));
});

test('comparison.csv has a line per condition, method and pair; what does not apply is empty', async () => {
  const folder = await temporaryFolder();
  const { results } = await run(folder, [observation, oracle()]);
  const [header, ...lines] = (await filesIn(folder))[1]!
    .trimEnd()
    .split('\r\n')
    .map(line => line.split(','));
  expect(lines).toHaveLength(2 * 2 * 7);
  const column = (name: string, condition: string, method: string) =>
    lines
      .filter(line => line[0] === condition && line[1] === method)
      .map(line => line[header!.indexOf(name)]!);
  expect(column('pair', 'noise-5', 'oracle')).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  expect(column('better_than_observation', 'clean', 'oracle')).toEqual(Array(7).fill('1'));
  expect(column('distortion_relative_error', 'clean', 'observation')).toEqual(Array(7).fill(''));
  const psnr = column('psnr_db', 'noise-5', 'observation').map(Number);
  expect(results[2]!.summary.signal!.psnr.median).toBeCloseTo(psnr.sort((a, b) => a - b)[3]!, 4);
});

test('comparison.json has the summaries by name, and what they were made with', async () => {
  const folder = await temporaryFolder();
  const { results } = await run(folder, [observation, oracle({ strength: 3 })]);
  const json = JSON.parse((await filesIn(folder))[0]!);
  expect(json).toMatchObject({ experiment: 'example', pairs: 7 });
  expect(json.conditions['noise-5'].oracle).toEqual(results[3]!.summary);
  expect(json.settings).toMatchObject({ seed: 1, methods: { observation: {}, oracle: { strength: 3 } } });
});

test('groups.svg has a line per method and noise over the numbers of pictures; one number has no picture', async () => {
  const folder = await temporaryFolder();
  const named = ['clean', 'shared-2', 'shared-4', 'noise-5', 'shared-4-noise-5'];
  const { files } = await compare(
    {
      ...loaded,
      experiment: { ...loaded.experiment, evaluation: { ...loaded.experiment.evaluation, batchSize: 4 } },
    },
    {
      ...{ images, folder, trials: join(folder, 'trials'), count: 8, procedures: [alone(oracle())] },
      conditions: [...CONDITIONS, ...MORE_CONDITIONS].filter(({ name }) => named.includes(name)),
    },
  );
  const svg = await readFile(files.groups!, 'utf8');
  for (const written of ['>1<', '>2<', '>4<', '>oracle, "told"<', '>oracle, "told", noise 0.05<'])
    expect(svg).toContain(written);
  expect(svg.match(/<circle/g)).toHaveLength(named.length);
  expect((await run(await temporaryFolder(), [oracle()])).files.groups).toBeUndefined();
});

test('a comparison is found again by its method, unless that, or what is scored, has changed or the file is damaged', async () => {
  const folder = await temporaryFolder();
  expect(await comparisonIn(folder, alone(oracle()))).toBeUndefined();
  const { pairs, results } = await run(folder, [observation, oracle({ strength: 3 })]);
  const shown = results.map(({ condition: { name, title }, ...rest }) => ({
    ...rest,
    condition: { name, title },
  }));
  expect(await comparisonIn(folder, alone(oracle({ strength: 3 })))).toEqual({ pairs, results: shown });
  expect(await comparisonIn(folder, alone(oracle({ strength: 4 })))).toBeUndefined();
  const { format, ...older } = JSON.parse(await readFile(join(folder, 'comparison.json'), 'utf8'));
  expect(format).toBeGreaterThan(0);
  const files = { 'comparison.json': JSON.stringify({ ...older, format: format - 1 }) };
  const elsewhere = await temporaryFolder();
  await writeArtifact(elsewhere, { kind: 'comparison', settings: {}, seed: 1, files });
  expect(await comparisonIn(elsewhere, alone(oracle({ strength: 3 })))).toBeUndefined();
  await truncate(join(folder, 'comparison.json'), 100);
  expect(await comparisonIn(folder, alone(oracle({ strength: 3 })))).toBeUndefined();
});

test('scores that vanish before they are read are an error that says what to do', async () => {
  const folder = await temporaryFolder();
  const vanishing: Method = {
    ...oracle(),
    recover: async problem => {
      if (problem.first === 6)
        await rm(join(folder, 'trials', 'clean', 'oracle', '0000'), { recursive: true });
      return oracle().recover(problem);
    },
  };
  await expect(run(folder, [vanishing], { conditions: conditions.slice(0, 1) })).rejects.toThrow(
    /no scores in .*; run the comparison again$/,
  );
});
