// SVG without a browser: the document that everything is drawn on, its elements, and Observable Plot on it.
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** The little of the DOM that is used here; TypeScript's own declarations of it are for browsers. */
export interface SvgElement {
  readonly tagName: string;
  readonly textContent: string;
  readonly parentElement: SvgElement | null;
  readonly childNodes: readonly (SvgElement & { readonly nodeType: number })[];
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  readonly outerHTML: string;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  append(...nodes: (SvgElement | string)[]): void;
  remove(): void;
  replaceWith(node: SvgElement): void;
  querySelector(selector: string): SvgElement | null;
  querySelectorAll(selector: string): Iterable<SvgElement>;
}

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Attributes of an element, in the order in which they are written. */
export type Attributes = Readonly<Record<string, string | number>>;

export const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';
const { document } = parseHTML('<!doctype html><html><body></body></html>') as unknown as {
  document: { createElementNS(namespace: string, name: string): SvgElement };
};

/** An SVG element with these attributes. */
export function element(name: string, attributes: Attributes): SvgElement {
  const made = document.createElementNS(SVG_NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** An `<svg>` of this size, in whose coordinates a unit is a pixel. */
export function svgElement({ width, height }: Size, attributes: Attributes = {}): SvgElement {
  return element('svg', { width, height, viewBox: `0 0 ${width} ${height}`, ...attributes });
}

/** A `<text>` whose base line starts (or is centred, or ends) at (x, y). */
export function textElement(
  text: string,
  x: number,
  y: number,
  {
    size,
    fill = 'black',
    anchor = 'start',
    weight = 'normal',
  }: {
    size: number;
    fill?: string;
    anchor?: 'start' | 'middle' | 'end';
    weight?: 'normal' | 'bold';
  },
): SvgElement {
  const made = element('text', {
    x,
    y,
    fill,
    'font-size': size,
    'text-anchor': anchor,
    'font-weight': weight,
  });
  made.append(text);
  return made;
}

/** A plot as Observable Plot draws it, and its scales: an `<svg>`, without the figure that Plot puts around some. */
export function drawPlot(options: Plot.PlotOptions): { svg: SvgElement; scale: (name: 'color') => unknown } {
  const drawn = Plot.plot({ ...options, document } as unknown as Plot.PlotOptions);
  const outermost = drawn as unknown as SvgElement;
  const svg =
    outermost.tagName.toLowerCase() === 'svg' ? outermost : [...outermost.querySelectorAll('svg')].at(-1)!;
  return { svg, scale: name => drawn.scale(name) };
}

/**
 * A plot as an `<svg>` for a page, whose colours may be the page's (`var(--…)`).
 *
 * @param options.ariaLabel what it shows, for those who hear the page.
 */
export function drawSvg(options: Plot.PlotOptions & { readonly ariaLabel: string }): SvgElement {
  const { svg } = drawPlot(options);
  svg.setAttribute('role', 'img');
  return svg;
}
