// The networks of Theorem 2: how expansive they are, what truncation takes away, what layers do to norms and angles.

import { byFactor, norm, randomStream } from '@blind-demod/arrays';
import { panelsPng, plotPanel } from '@blind-demod/picture/plots';
import * as Plot from '@observablehq/plot';
import { z } from 'zod';
import { chiSquareTail } from '../numerics/chi-square.js';
import { randomUnit, randomUnitAtAngle } from '../numerics/directions.js';
import { angle, anglesThroughLayers } from '../paper/angles.js';
import { expansivity, lastExpansivity } from '../paper/expansivity.js';
import { activations, type ReluNetwork, randomNetwork, truncationRadius } from '../paper/networks.js';
import { rowOf } from '../paper/weight-matrix.js';
import { count, studySchema, widths } from '../settings.js';
import type { Study } from '../study.js';

const pair = z.strictObject({
  signal: widths.describe('n_0, …, n_{d−1}, ℓ of G1.'),
  distortion: widths.describe('p_0, …, p_{s−1}, ℓ of G2.'),
});

const schema = studySchema('The networks of Theorem 2, and what a layer does to norms and angles.', {
  pairs: z
    .array(
      pair.refine(({ signal, distortion }) => signal.at(-1) === distortion.at(-1), {
        error: 'expected both networks to end in the same width, the number of measurements',
      }),
    )
    .min(1)
    .default([
      { signal: [2, 20, 20_000], distortion: [2, 20, 20_000] },
      { signal: [5, 40, 20_000], distortion: [3, 30, 20_000] },
      { signal: [10, 100, 800, 4000], distortion: [5, 50, 400, 4000] },
      { signal: [20, 100, 400, 1000, 2000, 3000], distortion: [10, 50, 250, 4096 - 1096] },
    ])
    .describe('Pairs of networks to describe.'),
  deep: widths
    .default([10, 150, 220, 320, 480, 700, 1000, 1500])
    .describe('Widths of the network whose layers are followed one by one.'),
  angles: z
    .array(z.number().gt(0).max(Math.PI))
    .min(1)
    .default([0.25, 0.5, 1, 1.57, 2.4, Math.PI])
    .describe('Angles, in radians, between the two codes that go through it.'),
  draws: count.default(5).describe('Networks drawn for it, each with other weights.'),
  truncationDimensions: z
    .array(count)
    .min(1)
    .default([1, 2, 3, 4, 5, 6])
    .describe('n_{d−1} for which the share of zeroed rows is counted.'),
  truncationRows: z.int().min(1).max(1e8).default(200_000).describe('Rows drawn for each.'),
});
type Settings = z.output<typeof schema>;

export const networks: Study<Settings> = {
  name: 'networks',
  title: 'The networks of Theorem 2',
  schema,
  large: {
    deep: [10, 600, 900, 1300, 1900, 2800, 4000, 6000],
    draws: 10,
    truncationRows: 5_000_000,
  },
  async run(settings, { progress }) {
    const { seed } = settings;
    const pairs = settings.pairs.map((pair, index) => {
      progress((0.3 * index) / settings.pairs.length, 'pairs');
      const belowLast = byFactor(factor => pair[factor].at(-2)!);
      return {
        ...byFactor(factor =>
          describe(randomNetwork({ widths: pair[factor], seed, name: `${factor} ${index}` })),
        ),
        /** The largest c for which A3 holds. */
        a3: finite(lastExpansivity(pair.signal.at(-1)!, belowLast)),
      };
    });
    progress(0.3, 'layers');
    const layers = followLayers(settings);
    progress(0.7, 'truncation');
    const truncation = countTruncated(settings);
    const worstNorm = Math.max(...layers.map(({ normSquared }) => Math.abs(normSquared - 1)));
    const worstAngle = Math.max(...layers.map(({ angle, expectedAngle }) => Math.abs(angle - expectedAngle)));
    return {
      result: { pairs, layers, truncation },
      pictures: { networks: await picture(layers, truncation, settings) },
      findings: [
        ...pairs.map(
          ({ signal, distortion, a3 }) =>
            `${signal.widths.join('–')} and ${distortion.widths.join('–')}: A2 holds for c < ${shown(signal.a2)} and c < ${shown(distortion.a2)}, A3 for c < ${shown(a3)}`,
        ),
        `layers halve squared norms to within ${(100 * worstNorm).toFixed(1)} %, and angles follow g to within ${worstAngle.toFixed(3)} rad`,
        ...truncation.map(
          ({ dimension, share, expectedShare }) =>
            `n_{d−1} = ${dimension}: ${share.toExponential(1)} of the rows are zeroed (expected ${expectedShare.toExponential(1)})`,
        ),
      ],
    };
  },
};

