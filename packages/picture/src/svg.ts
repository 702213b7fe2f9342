// Observable Plot drawn without a browser.
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** What is needed of an SVG element. */
export interface SvgElement {
  readonly outerHTML: string;
  setAttribute(name: string, value: string): void;
  querySelector(selector: string): { remove(): void } | null;
}

const { document } = parseHTML('<!doctype html><html><body></body></html>') as unknown as {
  document: object;
};

/** The plot as an image for those who read the page and those who hear it (`ariaLabel`). */
export function drawSvg(options: Plot.PlotOptions & { readonly ariaLabel: string }): SvgElement {
  const svg = Plot.plot({ ...options, document } as unknown as Plot.PlotOptions) as unknown as SvgElement;
  svg.setAttribute('role', 'img');
  return svg;
}
