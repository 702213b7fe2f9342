// From an empty folder to a figure: data, train, eval, recover, doctor.

import { cp, readdir, rm, writeFile } from 'node:fs/promises';
import { randomStream } from '@blind-demod/arrays';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Workplace } from './demod.js';

let workplace: Workplace;

beforeAll(async () => {
  workplace = await Workplace.create();
  await workplace.succeed('data');
  await workplace.succeed('train');
  await workplace.succeed('eval');
});
afterAll(() => workplace.remove());

test('every promised file is there', async () => {
  const files = await readdir(workplace.path('artifacts', 'smoke'), { recursive: true });
  for (const factor of ['signal', 'distortion']) {
    for (const name of ['manifest.json', 'images.safetensors', 'contact-sheet.png']) {
      expect(files).toContain(`data/${factor}/${name}`);
    }
    for (const name of [
      'manifest.json',
      'generator.safetensors',
      'generator.onnx',
      'model-card.md',
      'representation.json',
      'samples.png',
    ]) {
      expect(files).toContain(`${factor}/${name}`);
    }
  }
  for (const name of ['manifest.json', 'metrics.json', 'images.csv', 'figure2.png', 'report.html']) {
    expect(files).toContain(`eval/${name}`);
  }
  expect(files.filter(name => name.endsWith('.tmp'))).toEqual([]);
});

test('a second training does nothing', async () => {
  const before = await workplace.read('artifacts', 'smoke', 'signal', 'manifest.json');
  const { code, stdout, stderr } = await workplace.run('train');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^signal: already trained.*\ndistortion: already trained.*\n$/);
  expect(stderr).toBe('');
  expect(await workplace.read('artifacts', 'smoke', 'signal', 'manifest.json')).toEqual(before);
});

describe('the evaluation', () => {
  test('prints a table and where its results are', async () => {
    const printed = await workplace.succeed('eval');
    for (const row of ['observation y', 'generator G1(h)', 'refined', 'distortion']) {
      expect(printed).toContain(`| ${row}`);
    }
    expect(printed).toMatch(/^\| paper +\| refined .*\n.*\n\| this +\| generator G1\(h\) /m);
    expect(printed).toContain('4 pairs');
    expect(printed.trimEnd().split('\n').at(-1)).toBe('artifacts/smoke/eval/report.html');
  });

  test('draws a column per pair and six rows', async () => {
    const { format, width, height } = await sharp(
      await workplace.read('artifacts', 'smoke', 'eval', 'figure2.png'),
    ).metadata();
    expect(format).toBe('png');
    expect(height).toBe(6 * (128 + 4) + 4);
    expect(width).toBeGreaterThanOrEqual(4 * (128 + 4) + 4);
  });

  test('tells in its report what metrics.json tells', async () => {
    const page = (await workplace.read('artifacts', 'smoke', 'eval', 'report.html')).toString();
    const { estimates } = JSON.parse(
      (await workplace.read('artifacts', 'smoke', 'eval', 'metrics.json')).toString(),
    );
    expect(page).toContain(`<data value="${estimates.refined.psnr.median}">`);
    expect(page).toContain('npx demod eval --config smoke.json --device cpu');
  });

  test('summarises what is in images.csv', async () => {
    const [header, ...rows] = (await workplace.read('artifacts', 'smoke', 'eval', 'images.csv'))
      .toString()
      .trimEnd()
      .split('\r\n')
      .map(line => line.split(','));
    const { estimates, paper, pairs } = JSON.parse(
      (await workplace.read('artifacts', 'smoke', 'eval', 'metrics.json')).toString(),
    );
    expect(rows).toHaveLength(pairs);
    const papers = Object.entries(paper).map(([name, summary]) => [`paper_${name}`, summary] as const);
    expect(papers).toHaveLength(3);
    for (const [estimate, summary] of [...Object.entries(estimates), ...papers]) {
      const { psnr, relativeError } = summary as Record<string, { mean: number }>;
      const mean = (column: string) =>
        rows.reduce((sum, row) => sum + Number(row[header!.indexOf(`${estimate}_${column}`)]), 0) /
        rows.length;
      expect(psnr!.mean).toBeCloseTo(mean('psnr_db'), 3);
      expect(relativeError!.mean).toBeCloseTo(mean('relative_error'), 5);
    }
  });

  test('keeps the pairs that it has when more are asked for', async () => {
    const copy = await workplace.copyWithin();
    const { code, stderr } = await copy.run('eval', '--images', '8');
    expect(code).toBe(0);
    expect(stderr).toContain(': 20/40\n'); // five methods of two solvers
    const lines = async (place: Workplace) =>
      (await place.read('artifacts', 'smoke', 'eval', 'images.csv')).toString().split('\r\n');
    expect((await lines(copy)).slice(0, 5)).toEqual((await lines(workplace)).slice(0, 5));
  });
});

