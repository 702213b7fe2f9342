// A plot of a page: SVG within it, which takes its colours from the page.
import type * as Plot from '@observablehq/plot';
import { Html } from './html.js';
import { drawSvg } from './svg.js';

/** Three stand side by side on a wide screen, one fills a phone's. */
const LAYOUT = { width: 360, height: 260, marginLeft: 44, marginRight: 14, marginTop: 22, marginBottom: 38 };

/** Attributes that need no more than a hundredth of a pixel. */
const COORDINATES = /\b(d|[xy][12]?|c[xy]|width|height|transform)="[^"]*"/g;
const rounded = (number: string) => String(Number(Number(number).toFixed(2)));

/**
 * An `<svg class="plot">`, for a page with this package's STYLE.
 *
 * @param options of Observable Plot; colours are `var(--…)`, of those in style.ts. `ariaLabel` is what the plot says,
 *   for those who cannot see it.
 */
export function pagePlot(options: Plot.PlotOptions & { readonly ariaLabel: string }): Html {
  const svg = drawSvg({ ...LAYOUT, ...options, className: 'plot' });
  // Plot's own style, which would stand in every plot of the page: STYLE has it once.
  svg.querySelector('style')?.remove();
  return new Html(
    svg.outerHTML.replace(COORDINATES, attribute => attribute.replace(/\d+\.\d{3,}/g, rounded)),
  );
}
