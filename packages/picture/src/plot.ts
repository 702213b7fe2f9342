// Pictures: Observable Plot drawn on a document without a browser, as PNG.
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import sharp from 'sharp';
import { outlineTexts, type SvgElement, textWidth, wrapText } from './text.js';

export interface Size {
  /** In pixels of the drawing; the PNG has twice as many each way. */
  readonly width: number;
  readonly height: number;
}

/** What fills a rectangle of a picture: an `<svg>` of just that size. */
export type Panel = (size: Size) => SvgElement;

const SVG = 'http://www.w3.org/2000/svg';
const { document } = parseHTML('<!doctype html><html><body></body></html>') as unknown as {
  document: { createElementNS(namespace: string, name: string): SvgElement };
};

const GREY = '#555';
const MARGIN = 12;
const SIZES = { title: 15, subtitle: 11, caption: 11, legend: 11 } as const;

/**
 * One plot as a PNG with a white background. `title`, `subtitle`, `caption` and `color: { legend: true }` of the
 * options are drawn into the picture; Plot itself would put them beside it, as HTML.
 */
export async function plotPng(options: Plot.PlotOptions, size: Size): Promise<Uint8Array> {
  return panelsPng([plotPanel(options)], size);
}

/**
 * Several panels in one picture, row by row, as a PNG.
 * @param columns how many stand side by side; all of them unless given.
 */
export async function panelsPng(
  panels: readonly Panel[],
  {
    width,
    height,
    columns = panels.length,
    title,
    caption,
  }: Size & { columns?: number; title?: string; caption?: string },
): Promise<Uint8Array> {
  const svg = element('svg', {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    'font-family': 'sans-serif',
  });
  svg.append(element('rect', { width, height, fill: 'white' }));
  const top = title === undefined ? 0 : writeTitle(svg, title, MARGIN + SIZES.title, width) + 4;
  const bottom = caption === undefined ? 0 : writeCaption(svg, caption, width, height);
  const rows = Math.ceil(panels.length / columns);
  const cell = { width: width / columns, height: (height - top - bottom) / rows };
  for (const [index, panel] of panels.entries()) {
    const drawn = panel(cell);
    drawn.setAttribute('x', String((index % columns) * cell.width));
    drawn.setAttribute('y', String(top + Math.floor(index / columns) * cell.height));
    svg.append(drawn);
  }
  return svgPng(svg);
}

/** A plot as a panel, with its title, legend and caption around it. */
export function plotPanel(options: Plot.PlotOptions): Panel {
  const { title, subtitle, caption, ...rest } = options as Plot.PlotOptions &
    Record<'title' | 'subtitle' | 'caption', string | undefined>;
  const { legend, ...color } = (rest.color ?? {}) as { legend?: boolean; label?: string | null };
  return ({ width, height }) => {
    const svg = element('svg', { width, height, viewBox: `0 0 ${width} ${height}` });
    const bottom = caption ? writeCaption(svg, caption, width, height) : 0;
    let top = title ? writeTitle(svg, title, MARGIN + SIZES.title, width) : 0;
    if (subtitle) {
      for (const line of wrapText(subtitle, width - 2 * MARGIN, SIZES.subtitle)) {
        top += SIZES.subtitle + 5;
        svg.append(textElement(line, MARGIN, top, { size: SIZES.subtitle, fill: GREY }));
      }
    }
    const draw = (drawnHeight: number) =>
      Plot.plot({
        marginLeft: 52,
        marginRight: 24,
        marginBottom: 40,
        ...rest,
        color,
        width,
        height: drawnHeight,
        document,
      } as unknown as Plot.PlotOptions);
    // Drawn once to know its colours, which the height of the legend depends on, and once to fit what is left.
    if (top > 0) top += 6;
    if (legend)
      top = writeLegend(
        svg,
        { label: color.label, ...(draw(height).scale('color') as ColorScale) },
        top,
        width,
      );
    const drawn = svgOf(draw(height - top - bottom) as unknown as SvgElement);
    drawn.setAttribute('y', String(top));
    drawn.setAttribute('font-size', '11');
    svg.append(drawn);
    return svg;
  };
}

