// No command replaces what it did not write from the same inputs: it refuses, or moves that beside.
import { copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { demod, inFolder } from './run.js';

const SMOKE = new URL('../../../configs/smoke.json', import.meta.url);

inFolder();
beforeAll(async () => {
  await configure({});
  expect(await demod('train', '--config', 'x.json')).toMatchObject({ code: 0 });
});

/** Writes x.json: the smoke test with few pairs and hardly a search, and changes. */
async function configure(changes: { iterations?: number; signal?: object }): Promise<void> {
  const { $schema: _, ...smoke } = JSON.parse(await readFile(SMOKE, 'utf8'));
  const { iterations = 2, signal } = changes;
  const evaluation = { images: 2, batchSize: 2, figureColumns: 2 };
  const config = { ...smoke, signal: { ...smoke.signal, ...signal }, solver: { iterations }, evaluation };
  await writeFile('x.json', JSON.stringify(config));
}

const PARTS = ['--conditions', 'clean', '--methods', 'observation'];

test.each([
  ['eval', ['eval'], 'artifacts/x/eval', 'metrics.json'],
  ['compare', ['compare', ...PARTS], 'artifacts/x/compare', 'comparison.csv'],
])('%s keeps results of other inputs beside', async (_, command, folder, name) => {
  await configure({});
  const run = (...args: string[]) => demod(...command, '--config', 'x.json', ...args);
  expect(await run()).toMatchObject({ code: 0, stderr: expect.not.stringContaining('kept') });
  const before = await readFile(`${folder}/${name}`);
  expect(await run()).toMatchObject({ code: 0, stderr: expect.not.stringContaining('kept') });
  const { stderr } = await run('--images', '3');
  expect(stderr).toContain(`, of another run; ${folder} is now ${folder}.1\n`);
  expect(await readFile(`${folder}.1/${name}`)).toEqual(before);
  expect(await readFile(`${folder}/${name}`)).not.toEqual(before);

  // A result that somebody has worked on is not replaced by the same run, either.
  await writeFile(`${folder}/${name}`, 'with my notes');
  expect((await run('--images', '3')).stderr).toContain(`${folder} is now ${folder}.2\n`);
  expect(await readFile(`${folder}.2/${name}`, 'utf8')).toBe('with my notes');
});

test('trials of another solver stay, and are found again', async () => {
  const solved = async () => {
    const { stdout, code } = await demod('eval', '--config', 'x.json');
    expect(code).toBe(0);
    return Number(/(\d+) recoveries solved now/.exec(stdout)?.[1] ?? 0);
  };
  await configure({ iterations: 3 });
  expect(await solved()).toBe(2);
  await configure({});
  expect(await solved()).toBe(0);
  await configure({ iterations: 3 });
  expect(await solved()).toBe(0);
});

test('a study and an ablation of other settings are kept beside', async () => {
  const study = async (seed: number) => {
    await writeFile(
      'study.json',
      JSON.stringify({ seed, signalWidths: [1, 9], distortionWidths: [1, 9], resolution: 9 }),
    );
    return demod('theory', 'landscape', '--config', 'study.json');
  };
  expect(await study(1)).toMatchObject({ code: 0 });
  expect((await study(2)).stderr).toContain('is now artifacts/theory/landscape.1\n');

  await configure({});
  const ablate = (images: string) => demod('ablate', '--config', 'x.json', '--images', images);
  expect(await ablate('1')).toMatchObject({ code: 0 });
  const before = await readFile('artifacts/x/ablation/solver.json');
  expect((await ablate('1')).stderr).not.toContain('kept');
  expect((await ablate('2')).stderr).toContain('is now artifacts/x/ablation/solver.json.1\n');
  expect(await readFile('artifacts/x/ablation/solver.json.1')).toEqual(before);
});

test('images of other settings, and a file of somebody else among them, are kept beside', async () => {
  const data = (out: string) => demod('data', '--config', 'x.json', '--out', out);
  await configure({});
  await data('images');
  await configure({ signal: { images: { source: 'mnist', count: 200 } } });
  const { stderr } = await data('images');
  expect(stderr).toContain('images/x/data/signal is now images/x/data/signal.1\n');
  expect(stderr).not.toContain('data/distortion is now');

  await mkdir('mine/x/data/signal', { recursive: true });
  await writeFile('mine/x/data/signal/contact-sheet.png', 'my own');
  expect(await data('mine')).toMatchObject({ code: 0 });
  expect(await readFile('mine/x/data/signal.1/contact-sheet.png', 'utf8')).toBe('my own');
});

test('export replaces the same models, and no others', async () => {
  await configure({});
  const run = (...args: string[]) => demod('export', '--config', 'x.json', ...args);
  expect(await run()).toMatchObject({ code: 0 });
  expect(await run()).toMatchObject({ code: 0 });
  await writeFile('exported/distortion.onnx', 'another');
  expect(await run()).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^error: exported.distortion\.onnx is there, .* --force\n$/),
  });
  expect(await readFile('exported/distortion.onnx', 'utf8')).toBe('another');
  expect(await run('--force')).toMatchObject({ code: 0 });
});

