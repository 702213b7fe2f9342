// A plot of the page, as SVG that takes its colours from the page.
import { type Content, type Html, html } from '@blind-demod/picture';
import { pagePlot } from '@blind-demod/picture/plots';
import * as Plot from '@observablehq/plot';

export interface Panel {
  readonly title: string;
  /** What the plot says, for those who cannot see it. */
  readonly description: string;
  /** What is seen, and what it means. */
  readonly caption: Content;
  /** Colours are `var(--…)`, of those in style.ts. */
  readonly plot: Plot.PlotOptions;
}

export function panel({ title, description, caption, plot }: Panel): Html {
  const drawn = pagePlot({ ...plot, ariaLabel: `${title}. ${description}` });
  return html`<figure class="panel"><h3>${title}</h3>${drawn}<figcaption>${caption}</figcaption></figure>\n`;
}

/** A dot per pair, whose number shows when pointed at. */
export function dots<T extends { readonly pair: number }>(
  data: readonly T[],
  {
    tell,
    ...options
  }: Plot.DotOptions & { x: keyof T & string; y: keyof T & string; tell: (dot: T) => string },
): Plot.Dot {
  return Plot.dot(data, {
    r: 2.5,
    fillOpacity: 0.6,
    ...options,
    title: (dot: T) => `pair ${dot.pair}: ${tell(dot)}`,
  } as Plot.DotOptions);
}

/** A dashed line from one point to another: what there is to compare with. */
export function reference(from: readonly [number, number], to: readonly [number, number]): Plot.Line {
  return Plot.line([from, to], { stroke: 'var(--ink)', strokeDasharray: '4 4' });
}
