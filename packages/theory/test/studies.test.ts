import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findStudy, loadStudy, runStudy, STUDIES, studyJsonSchema } from '../src/index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'theory-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A file with these settings. */
async function settingsFile(settings: object | string): Promise<string> {
  const file = join(folder, 'settings.json');
  await writeFile(file, typeof settings === 'string' ? settings : JSON.stringify(settings));
  return file;
}

test('every study has a name of its own', () => {
  expect(new Set(STUDIES.map(({ name }) => name)).size).toBe(STUDIES.length);
});

describe.each(STUDIES.map(study => [study.name, study] as const))('%s', (name, study) => {
  test('needs no file of settings: every one has a default', async () => {
    const { settings, root } = await loadStudy(name, { large: false });
    expect(settings).toEqual(study.schema.parse({}));
    expect(root).toBe(process.cwd());
  });

  test('has settings for --large that are valid', () => {
    expect(() => study.schema.parse({ ...study.large })).not.toThrow();
  });

  test('describes every setting', () => {
    const { properties } = studyJsonSchema(study) as { properties: Record<string, { description?: string }> };
    expect(Object.keys(properties).filter(key => properties[key]!.description === undefined)).toEqual([]);
  });
});

describe('loadStudy', () => {
  test('refuses a setting that is unknown, and names the one meant', async () => {
    const file = await settingsFile({ resolutoin: 9 });
    await expect(loadStudy('landscape', { file, large: false })).rejects.toThrow(
      new UserError(`${file}: unknown setting "resolutoin"; did you mean "resolution"?`),
    );
  });

  test.each([
    [{ resolution: 3 }, /"resolution": expected .*>=9, got 3/],
    [{ signalWidths: [2, 30, 400] }, /"signalWidths": expected a latent dimension of 1, got \[2,30,400\]/],
    [{ signalWidths: [1, 30, 20] }, /"signalWidths": expected an expansive network/],
    [{ starts: [[0, 1]] }, /"starts.0.0": expected a number other than 0, got 0/],
    ['{', /not valid JSON at line 1, column 2/],
  ])('says what is wrong with %j', async (settings, message) => {
    const file = await settingsFile(settings);
    await expect(loadStudy('landscape', { file, large: false })).rejects.toThrow(message);
  });

  test.each([
    ['convergence', { hiddenWidth: 1e9 }, /"hiddenWidth": expected .*<=1000000, got 1000000000/],
    ['convergence', { hiddenWidth: 1e5, measurements: 1e5 }, /at most 134217728 numbers in one array/],
    ['convergence', { starts: 1e6, iterations: 1e6 }, /at most 134217728 numbers/],
    ['descent', { signalWidths: [4, 1e5, 1e6] }, /"signalWidths": .* at most 134217728 numbers/],
    ['descent', { depths: [2, 1000] }, /at most 134217728 numbers/],
    ['landscape', { resolution: 1e6 }, /at most 134217728 numbers/],
    ['networks', { deep: [10, 1e6, 1e7] }, /"deep.2": expected .*<=1000000/],
    ['networks', { truncationRows: 1e12 }, /"truncationRows": expected .*<=100000000/],
    ['phase-transition', { expansion: 1e300 }, /at most 134217728 numbers/],
    ['robustness', { trials: 1e6, starts: 1e6 }, /at most 134217728 numbers/],
    ['trained-weights', { pairs: 1e15 }, /"pairs": expected .*<=1000000/],
    ['weight-distribution', { dimensions: [4, 1e4] }, /at most 134217728 numbers/],
  ])(
    '%s: what no machine holds is refused before anything is computed: %j',
    async (name, settings, message) => {
      const file = await settingsFile(settings);
      await expect(loadStudy(name, { file, large: false })).rejects.toThrow(message);
    },
  );

  test.each(STUDIES)('takes the larger settings of $name', ({ schema, large }) => {
    expect(schema.safeParse(large).success).toBe(true);
  });

  test('lets --large replace settings', async () => {
    const file = await settingsFile({ seed: 9, resolution: 11 });
    const { settings } = await loadStudy('landscape', { file, large: true });
    expect(settings).toMatchObject({ seed: 9, resolution: 241 });
  });

  test('takes the folder of the file for paths in it', async () => {
    const { root } = await loadStudy('landscape', { file: await settingsFile({}), large: false });
    expect(root).toBe(folder);
  });

  test('names the studies when there is none of that name', () => {
    expect(() => findStudy('nothing')).toThrow(/no study is called "nothing"; there are landscape, /);
  });
});

