// Everything that goes wrong for users: one line that says what, and the right exit code.

import { cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { randomStream } from '@blind-demod/arrays';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Outcome, Workplace } from './demod.js';

const WEIGHTS = ['artifacts', 'smoke', 'signal', 'generator.safetensors'] as const;
let trained: Workplace;

beforeAll(async () => {
  trained = await Workplace.createWithin();
  await trained.succeed('train');
});
afterAll(() => trained.remove());

function expectError({ code, stdout, stderr }: Outcome, message: RegExp, exitCode = 1): void {
  const lines = stderr.trimEnd().split('\n');
  expect(lines.filter(line => line.startsWith('error: '))).toHaveLength(1);
  expect(lines.at(-1)).toMatch(message);
  expect(stderr).not.toMatch(/^ +at /m);
  expect(stdout).toBe('');
  expect(code).toBe(exitCode);
}

test('a misspelt setting, as a program and within this process', async () => {
  const place = await trained.copy();
  await place.writeConfig('misspelt.json', { solver: { iteratons: 5 } });
  const args = ['data', '--config', 'misspelt.json'];
  const outcomes = [await place.start(...args).outcome, await place.run(...args)];
  for (const outcome of outcomes)
    expectError(
      outcome,
      /^error: misspelt\.json: unknown setting "solver\.iteratons"; did you mean "iterations"\?$/,
    );
  expect(outcomes[0]).toEqual(outcomes[1]);
});

test('a config file that is not there', async () => {
  expectError(await trained.run('train', '--config', 'nowhere.json'), /^error: nowhere\.json: no such file/);
});

test('an evaluation before the training', async () => {
  expectError(
    await trained.run('eval', '--out', 'elsewhere'),
    /^error: no trained generators for smoke\.json \(looked in elsewhere\/smoke\/signal\); run `.*demod train.*--out elsewhere`$/,
  );
});

test('an evaluation of a training that was not finished', async () => {
  const place = await trained.copy();
  await rm(place.path('artifacts', 'smoke', 'distortion', 'manifest.json'));
  expectError(
    await place.run('eval'),
    /^error: no trained generators .*smoke\/distortion\); run `npx demod train --config smoke\.json`$/,
  );
});

test('generators of other settings', async () => {
  const place = await trained.copy();
  const { signal } = JSON.parse(await readFile(place.path('smoke.json'), 'utf8'));
  const changed = { ...signal, training: { ...signal.training, epochs: 3 } };
  await place.writeConfig('smoke.json', { signal: changed });
  expectError(
    await place.run('eval'),
    /made with other settings \(training\.epochs: 2 there, 3 wanted\); run/,
  );
  expect(await place.succeed('doctor')).toMatch(/^-- {2}signal generator +.* was made with other settings/m);
});

test('a truncated weights file', async () => {
  const place = await trained.copy();
  await truncate(place.path(...WEIGHTS), 5000);
  expectError(await place.run('eval'), /generator\.safetensors is damaged; run/);
});

test.each([0, 1, 2])('one flipped bit in a weights file (%i)', async round => {
  const place = await trained.copy();
  await flipBit(place, round);
  expectError(await place.run('eval'), /generator\.safetensors is damaged; run/);
});

test.each(['eval', 'ablate'])('a device that does not work here: %s', async command => {
  expectError(
    await trained.run(command, '--device', 'cuda', '--images', '3'),
    /^error: device "cuda": (no NVIDIA driver found|not installed)/,
  );
});

test('a search that diverges in its last step', async () => {
  const place = await trained.copy();
  await place.writeConfig('smoke.json', { solver: { iterations: 1, stepSize: 1e38 } });
  const sheet = 'artifacts/smoke/data/signal/contact-sheet.png';
  expectError(await place.run('recover', sheet), /^error: the search diverged .*; lower solver\.stepSize/);
});

test('damage is not passed over for pretrained generators', async () => {
  const place = await trained.copy();
  await cp(place.path('artifacts', 'smoke'), place.path('models'), { recursive: true });
  await place.writeConfig('smoke.json', { pretrained: 'models' });
  await flipBit(place, 3);
  expectError(await place.run('eval'), /artifacts\/smoke\/signal\/generator\.safetensors is damaged; run/);
  await rm(place.path('artifacts'), { recursive: true });
  const { code, stderr } = await place.run('eval');
  expect(code).toBe(0);
  expect(stderr).toContain('generators: models/signal, models/distortion');
});

test('learned starts without an encoder, which demod train makes', async () => {
  const place = await trained.copy();
  await place.writeConfig('smoke.json', {
    encoder: { steps: 1 },
    solver: { starts: 'learned', iterations: 1 },
  });
  expectError(
    await place.run('eval'),
    /^error: no encoder of these generators for smoke\.json \(looked in artifacts\/smoke\/encoder\); run `npx demod train --config smoke\.json`$/,
  );
  expect(await place.succeed('train')).toContain('encoder: trained, in artifacts/smoke/encoder');
  expect((await place.run('eval')).code).toBe(0);
});

test('the doctor sees a damaged generator', async () => {
  const place = await trained.copy();
  expect(await place.succeed('doctor')).toMatch(/^ok +signal generator/m);
  await flipBit(place, 3);
  expect(await place.succeed('doctor')).toMatch(/^-- +signal generator .* is damaged; /m);
});

test('a picture that is none', async () => {
  expectError(await trained.run('recover', 'smoke.json'), /^error: smoke\.json: not an image/);
});

test('an output folder that cannot be written, because a part of its path is a file', async () => {
  expectError(await trained.run('train', '--out', 'smoke.json/out'), /^error: cannot write smoke\.json\/out/);
  const sheet = 'artifacts/smoke/data/signal/contact-sheet.png';
  expectError(
    await trained.run('recover', sheet, '--out', 'smoke.json/out'),
    /^error: cannot write smoke\.json\/out/,
  );
});

test('more images than there are', async () => {
  expectError(await trained.run('eval', '--images', '41'), /41 images to evaluate, but there are only 40/);
});

test.each([
  [[]],
  [['tarin']],
  [['train', 'noise']],
  [['train', '--devcie', 'cpu']],
  [['train', '--device', 'abacus']],
  [['eval', '--images', '0']],
  [['recover']],
  [['theory', 'landscpae']],
  [['theory', 'all', '--config', 'smoke.json']],
  [['eval', '--merge', '2', '--from', 'one', '--from', 'other']],
])('usage: demod %j', async args => {
  expectError(await trained.run(...args), /^error: .*; see demod --help$/, 2);
});

test('usage, of the program itself', async () => {
  const args = ['train', '--devcie', 'cpu'];
  const outcome = await trained.start(...args).outcome;
  expectError(outcome, /^error: .*; see demod --help$/, 2);
  expect(outcome).toEqual(await trained.run(...args));
});

async function flipBit(place: Workplace, round: number): Promise<void> {
  const bytes = await place.read(...WEIGHTS);
  const random = randomStream(7, 'bit', round);
  const position = random.integer(bytes.length);
  bytes[position] = bytes[position]! ^ (1 << random.integer(8));
  await writeFile(place.path(...WEIGHTS), bytes);
}
