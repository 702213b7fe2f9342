import * as Plot from '@observablehq/plot';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type PanelOptions, panelsPng, plotPanel, plotPng } from '../src/panels.js';
import { surfacePanel } from '../src/surface.js';
import { element, textElement } from '../src/svg.js';
import { outlineTexts, textPath, textWidth, wrapText } from '../src/text.js';

const points = [1, 2, 3].map(x => ({ x, y: x * x, kind: x % 2 ? 'odd' : 'even' }));
const options = {
  title: 'Squares',
  subtitle: 'of ‖h‖',
  caption: 'A caption.',
  color: { legend: true },
  marks: [Plot.dot(points, { x: 'x', y: 'y', stroke: 'kind' })],
} satisfies PanelOptions;

/** Pixels that are not white in a part of a picture, given in fractions of its sides. */
async function ink(
  png: Uint8Array,
  [left, top, right, bottom]: [number, number, number, number],
): Promise<number> {
  const { data, info } = await sharp(png).greyscale().raw().toBuffer({ resolveWithObject: true });
  let dark = 0;
  for (let y = Math.floor(top * info.height); y < bottom * info.height; y++) {
    for (let x = Math.floor(left * info.width); x < right * info.width; x++) {
      if (data[(y * info.width + x) * info.channels]! < 200) dark++;
    }
  }
  return dark;
}

describe('plotPng', () => {
  test('is a PNG of twice the size, without transparency', async () => {
    const { format, width, height, hasAlpha } = await sharp(
      await plotPng(options, { width: 300, height: 200 }),
    ).metadata();
    expect({ format, width, height, hasAlpha }).toEqual({
      format: 'png',
      width: 600,
      height: 400,
      hasAlpha: false,
    });
  });

  test('draws title, caption and axis labels, all as outlines', async () => {
    const png = await plotPng(options, { width: 300, height: 200 });
    expect(await ink(png, [0, 0, 0.5, 0.12])).toBeGreaterThan(200);
    expect(await ink(png, [0, 0.9, 0.5, 1])).toBeGreaterThan(100);
  });

  test('gives the same bytes each time', async () => {
    const [a, b] = [
      await plotPng(options, { width: 200, height: 150 }),
      await plotPng(options, { width: 200, height: 150 }),
    ];
    expect(Buffer.compare(a, b)).toBe(0);
  });

  test('shows a ramp for a continuous scale', async () => {
    const ramp = {
      color: { legend: true, scheme: 'viridis' },
      marks: [Plot.dot(points, { x: 'x', y: 'y', fill: 'y' })],
    } satisfies PanelOptions;
    const png = await plotPng(ramp, { width: 300, height: 200 });
    expect(await ink(png, [0.1, 0.02, 0.9, 0.08])).toBeGreaterThan(1000);
  });
});

test('panelsPng puts panels side by side, or in rows', async () => {
  const panels = [plotPanel(options), plotPanel(options), plotPanel(options)];
  const png = await panelsPng(panels, { width: 400, height: 400, columns: 2 });
  expect(await ink(png, [0, 0, 0.5, 0.5])).toBeGreaterThan(500);
  expect(await ink(png, [0.5, 0, 1, 0.5])).toBeGreaterThan(500);
  expect(await ink(png, [0, 0.5, 0.5, 1])).toBeGreaterThan(500);
  expect(await ink(png, [0.5, 0.5, 1, 1])).toBe(0);
});

describe('text', () => {
  test('has the width that its letters have', () => {
    expect(textWidth('abab', 10)).toBeCloseTo(2 * textWidth('ab', 10), 10);
    expect(textWidth('ab', 20)).toBeCloseTo(2 * textWidth('ab', 10), 10);
  });

  test('knows the signs of mathematics', () => {
    const missing = textPath('\u{10ffff}', 0, 0, 10);
    for (const sign of '‖⊙ρθεℓ²½₀∂∇≤≥−∈→ŵ') expect(textPath(sign, 0, 0, 10), sign).not.toBe(missing);
  });

  test('stays well-formed where a coordinate is zero', () => {
    const width = textWidth('0', 11);
    const numbers = textPath('0', -width / 2, 7.81, 11).match(/-?\d+(\.\d+)?/g)!;
    for (const number of numbers) expect(number.split('.')[1]?.length ?? 0).toBeLessThanOrEqual(2);
    expect(textPath('0', -width / 2, 7.81, 11)).toMatch(
      /^(M-?[\d.]+ -?[\d.]+([LQ]-?[\d.]+( -?[\d.]+)+)+Z?)+$/,
    );
  });

  test('wraps at spaces', () => {
    const text = 'one two three four five six seven';
    const lines = wrapText(text, 60, 10);
    expect(lines.join(' ')).toBe(text);
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(textWidth(line, 10)).toBeLessThanOrEqual(60);
  });

  test('becomes a path that keeps its colour and loses nothing else', () => {
    const svg = element('svg', {});
    svg.append(textElement('ρ = 1', 10, 20, { size: 12, fill: 'red', anchor: 'middle' }));
    outlineTexts(svg);
    expect(svg.outerHTML).not.toContain('<text');
    expect(svg.outerHTML).toContain('fill="red"');
  });
});

describe('surfacePanel', () => {
  const axis = [-1, 0, 1];
  const options = {
    x: axis,
    y: axis,
    z: axis.map(y => axis.map(x => x * x + y * y)),
    low: 0,
    high: 10,
    color: (z: number) =>
      `#${Math.round(z * 20 + 16)
        .toString(16)
        .padStart(2, '0')}0000`,
    labels: { x: 'h', y: 'm', z: 'f' },
    curves: [],
    azimuth: 30,
    elevation: 30,
    height: 1,
  };
  /** The colours of the faces, in the order in which they are painted. */
  const faces = (svg: { outerHTML: string }) =>
    (svg.outerHTML.match(/<path[^>]*>/g) ?? [])
      .filter(path => path.includes('stroke-width="0.5"'))
      .map(path => path.match(/fill="([^"]*)"/)![1]!);

  test('draws every face', () => {
    expect(faces(surfacePanel(options)({ width: 200, height: 200 }))).toHaveLength(4);
  });

  test('leaves out what is cut off', () => {
    expect(faces(surfacePanel({ ...options, high: 0.5 })({ width: 200, height: 200 }))).toHaveLength(4);
    expect(
      faces(
        surfacePanel({ ...options, high: 0.4, z: axis.map(() => [1, 1, 0]) })({ width: 200, height: 200 }),
      ),
    ).toHaveLength(2);
  });

  test('paints what is near last', () => {
    // Higher towards +x, seen from +x: the high faces are near.
    const slope = { ...options, z: axis.map(() => [0, 1, 2]), azimuth: 0 };
    const colors = faces(surfacePanel(slope)({ width: 200, height: 200 }));
    expect(colors).toHaveLength(4);
    expect(colors).toEqual(colors.toSorted());
  });
});
