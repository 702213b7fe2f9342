// A plot of the page, as SVG that takes its colours from the page.
import { type Content, drawSvg, Html, html } from '@blind-demod/picture';
import * as Plot from '@observablehq/plot';

/** Three stand side by side on a wide screen, one fills a phone's. */
const SIZE = { width: 360, height: 260 };

/** Attributes that need no more than a hundredth of a pixel. */
const COORDINATES = /\b(d|[xy][12]?|c[xy]|width|height|transform)="[^"]*"/g;
const rounded = (number: string) => String(Number(Number(number).toFixed(2)));

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
  const drawn = drawSvg({
    ...SIZE,
    marginLeft: 44,
    marginRight: 14,
    marginTop: 22,
    marginBottom: 38,
    ...plot,
    className: 'plot',
    ariaLabel: `${title}. ${description}`,
  });
  drawn.querySelector('style')?.remove(); // once for all of them: style.ts has it
  const svg = drawn.outerHTML.replace(COORDINATES, attribute => attribute.replace(/\d+\.\d{3,}/g, rounded));
  return html`<figure class="panel"><h3>${title}</h3>${new Html(svg)}<figcaption>${caption}</figcaption></figure>\n`;
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
