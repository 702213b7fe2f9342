// The light: one bump, as in the paper's distortions, but anywhere and of any strength.
import { bump } from '@blind-demod/distortion-data/bump';

export interface Lamp {
  /** Its centre, from 0 to 1 each way. */
  readonly x: number;
  readonly y: number;
  /** σ of the paper's formula. */
  readonly width: number;
  /** From 0, even light, to 1: black far from the lamp. */
  readonly strength: number;
}

/** What the page offers, and within it what the distortion's generator was trained on. */
export const WIDTHS = { offered: [8, 60], trained: [20, 35] } as const;
/**
 * Half the side of the image in the paper's units. The paper puts 28 pixel centres from −5 to 5; their outer edges are
 * where the image ends at any number of pixels.
 */
const HALF_SIDE = (5 * 28) / 27;
/** The centres of the training distortions lie on the diagonal from −3 to 3 both ways. */
const RAIL = 3;

/** The light on size × size pixels, row-major, in [0, 1]. */
export function lampImage({ x, y, width, strength }: Lamp, size: number): Float32Array {
  const units = (place: number) => HALF_SIDE * (2 * place - 1);
  const extent = (HALF_SIDE * (size - 1)) / size;
  const light = bump({ center: [units(x), units(y)], width }, size, extent);
  return light.map(value => 1 - strength + strength * value);
}

/** The ends of the rail, the diagonal on which the training distortions lie: from 0 to 1 each way. */
export const RAIL_ENDS = [(1 - RAIL / HALF_SIDE) / 2, (1 + RAIL / HALF_SIDE) / 2] as const;

/** The place on the rail that is nearest to (x, y). */
export const onRail = (x: number, y: number): number =>
  Math.min(RAIL_ENDS[1], Math.max(RAIL_ENDS[0], (x + y) / 2));
