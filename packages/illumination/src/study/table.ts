// Methods beside each other: how near the lights are that they find, and how long they take.

import { quantile } from '@blind-demod/arrays';
import { startProgress } from '@blind-demod/artifacts';
import { textTable } from '@blind-demod/picture';
import type { FoundLight, Planes } from '../finder.js';
import type { Method } from './methods.js';

/** Pictures, and the light that they were under. */
export interface Problem {
  readonly pictures: Planes;
  readonly light: Float32Array;
}

export interface Group {
  readonly name: string;
  /** Each is made when its turn comes: pictures are large. */
  readonly problems: readonly (() => Problem)[];
}

/** Prints a row for each method and group that it is for, and closes the methods. */
export async function compare(methods: readonly Method[], groups: readonly Group[]): Promise<void> {
  const rows: string[][] = [];
  const total = groups.reduce((sum, { problems }) => sum + problems.length, 0);
  const progress = startProgress({ title: 'trials', total });
  let done = 0;
  for (const { name, problems } of groups) {
    const scores = methods.map((): (FoundLight & { error: number })[] => []);
    for (const make of problems) {
      const { pictures, light } = make();
      for (const [index, method] of methods.entries()) {
        const found = await method.lightOf(pictures);
        if (found) scores[index]!.push({ ...found, error: errorOf(found.light, light) });
      }
      progress.update(++done);
    }
    for (const [index, { title }] of methods.entries()) {
      const ofMethod = scores[index]!;
      if (ofMethod.length > 0) rows.push([name, title, ...cells(ofMethod)]);
    }
  }
  progress.stop();
  for (const method of methods) await method.close();
  const head = ['pictures', 'method', 'error, %', 'doubt, %', 'error over 2 doubts', 'seconds'];
  process.stdout.write(`${textTable(head, rows, { ascii: true })}\n`);
}

function cells(scores: readonly (FoundLight & { error: number })[]): string[] {
  const told = scores.flatMap(({ error, doubt }) => (doubt === undefined ? [] : [{ error, doubt }]));
  return [
    percents(scores.map(({ error }) => error)),
    ...(told.length === 0
      ? ['', '']
      : [
          percents(told.map(({ doubt }) => doubt)),
          `${told.filter(({ error, doubt }) => error > 2 * doubt).length} of ${told.length}`,
        ]),
    quantile(
      scores.map(({ seconds }) => seconds),
      0.5,
    ).toFixed(2),
  ];
}

/** The least of ‖a · found − known‖ / ‖known‖ over a. */
export function errorOf(found: Float32Array, known: Float32Array): number {
  let [product, own, whole] = [0, 0, 0];
  for (let i = 0; i < found.length; i++) {
    product += found[i]! * known[i]!;
    own += found[i]! ** 2;
    whole += known[i]! ** 2;
  }
  return Math.sqrt(Math.max(0, 1 - product ** 2 / (own * whole)));
}

/** Median / 90th percentile, in %. */
export const percents = (values: readonly number[]): string =>
  [0.5, 0.9].map(q => (100 * quantile(values, q)).toFixed(1)).join(' / ');