describe('generators of ONNX models', () => {
  let own: Workplace;
  const command = (...args: string[]) => own.run(...args, '--config', 'own.json');

  beforeAll(async () => {
    own = await Workplace.createWithin();
    for (const factor of ['signal', 'distortion']) {
      await writeFile(
        own.path(`${factor}.onnx`),
        await workplace.read('artifacts', 'smoke', factor, 'generator.onnx'),
      );
    }
    const factorOf = (source: string, onnx: string) => ({
      images: { source, count: 400 },
      generator: { onnx },
    });
    await own.writeConfig('own.json', {
      signal: factorOf('mnist', 'signal.onnx'),
      distortion: factorOf('gaussian', 'distortion.onnx'),
    });
  });
  afterAll(() => own.remove());

  test('need no training', async () => {
    const { code, stdout } = await command('train');
    expect(code).toBe(0);
    expect(stdout).toBe(
      'signal: nothing to train, its generator is signal.onnx, which works\ndistortion: nothing to train, its generator is distortion.onnx, which works\n',
    );
    expect(await readdir(own.folder)).not.toContain('artifacts');
  });

  test('are tried before anything else is done, and have no settings of networks beside them', async () => {
    await writeFile(own.path('none.onnx'), (await own.read('signal.onnx')).subarray(0, 1000));
    await own.writeConfig('broken.json', { signal: { generator: { onnx: 'none.onnx' } } });
    const broken = await own.run('train', '--config', 'broken.json');
    expect(broken.stderr).toMatch(/^error: none\.onnx: .+\n$/);
    await own.writeConfig('both.json', {
      signal: { generator: { onnx: 'signal.onnx' }, training: { epochs: 3 } },
    });
    const both = await own.run('train', '--config', 'both.json');
    expect(both.stderr).toMatch(
      /^error: both\.json: "signal\.training": expected nothing beside "generator", .*, got {"epochs":3}\n$/,
    );
    expect([broken.code, both.code]).toEqual([1, 1]);
    await rm(own.path('none.onnx'));
  });

  test('recover what the generators do that they are exports of, and are solved anew when they change', async () => {
    const psnr = async (place: Workplace, name: string) =>
      JSON.parse((await place.read('artifacts', name, 'eval', 'metrics.json')).toString()).estimates
        .distortion.psnr.median;
    const first = await command('eval');
    expect(first.stderr).toContain('generators: signal.onnx, distortion.onnx');
    expect(first.stdout).toMatch(/4 pairs of test images, \d+ recoveries solved now/);
    // The weights of the one are rounded to half precision.
    expect(await psnr(own, 'own')).toBeCloseTo(await psnr(workplace, 'smoke'), 1);
    expect((await command('eval')).stdout).not.toContain('solved now');
    await cp(own.path('distortion.onnx'), own.path('signal.onnx'));
    expect((await command('eval')).stdout).toContain('solved now');
  });

  test('are exported, brought to [0, 1]', async () => {
    expect((await command('export')).stdout).toBe('exported/signal.onnx\nexported/distortion.onnx\n');
    const session = await InferenceSession.create(
      new Uint8Array(await own.read('exported', 'distortion.onnx')),
    );
    const { image } = await session.run({ code: new Tensor('float32', new Float32Array(16), [2, 8]) });
    expect(image!.dims).toEqual([2, 1, 16, 16]);
    await session.release();
  });

  test('of other images than the experiment has are refused', async () => {
    await own.writeConfig('large.json', {
      imageSize: 32,
      signal: { generator: { onnx: 'signal.onnx' } },
      distortion: { generator: { onnx: 'none.onnx' } },
    });
    const picture = workplace.path('artifacts', 'smoke', 'eval', 'figure2.png');
    const missing = await own.run('recover', picture, '--config', 'large.json');
    expect(missing.stderr).toMatch(
      /^error: large\.json: "distortion\.generator\.onnx": there is no none\.onnx\n$/m,
    );
    await cp(own.path('distortion.onnx'), own.path('none.onnx'));
    const small = await own.run('recover', picture, '--config', 'large.json');
    expect(small.stderr).toMatch(/^error: signal\.onnx: its images are 1×16×16 .*1×32×32/m);
    expect([missing.code, small.code]).toEqual([1, 1]);
  });
});

