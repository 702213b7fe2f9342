// The smoke test on `cuda` by tfjs-node-gpu beside `cpu`: training step by step, evaluation digit by digit.
import { median } from '@blind-demod/arrays';
import { describe, expect, inject, test } from 'vitest';
import { Workplace } from '../demod.js';

const reason = inject('withoutCuda');
const NAME = "on cuda, by TensorFlow's kernels for the processor";

/** One unit in the last of float32's 24 bits is up to 1.2e-7 of a number. */
const LAST_BIT = 1.2e-7;
/** Where a rectifier falls on the other side of zero, the two part; the largest difference measured was 1e-5. */
const PARTED = 1e-3;

describe.skipIf(reason !== undefined)(reason === undefined ? NAME : `${NAME}: ${reason}`, () => {
  test('44 steps of training are those of cpu, and the evaluation to every printed digit', async () => {
    const [cpu, cuda] = await Promise.all([Workplace.create(), Workplace.create()]);
    try {
      await cpu.succeed('train', '--device', 'cpu');
      await cuda.succeed('train', '--device', 'cuda');
      for (const factor of ['signal', 'distortion']) {
        const [expected, got] = await Promise.all([cpu, cuda].map(place => lossesOf(place, factor)));
        expect(got).toHaveLength(2 * 44);
        const apart = got!.map((loss, index) => Math.abs(loss / expected![index]! - 1));
        expect(median(apart)).toBeLessThan(LAST_BIT);
        expect(Math.max(...apart)).toBeLessThan(PARTED);
      }
      const tables: string[] = [];
      for (const device of ['cpu', 'cuda']) {
        const place = await cpu.copy();
        const printed = await place.succeed('eval', '--device', device);
        tables.push(
          printed
            .split('\n')
            .filter(line => line.startsWith('|'))
            .join('\n'),
        );
      }
      expect(tables[0]).toContain('PSNR');
      expect(tables[1]).toBe(tables[0]);
    } finally {
      await Promise.all([cpu.remove(), cuda.remove()]);
    }
  });
});

async function lossesOf(place: Workplace, factor: string): Promise<number[]> {
  const text = `${await place.read('artifacts', 'smoke', factor, 'losses.jsonl')}`;
  return text
    .trimEnd()
    .split('\n')
    .flatMap(line => {
      const { discriminator, generator } = JSON.parse(line) as Record<'discriminator' | 'generator', number>;
      return [discriminator, generator];
    });
}
