// What demod correct makes of its command line: every picture that is named, and where the light comes from.
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { demod, inFolder } from './run.js';

inFolder();
beforeAll(async () => {
  const grey = (background: string) =>
    sharp({ create: { width: 32, height: 32, channels: 3, background } }).png();
  for (const name of ['a.png', 'b.png', 'flat.png']) await grey('#808080').toFile(name);
});

test.each([
  ['even', ['--flat', 'flat.png']],
  ['again', ['--light', 'even/light.tif']],
])('all of several pictures are corrected by a light that is given (into %s)', async (out, light) => {
  const { code, stdout } = await demod('correct', 'a.png', 'b.png', ...light, '--out', out, '--json');
  expect(code).toBe(0);
  const [{ pictures }] = JSON.parse(stdout).series;
  expect(pictures.map(({ from }: { from: string }) => from)).toEqual(['a.png', 'b.png']);
});

test.each([
  [['--light', 'light.tif', '--each'], '--light and --each'],
  [['--flat', 'flat.png', '--each'], '--flat and --each'],
  [['--light', 'light.tif', '--flat', 'flat.png'], '--light and --flat'],
  [['--light', 'light.tif', '--prior', 'prior'], '--light and --prior'],
])('one light is given: %j', async (args, both) => {
  expect(await demod('correct', 'a.png', ...args)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`error: ${both} say two things of the light; give one of them`),
  });
});

test('an option beside the pictures is given once', async () => {
  const { code, stderr } = await demod('correct', 'a.png', '--out', 'x', '--out', 'y');
  expect(stderr).toContain('error: --out is given twice');
  expect(code).toBe(2);
});

test.each([
  [['train', 'signal', '--pictures', 'a.png']],
  [['train', '--pictures', 'a.png', '--launcher', 'local']],
])('a prior is trained by itself: %j', async args => {
  const { code, stderr } = await demod(...args);
  expect(stderr).toContain(
    'error: --pictures trains a prior of its own: no factor and no --launcher beside it',
  );
  expect(code).toBe(2);
});

test('pictures that show nothing make no prior', async () => {
  const { code, stderr } = await demod('train', '--pictures', 'a.png', 'b.png');
  expect(stderr).toContain('a.png, b.png: none of these pictures shows anything');
  expect(code).toBe(1);
});
