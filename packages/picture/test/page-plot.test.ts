import { drawSvg, pagePlot } from '@blind-demod/picture/plots';
import * as Plot from '@observablehq/plot';
import { expect, test } from 'vitest';

const options = {
  ariaLabel: 'A line. It rises.',
  marks: [
    Plot.line(
      [
        [0, 0],
        [1 / 3, 1 / 7],
        [1, 1],
      ],
      { stroke: 'var(--refined)' },
    ),
  ],
};

test('a plot of a page has its colours, its label and no style of its own', () => {
  const { text } = pagePlot(options);
  expect(text).toMatch(/^<svg [^>]*class="plot"/);
  expect(text).toContain('stroke="var(--refined)"');
  expect(text).toContain('aria-label="A line. It rises."');
  expect(text).toContain('role="img"');
  expect(text).not.toContain('<style');
});

test('its coordinates have two digits after the point, and are otherwise those of the plot', () => {
  const path = (svg: string) =>
    svg
      .match(/ d="M([^"]*)"/)![1]!
      .split(/[,L]/)
      .map(Number);
  const layout = {
    width: 360,
    height: 260,
    marginLeft: 44,
    marginRight: 14,
    marginTop: 22,
    marginBottom: 38,
  };
  const [exact, rounded] = [path(drawSvg({ ...layout, ...options }).outerHTML), path(pagePlot(options).text)];
  expect(rounded.join(' ')).not.toMatch(/\.\d{3}/);
  expect(rounded).toHaveLength(exact.length);
  for (const [index, value] of rounded.entries())
    expect(Math.abs(value - exact[index]!)).toBeLessThan(0.0051);
});
