// What the page shows, as the fragment of its address and back.

import type { Factor } from '@blind-demod/arrays';
import { EXAMPLES } from './examples.js';
import { GRID, type Ink, type Point } from './ink.js';
import { type Lamp, onRail, WIDTHS } from './lamp.js';
import { SOLVERS, type SolverName } from './solvers.js';

/** Everything that a link reproduces. */
export interface State {
  readonly ink: Ink;
  readonly lamp: Lamp;
  /** Whether the lamp is held on the diagonal of the training distortions. */
  readonly rail: boolean;
  readonly solver: SolverName;
  /** What computes: the best that works here, or what a link asks for. */
  readonly device: PageDevice;
  /** Of the starts. */
  readonly seed: number;
  /** Where Algorithm 1 starts in the landscape. */
  readonly start: readonly [h: number, m: number];
  /** Where the walks through the latent spaces stand: a seed each, and how far along each direction. */
  readonly walks: { readonly signal: Walk; readonly distortion: Walk };
}

export const PAGE_DEVICES = ['auto', 'cpu', 'webgpu'] as const;
export type PageDevice = (typeof PAGE_DEVICES)[number];

export interface Walk {
  readonly seed: number;
  readonly steps: readonly number[];
}

/** Directions that each walk has a slider for; the code of a light has two numbers. */
export const DIRECTIONS: Readonly<Record<Factor, number>> = { signal: 4, distortion: 2 };
/** How far a slider goes, each way, in standard deviations of a code. */
export const REACH = 3;
/** Half the side of the plane that the landscape shows. */
export const EXTENT = 2.4;

const still = (factor: Factor): Walk => ({ seed: 1, steps: Array(DIRECTIONS[factor]).fill(0) });

export const DEFAULT_STATE: State = {
  ink: EXAMPLES[0]!.ink,
  lamp: { x: 0.66, y: 0.66, width: 24, strength: 1 },
  rail: true,
  solver: 'quick',
  device: 'auto',
  seed: 2,
  start: [-1.9, 0.7],
  walks: { signal: still('signal'), distortion: still('distortion') },
};

/** The fragment for a state, without what is as by default. */
export function toFragment(state: State): string {
  const { lamp, walks } = state;
  const parts: Record<string, string> = {
    ink: encodeInk(state.ink),
    lamp: [lamp.x, lamp.y, lamp.width, lamp.strength].map(short).join(','),
    rail: state.rail ? '1' : '0',
    solver: state.solver,
    device: state.device,
    seed: `${state.seed}`,
    start: state.start.map(short).join(','),
    signal: encodeWalk(walks.signal),
    distortion: encodeWalk(walks.distortion),
  };
  if (state === DEFAULT_STATE) return new URLSearchParams(parts).toString();
  const usual = new URLSearchParams(toFragment(DEFAULT_STATE));
  const changed = Object.entries(parts).filter(([name, value]) => usual.get(name) !== value);
  return changed.map(([name, value]) => `${name}=${value}`).join('&');
}

/** The state that a fragment says; what is missing or cannot be read is as by default. */
export function fromFragment(fragment: string): State {
  const parts = new URLSearchParams(fragment.replace(/^#/, ''));
  const text = (name: string) => parts.get(name) ?? '';
  const usual = DEFAULT_STATE;
  const rail = parts.has('rail') ? text('rail') !== '0' : usual.rail;
  const lamp = numbers(text('lamp'), [[0, 1], [0, 1], WIDTHS.offered, [0, 1]]);
  const start = numbers(text('start'), [
    [-EXTENT, EXTENT],
    [-EXTENT, EXTENT],
  ]);
  const given = lamp ? { x: lamp[0]!, y: lamp[1]!, width: lamp[2]!, strength: lamp[3]! } : usual.lamp;
  const place = onRail(given.x, given.y);
  return {
    ink: decodeInk(text('ink')) ?? usual.ink,
    lamp: rail ? { ...given, x: place, y: place } : given,
    rail,
    solver: SOLVERS.find(({ name }) => name === text('solver'))?.name ?? usual.solver,
    device: PAGE_DEVICES.find(device => device === text('device')) ?? usual.device,
    seed: numbers(text('seed'), [[0, 1e6]])?.map(Math.round)[0] ?? usual.seed,
    start: start ? [start[0]!, start[1]!] : usual.start,
    walks: {
      signal: decodeWalk('signal', text('signal')) ?? usual.walks.signal,
      distortion: decodeWalk('distortion', text('distortion')) ?? usual.walks.distortion,
    },
  };
}

const short = (value: number): string => `${Number(value.toFixed(3))}`;

/** As many numbers as there are ranges, brought into them; undefined where the text holds something else. */
function numbers(text: string, ranges: readonly (readonly [number, number])[]): number[] | undefined {
  const values = text.split(',').map(part => (part.trim() === '' ? Number.NaN : Number(part)));
  if (values.length !== ranges.length || !values.every(Number.isFinite)) return undefined;
  return values.map((value, index) => Math.min(ranges[index]![1], Math.max(ranges[index]![0], value)));
}

const encodeWalk = ({ seed, steps }: Walk): string => [seed, ...steps.map(short)].join(',');

function decodeWalk(factor: Factor, text: string): Walk | undefined {
  const steps = Array<readonly [number, number]>(DIRECTIONS[factor]).fill([-REACH, REACH]);
  const values = numbers(text, [[0, 1e6], ...steps]);
  return values && { seed: Math.round(values[0]!), steps: values.slice(1) };
}

/** For each stroke its number of points, a byte, and their places, two bytes each; in base64 for addresses. */
function encodeInk(ink: Ink): string {
  const bytes = ink.flatMap(stroke => [stroke.length, ...stroke.flat()]);
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

function decodeInk(text: string): Ink | undefined {
  let bytes: number[];
  try {
    bytes = [...atob(text.replaceAll('-', '+').replaceAll('_', '/'))].map(letter => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
  const ink: Point[][] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes[at]!;
    const stroke = bytes.slice(at + 1, at + 1 + 2 * length);
    if (length === 0 || stroke.length < 2 * length) return undefined;
    ink.push(Array.from({ length }, (_, index): Point => [stroke[2 * index]!, stroke[2 * index + 1]!]));
    at += 1 + 2 * length;
  }
  return ink.length === 0 ? undefined : ink;
}

/** Longest strokes that the address holds: a byte counts their points. */
export const MAX_POINTS = GRID;