test('recover takes a picture apart', async () => {
  const copy = await workplace.copy();
  const pixels = Uint8Array.from({ length: 40 * 50 * 3 }, (_, index) => index % 256);
  await sharp(pixels, { raw: { width: 40, height: 50, channels: 3 } })
    .jpeg()
    .toFile(copy.path('photo.jpg'));
  const printed = await copy.succeed('recover', 'photo.jpg', '--out', 'taken/apart');
  expect(printed).toMatch(/residual .* = \d\.\d+\n/);
  for (const name of ['observation', 'signal', 'signal-generator', 'distortion']) {
    const { format, width, height } = await sharp(
      await copy.read('taken', 'apart', `${name}.png`),
    ).metadata();
    expect({ format, width, height }).toEqual({ format: 'png', width: 16, height: 16 });
  }
  const { width, height } = await sharp(await copy.read('taken', 'apart', 'side-by-side.png')).metadata();
  expect(width! / height!).toBeGreaterThan(4);
});

test('recover takes each page of a stack apart, and tells how it was read', async () => {
  const copy = await workplace.copyWithin();
  const frames = [0, 3, 7].map(seed => {
    const pixels = Uint8Array.from({ length: 20 * 16 }, (_, index) => (index * seed) % 251);
    return sharp(pixels, { raw: { width: 20, height: 16, channels: 1 } })
      .png()
      .toBuffer();
  });
  await sharp(await Promise.all(frames), { join: { animated: true } })
    .gif()
    .toFile(copy.path('film.gif'));
  const { pages, notes } = JSON.parse(await copy.succeed('recover', 'film.gif', '--out', 'apart', '--json'));
  expect(pages.map(({ page }: { page: number }) => page)).toEqual([2, 3]);
  for (const page of ['page-2', 'page-3']) await copy.read('apart', page, 'signal.png');
  expect(notes).toEqual([
    'It is an animation of 3 pictures: each is taken apart by itself; --page takes one.',
    'Of its 20×16 pixels the central 16×16 are used.',
    'Page 1 is left out: it is black all over.',
  ]);
});

test('recover takes pictures of one distortion apart together, where it is told that they are', async () => {
  const copy = await workplace.copyWithin();
  const names = ['a.png', 'b.png'];
  for (const [index, name] of names.entries()) {
    const pixels = Uint8Array.from({ length: 256 }, (_, pixel) => (pixel * (3 + index)) % 200);
    await sharp(pixels, { raw: { width: 16, height: 16, channels: 1 } })
      .png()
      .toFile(copy.path(name));
  }
  const untold = await copy.run('recover', ...names);
  expect(untold.code).toBe(2);
  expect(untold.stderr).toContain('say that they share a distortion, --shared');
  const { pictures } = JSON.parse(await copy.succeed('recover', ...names, '--shared', '--json'));
  expect(pictures.map(({ image }: { image: string }) => image)).toEqual(names);
  expect(pictures[1].files.signal).toBe('recovered/signal-2.png');
  const { width, height } = await sharp(await copy.read('recovered', 'side-by-side.png')).metadata();
  expect(width! / height!).toBeCloseTo(3, 0); // six images across, two down
});

