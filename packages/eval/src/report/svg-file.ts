// A plot as a file of its own: an SVG picture on white.
import { drawSvg } from '@blind-demod/picture/plots';
import type * as Plot from '@observablehq/plot';

export const INK = '#1b1f27';
export const SOFT = '#586070';

/** @param options of Observable Plot; `ariaLabel` is what the plot says, for those who cannot see it. */
export function svgFile(options: Plot.PlotOptions & { readonly ariaLabel: string }): string {
  const svg = drawSvg(options);
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('font-family', 'system-ui, sans-serif');
  svg.setAttribute('font-size', '12');
  svg.setAttribute('style', `background: white; color: ${INK}`);
  return `${svg.outerHTML}\n`;
}