/** Runs a study with settings that are small enough for a test. */
async function run(name: string, settings: object) {
  const loaded = await loadStudy(name, { file: await settingsFile(settings), large: false });
  const artifact = join(folder, name);
  const { result, files, findings } = await runStudy(loaded, { folder: artifact, device: 'cpu' });
  expect(findings.length).toBeGreaterThan(0);
  expect(files.toSorted()).toEqual(
    (await readdir(artifact))
      .filter(file => file !== 'manifest.json')
      .map(file => join(artifact, file))
      .toSorted(),
  );
  expect(JSON.parse(await readFile(join(artifact, 'result.json'), 'utf8'))).toHaveProperty('result');
  return result as never;
}

interface ValleyResult {
  quadrant: string;
  product: number;
  expectedProduct: number;
}
interface EndResult {
  valley: string;
  relativeProduct: number;
}

describe('landscape', () => {
  test('has four valleys where the theory has them, and the sign check leads to the true one', async () => {
    const { valleys, ends } = (await run('landscape', {
      signalWidths: [1, 300, 3000],
      distortionWidths: [1, 300, 3000],
      resolution: 21,
      iterations: 60,
      starts: [
        [-1.5, 0.8],
        [0.4, -1],
        [-0.7, -1.2],
        [0.6, 0.5],
      ],
    })) as { valleys: ValleyResult[]; ends: Record<'withSignCheck' | 'withoutSignCheck', EndResult[]> };
    for (const { product, expectedProduct } of valleys)
      expect(Math.abs(product - expectedProduct)).toBeLessThan(0.15);
    expect(ends.withSignCheck.map(end => end.valley)).toEqual(Array(4).fill('(+, +)'));
    expect(ends.withoutSignCheck.map(end => end.valley)).toEqual(['(−, +)', '(+, −)', '(−, −)', '(+, +)']);
    for (const end of ends.withSignCheck) expect(end.relativeProduct).toBeCloseTo(1, 2);
  });

  test('gives the same files each time', async () => {
    const settings = {
      signalWidths: [1, 20, 100],
      distortionWidths: [1, 20, 100],
      resolution: 11,
      iterations: 5,
    };
    const contents = async () => {
      await run('landscape', settings);
      const files = await readdir(join(folder, 'landscape'));
      return Promise.all(files.map(file => readFile(join(folder, 'landscape', file), 'base64')));
    };
    expect(await contents()).toEqual(await contents());
  });
});

test('networks counts the rows that truncation zeroes, and follows norms and angles', async () => {
  const { truncation, layers } = (await run('networks', {
    pairs: [{ signal: [2, 20, 500], distortion: [2, 20, 500] }],
    deep: [5, 400, 800],
    draws: 1,
    truncationRows: 60_000,
  })) as {
    truncation: { share: number; expectedShare: number }[];
    layers: { normSquared: number; angle: number; expectedAngle: number }[];
  };
  expect(truncation[0]!.share / truncation[0]!.expectedShare).toBeCloseTo(1, 0.5);
  for (const layer of layers) {
    expect(Math.abs(layer.normSquared - 1)).toBeLessThan(0.4);
    expect(Math.abs(layer.angle - layer.expectedAngle)).toBeLessThan(0.15);
  }
});

test('descent finds a way down everywhere, and the axes to be local maximisers', async () => {
  const { slopes, kinks, axes, outside } = (await run('descent', {
    signalWidths: [3, 40, 1500],
    distortionWidths: [2, 30, 1500],
    samples: 40,
    kinks: 10,
    paths: 4,
    pathIterations: 30,
    stopMeasurements: [200],
    stopPaths: 4,
    stopIterations: 30,
    directions: 30,
    depths: [2, 3],
    deepWidth: 60,
    draws: 1,
    codesPerDraw: 2,
  })) as {
    slopes: { descends: boolean; formulaError: number }[];
    kinks: { descends: boolean; formulaError: number }[];
    axes: { falling: number; points: number };
    outside: { leastSlope: number }[];
  };
  for (const { descends, formulaError } of [...slopes, ...kinks]) {
    expect(descends).toBe(true);
    expect(formulaError).toBeLessThan(0.01);
  }
  expect(axes.falling).toBe(axes.points);
  for (const { leastSlope } of outside) expect(leastSlope).toBeGreaterThan(1e-4);
});

test('convergence: scalar codes need the sign check', async () => {
  const { outcomes } = (await run('convergence', {
    latentDimensions: [1],
    hiddenWidth: 40,
    measurements: 400,
    starts: 16,
    imbalances: [1],
    iterations: 80,
  })) as { outcomes: { variant: string; shares: { global: number; spurious: number } }[] };
  const shares = Object.fromEntries(outcomes.map(({ variant, shares }) => [variant, shares]));
  expect(shares['Algorithm 1']!.global).toBe(1);
  expect(shares['no sign check']!.global).toBeLessThan(0.6);
});