test('with --json, every command prints one JSON value and nothing else', async () => {
  const copy = await workplace.copy();
  const sheet = copy.path('artifacts', 'smoke', 'data', 'signal', 'contact-sheet.png');
  const [data, train, evaluation, recovery, doctor] = await Promise.all(
    [['data'], ['train', 'signal'], ['eval'], ['recover', sheet], ['doctor']].map(async args =>
      JSON.parse(await copy.succeed(...args, '--json')),
    ),
  );
  expect(data.images[0]).toMatchObject({ factor: 'signal', train: 360, test: 40 });
  expect(train.generators).toEqual([{ factor: 'signal', folder: 'artifacts/smoke/signal', trained: false }]);
  expect(evaluation.estimates.refined.psnr.median).toBeGreaterThan(0);
  expect(evaluation.confidence).toMatchObject({ goodRefinedPsnr: 35, good: 0 });
  expect(recovery.residual).toBeGreaterThan(0);
  expect(doctor.works).toBe(true);
});

test('an ablation finds the same in one batch as in several, each variant beside the configured solver', async () => {
  const copy = await workplace.copyWithin();
  const rowsWith = async (batchSize: number) => {
    await copy.writeConfig('smoke.json', { evaluation: { batchSize } });
    const { pairs, rows } = JSON.parse(await copy.succeed('ablate', '--images', '5', '--json'));
    expect(pairs).toBe(5);
    return rows as { name: string; scores: { refinedPsnr: { median: number } } }[];
  };
  const [one, several] = [await rowsWith(5), await rowsWith(2)];
  expect(one[0]!.name).toBe('the configured solver');
  expect(several.map(({ name }) => name)).toEqual(one.map(({ name }) => name));
  for (const [index, { scores }] of several.entries()) {
    // Batches of other sizes round differently, and searches that do not converge amplify it.
    expect(scores.refinedPsnr.median).toBeCloseTo(one[index]!.scores.refinedPsnr.median, 1);
  }
});

test('doctor finds the device, the config, both generators and what goes with them', async () => {
  const printed = await workplace.succeed('doctor');
  expect(printed).toMatch(/^ok {2}device cpu .*\(in use\)$/m);
  expect(printed).toMatch(/^ok {2}config +smoke\.json$/m);
  expect(printed).toMatch(/^ok {2}distortion generator +artifacts\/smoke\/distortion$/m);
  expect(printed).toMatch(/^ok {2}denoiser +none: /m);
});

test('help teaches the commands, the config and the turbo tasks', async () => {
  const printed = await workplace.succeed('--help');
  for (const part of ['data', 'train', 'eval', 'recover', 'doctor', 'DEMOD_CONFIG', 'npx turbo train']) {
    expect(printed).toContain(part);
  }
});

test.each([
  ['signal', 16],
  ['distortion', 8],
])(
  'the ONNX model of the %s generator runs in plain ONNX Runtime, at any batch size',
  async (factor, latent) => {
    const session = await InferenceSession.create(
      workplace.path('artifacts', 'smoke', factor, 'generator.onnx'),
    );
    const codes = randomStream(5, 'codes').normals(3 * latent);
    const generate = async (count: number) => {
      const code = new Tensor('float32', codes.subarray(0, count * latent), [count, latent]);
      return (await session.run({ code })).image!;
    };
    const [one, three] = [await generate(1), await generate(3)];
    expect(three.dims).toEqual([3, 1, 16, 16]);
    const [first, all] = [one.data as Float32Array, three.data as Float32Array];
    expect(first).toHaveLength(256);
    first.forEach((value, index) => {
      expect(value).toBeCloseTo(all[index]!, 5);
    });
    expect(all.every(value => value >= 0 && value <= 1)).toBe(true);
  },
);