/** A network in numbers: widths, the c of A2, the share of rows that truncation zeroed, norms through its layers. */
function describe(network: ReluNetwork) {
  const last = network.layers.at(-1)!;
  let zeroed = 0;
  for (let row = 0; row < last.rows; row++) {
    if (rowOf(last, row).every(value => value === 0)) zeroed++;
  }
  const code = new Float64Array(network.widths[0]!).fill(1 / Math.sqrt(network.widths[0]!));
  return {
    widths: network.widths,
    a2: finite(expansivity(network.widths)),
    zeroedRows: zeroed / last.rows,
    expectedZeroedRows: chiSquareTail(last.columns, 9 * last.columns),
    /** 2^i ‖z_i‖² / ‖z_0‖², which is 1 on average. */
    normsSquared: activations(network, code).map((output, index) => 2 ** (index + 1) * norm(output) ** 2),
  };
}

interface Layer {
  readonly draw: number;
  readonly startAngle: number;
  readonly layer: number;
  /** 2^layer ‖z‖² of the first of both codes, over its norm before the first layer. */
  readonly normSquared: number;
  readonly angle: number;
  readonly expectedAngle: number;
}

/** Two codes at an angle, through every layer. */
function followLayers({ deep, angles, draws, seed }: Settings): Layer[] {
  return Array.from({ length: draws }, (_, draw) => {
    const network = randomNetwork({ widths: deep, seed, name: `deep ${draw}` });
    return angles.flatMap((startAngle, index) => {
      const random = randomStream(seed, 'codes', draw, index);
      const a = randomUnit(deep[0]!, random);
      const b = randomUnitAtAngle(startAngle, a, random);
      const outputs = [
        [a, ...activations(network, a)],
        [b, ...activations(network, b)],
      ] as const;
      const expected = anglesThroughLayers(startAngle, deep.length - 1);
      return expected.map(
        (expectedAngle, layer): Layer => ({
          draw,
          startAngle,
          layer,
          normSquared: 2 ** layer * norm(outputs[0][layer]!) ** 2,
          angle: angle(outputs[0][layer]!, outputs[1][layer]!),
          expectedAngle,
        }),
      );
    });
  }).flat();
}

/** The share of Gaussian rows longer than three times their root mean square, counted and from the χ² distribution. */
function countTruncated({ truncationDimensions, truncationRows, seed }: Settings) {
  return truncationDimensions.map(dimension => {
    const random = randomStream(seed, 'truncation', dimension);
    const radius = truncationRadius({ rows: truncationRows, columns: dimension });
    let zeroed = 0;
    for (let row = 0; row < truncationRows; row++) {
      let squared = 0;
      for (let column = 0; column < dimension; column++) squared += random.normal() ** 2 / truncationRows;
      if (Math.sqrt(squared) > radius) zeroed++;
    }
    return {
      dimension,
      share: zeroed / truncationRows,
      expectedShare: chiSquareTail(dimension, 9 * dimension),
    };
  });
}

/** JSON has no infinity: null says that every c will do. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
const shown = (value: number | null): string => (value === null ? '∞' : value.toPrecision(2));

function picture(
  layers: readonly Layer[],
  truncation: ReturnType<typeof countTruncated>,
  { deep }: Settings,
): Promise<Uint8Array> {
  const degrees = (radians: number) => (radians * 180) / Math.PI;
  const expected = layers.filter(({ draw }) => draw === 0);
  const shares = truncation.filter(({ share }) => share > 0);
  return panelsPng(
    [
      plotPanel({
        title: 'Norms',
        subtitle: 'each layer halves the squared norm',
        x: { label: 'layer i', ticks: deep.length },
        y: { label: '2ⁱ ‖zᵢ‖² / ‖z₀‖²', domain: [0, 2], grid: true },
        marks: [
          Plot.ruleY([1], { stroke: '#999' }),
          Plot.line(
            layers.filter(({ startAngle }) => startAngle === layers[0]!.startAngle),
            { x: 'layer', y: 'normSquared', z: 'draw', stroke: '#4269d0', marker: 'dot' },
          ),
        ],
      }),
      plotPanel({
        title: 'Angles',
        subtitle: 'circles: measured; lines: θ ↦ g(θ)',
        x: { label: 'layer i', ticks: deep.length },
        y: { label: 'angle between two codes, degrees', domain: [0, 180], grid: true },
        marks: [
          Plot.line(expected, {
            x: 'layer',
            y: d => degrees(d.expectedAngle),
            z: 'startAngle',
            stroke: '#999',
          }),
          Plot.dot(layers, { x: 'layer', y: d => degrees(d.angle), stroke: '#4269d0', r: 2.5 }),
        ],
      }),
      plotPanel({
        title: 'Truncated rows',
        subtitle: 'circles: counted; line: P(χ² > 9 n)',
        x: { label: 'width n below the last layer', ticks: truncation.length, tickFormat: 'd' },
        y: { label: 'share of rows zeroed', type: 'log', grid: true, tickFormat: '.0e', ticks: 6 },
        marks: [
          Plot.line(truncation, { x: 'dimension', y: 'expectedShare', stroke: '#999' }),
          Plot.dot(shares, { x: 'dimension', y: 'share', stroke: '#4269d0', r: 4 }),
        ],
      }),
    ],
    {
      width: 960,
      height: 420,
      caption: `Norms and angles through a network of widths ${deep.join('–')}, several draws. All angles, also 180°, tend to 0: deep random networks forget the direction of their code, which is what moves the spurious hyperbolas (see descent).`,
    },
  );
}