/** An `<svg>` as a PNG, twice as large each way, its texts as outlines. */
export async function svgPng(svg: SvgElement): Promise<Uint8Array> {
  outlineTexts(svg);
  svg.setAttribute('xmlns', SVG);
  // Custom properties are the browser's; currentColor is black where nothing says otherwise.
  const text = svg.outerHTML.replaceAll(/var\(--plot-background\)/g, 'white');
  const dotsPerInch = 72;
  return sharp(Buffer.from(text), { density: 2 * dotsPerInch })
    .flatten({ background: 'white' })
    .png({ palette: true, colours: 128, dither: 0, compressionLevel: 9, effort: 10 })
    .toBuffer();
}

/** An SVG element with these attributes. */
export function element(name: string, attributes: Readonly<Record<string, string | number>>): SvgElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
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

/** Plot wraps its svg in a figure when there is more than that. */
function svgOf(drawn: SvgElement): SvgElement {
  return drawn.tagName.toLowerCase() === 'svg' ? drawn : [...drawn.querySelectorAll('svg')].at(-1)!;
}

/** Returns how much of the top is taken. */
function writeTitle(svg: SvgElement, title: string, y: number, width: number): number {
  const size = Math.min(
    SIZES.title,
    (SIZES.title * (width - 2 * MARGIN)) / textWidth(title, SIZES.title, 'bold'),
  );
  svg.append(textElement(title, MARGIN, y, { size, weight: 'bold' }));
  return y + 5;
}

/** Returns how much of the bottom is taken. */
function writeCaption(svg: SvgElement, caption: string, width: number, height: number): number {
  const lines = wrapText(caption, width - 2 * MARGIN, SIZES.caption);
  const taken = lines.length * (SIZES.caption + 4) + MARGIN;
  lines.forEach((line, index) => {
    const y = height - taken + (index + 1) * (SIZES.caption + 4);
    svg.append(textElement(line, MARGIN, y, { size: SIZES.caption, fill: GREY }));
  });
  return taken + 4;
}

interface ColorScale {
  readonly type: string;
  readonly domain: readonly (string | number)[];
  readonly label?: string | null | undefined;
  apply(value: unknown): string;
}

/** Returns where the legend ends. */
function writeLegend(svg: SvgElement, scale: ColorScale, top: number, width: number): number {
  const ordinal =
    scale.domain.some(value => typeof value !== 'number') || ['ordinal', 'categorical'].includes(scale.type);
  return ordinal ? writeSwatches(svg, scale, top, width) : writeRamp(svg, scale, top, width);
}

function writeSwatches(svg: SvgElement, scale: ColorScale, top: number, width: number): number {
  const size = SIZES.legend;
  const lineHeight = size + 7;
  let x = MARGIN;
  let y = top + lineHeight;
  for (const value of scale.domain) {
    const label = String(value);
    const taken = size + 5 + textWidth(label, size) + 16;
    if (x > MARGIN && x + taken > width) {
      x = MARGIN;
      y += lineHeight;
    }
    svg.append(
      element('rect', { x, y: y - size + 1, width: size, height: size, rx: 2, fill: scale.apply(value) }),
    );
    svg.append(textElement(label, x + size + 5, y, { size }));
    x += taken;
  }
  return y + 6;
}

/** Colours of a continuous scale, over an axis of their values. */
function writeRamp(svg: SvgElement, scale: ColorScale, top: number, width: number): number {
  const cells = 240;
  const [low, high] = [Number(scale.domain[0]), Number(scale.domain.at(-1))];
  const at = (fraction: number) =>
    scale.type === 'log' ? low * (high / low) ** fraction : low + fraction * (high - low);
  const height = 46;
  const drawn = Plot.plot({
    document,
    width: Math.min(width, 320),
    height,
    marginTop: 4,
    marginBottom: 34,
    marginLeft: MARGIN + 8,
    marginRight: MARGIN + 8,
    x: {
      type: scale.type === 'log' ? 'log' : 'linear',
      domain: [low, high],
      label: scale.label ?? null,
      ticks: 5,
    },
    marks: [
      Plot.rect(
        Array.from({ length: cells }, (_, cell) => cell),
        {
          x1: (cell: number) => at(cell / cells),
          x2: (cell: number) => at((cell + 1) / cells),
          fill: (cell: number) => scale.apply(at((cell + 0.5) / cells)),
          shapeRendering: 'crispEdges',
        },
      ),
    ],
  } as unknown as Plot.PlotOptions) as unknown as SvgElement;
  drawn.setAttribute('y', String(top + 4));
  drawn.setAttribute('font-size', '11');
  svg.append(drawn);
  return top + 4 + height;
}