test('a training keeps a checkpoint of other settings, and a file of somebody else', async () => {
  await configure({});
  const train = (out: string, ...args: string[]) =>
    demod('train', 'signal', '--config', 'x.json', '--out', out, ...args);
  await mkdir('cards/x/signal', { recursive: true });
  await writeFile('cards/x/signal/model-card.md', 'my own');
  expect(await train('cards')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('model-card.md is there'),
  });

  // As a run leaves it that is killed while it writes its artifact.
  await cp('artifacts', 'stopped', { recursive: true });
  await copyFile('stopped/x/signal/manifest.json', 'stopped/x/signal/.manifest.pending.json');
  await rm('stopped/x/signal/manifest.json');
  expect(await train('stopped')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('signal: trained'),
  });
  expect(await readdir('stopped/x/signal')).not.toContain('.manifest.pending.json');
});

test('a changed model card does not restart a training, a damaged generator does', async () => {
  await configure({});
  const train = () => demod('train', 'signal', '--config', 'x.json');
  await writeFile('artifacts/x/signal/model-card.md', 'better words');
  expect(await train()).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('signal: already trained'),
    stderr: expect.stringMatching(
      /^note: .*model-card\.md is not as the training wrote it; the generator is\n$/,
    ),
  });
  expect(await readFile('artifacts/x/signal/model-card.md', 'utf8')).toBe('better words');
  await rm('artifacts/x/signal/model-card.md');
  await writeFile('artifacts/x/signal/generator.safetensors', 'damaged');
  expect(await train()).toMatchObject({ code: 0, stdout: expect.stringContaining('signal: trained') });
});

test('a changed folder of images is noticed: nothing that was made from it passes for current', async () => {
  const write = async (first: number) => {
    await mkdir('digits', { recursive: true });
    const images = Buffer.alloc(16 + 40 * 256);
    images.set([0, 0, 8, 3, 0, 0, 0, 40, 0, 0, 0, 16, 0, 0, 0, 16]);
    for (let image = 0; image < 40; image++)
      images.fill(first + image, 16 + 256 * image, 16 + 256 * image + 99);
    await writeFile('digits/train-images-idx3-ubyte', images);
    await writeFile(
      'digits/train-labels-idx1-ubyte',
      Buffer.from([0, 0, 8, 1, 0, 0, 0, 40, ...Array(40).fill(0)]),
    );
  };
  await write(1);
  await configure({ signal: { images: { source: 'idx', folder: 'digits' } } });
  const run = (...args: string[]) => demod(...args, '--config', 'x.json', '--out', 'idx');
  expect(await run('train')).toMatchObject({ code: 0 });
  expect(await run('eval')).toMatchObject({ code: 0 });
  expect(await run('train')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('signal: already trained'),
  });
  await write(2);
  for (const command of ['train', 'eval']) {
    expect(await run(command)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /made with other settings \(data\.images\.content: "\w+" there, "\w+" wanted\); /,
      ),
    });
  }
  // Where the images are not at hand, the generators are of use all the same.
  await rm('digits', { recursive: true });
  expect(await run('doctor')).toMatchObject({ stdout: expect.stringMatching(/^ok +signal generator/m) });
});
