// Scan lines: rows or columns that are lighter and darker in turns, as scanners, lamps on mains and shutters leave them.
import { between, type DrawLight, lightFamily } from './light.js';

/** 1 + depth · sin of the row or the column, with 1 to 12 periods over the picture. */
export const drawScanLines: DrawLight = random => {
  const isRow = random.uniform() < 0.5;
  const frequency = Math.PI * between(random, 1, 12);
  const phase = between(random, 0, 2 * Math.PI);
  const depth = between(random, 0.02, 0.3);
  return (u, v) => 1 + depth * Math.sin(frequency * (isRow ? v : u) + phase);
};

export const scanLines = lightFamily(
  'scan-lines',
  'Rows or columns lighter and darker in turns.',
  drawScanLines,
);
