// Pictures of panels side by side, as PNG: plots with their titles, legends and captions in the picture.
import type * as Plot from '@observablehq/plot';
import sharp from 'sharp';
import { type ColorScale, writeLegend } from './legend.js';
import { drawPlot, element, type Size, type SvgElement, svgElement, textElement } from './svg.js';
import { outlinedSvg, textWidth, wrapText } from './text.js';

/** What fills a rectangle of a picture: an `<svg>` of just that size. */
export type Panel = (size: Size) => SvgElement;

/** Options of Observable Plot, of which these are written into the picture; Plot would put them beside it, as HTML. */
export interface PanelOptions extends Omit<Plot.PlotOptions, 'title' | 'subtitle' | 'caption' | 'color'> {
  readonly title?: string;
  readonly subtitle?: string;
  readonly caption?: string;
  /** The scale of the colours, and whether a legend explains it. */
  readonly color?: Plot.ScaleOptions & { readonly legend?: boolean };
}

const GREY = '#555';
const MARGIN = 12;
const SIZES = { title: 15, subtitle: 11, caption: 11 } as const;

/** One plot as a PNG; see `panelsPng`. */
export async function plotPng(options: PanelOptions, size: Size): Promise<Uint8Array> {
  return panelsPng([plotPanel(options)], size);
}

/**
 * Several panels in one picture on white, row by row, as a PNG of twice as many pixels each way.
 *
 * @param columns how many panels stand side by side; all of them unless given.
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
  const svg = svgElement({ width, height }, { 'font-family': 'sans-serif' });
  svg.append(element('rect', { width, height, fill: 'white' }));
  const top = title === undefined ? 0 : writeTitle(svg, title, width) + 4;
  const bottom = caption === undefined ? 0 : writeCaption(svg, caption, { width, height });
  const rows = Math.ceil(panels.length / columns);
  const cell = { width: width / columns, height: (height - top - bottom) / rows };
  for (const [index, panel] of panels.entries()) {
    const drawn = panel(cell);
    drawn.setAttribute('x', String((index % columns) * cell.width));
    drawn.setAttribute('y', String(top + Math.floor(index / columns) * cell.height));
    svg.append(drawn);
  }
  return toPng(svg);
}

/** A plot as a panel. */
export function plotPanel({ title, subtitle, caption, color = {}, ...rest }: PanelOptions): Panel {
  const { legend, ...scale } = color;
  return ({ width, height }) => {
    const svg = svgElement({ width, height });
    const bottom = caption ? writeCaption(svg, caption, { width, height }) : 0;
    let top = title ? writeTitle(svg, title, width) : 0;
    if (subtitle) top = writeSubtitle(svg, subtitle, top, width);
    if (top > 0) top += 6;
    const draw = (drawnHeight: number) =>
      drawPlot({
        marginLeft: 52,
        marginRight: 24,
        marginBottom: 40,
        ...rest,
        color: scale,
        width,
        height: drawnHeight,
      });
    // Drawn once to know its colours, on which the height of the legend depends, and once to fit what is left.
    if (legend) {
      const colors = draw(height).scale('color') as ColorScale;
      top = writeLegend(svg, { label: scale.label, ...colors }, { left: MARGIN, top, width });
    }
    const plot = draw(height - top - bottom).svg;
    plot.setAttribute('y', String(top));
    plot.setAttribute('font-size', '11');
    svg.append(plot);
    return svg;
  };
}

/** An `<svg>` as a PNG, its texts as outlines. */
async function toPng(svg: SvgElement): Promise<Uint8Array> {
  // Only browsers know custom properties.
  const text = outlinedSvg(svg).replaceAll('var(--plot-background)', 'white');
  const dotsPerInch = 72;
  return sharp(Buffer.from(text), { density: 2 * dotsPerInch })
    .flatten({ background: 'white' })
    .png({ palette: true, colours: 128, dither: 0, compressionLevel: 9, effort: 10 })
    .toBuffer();
}

/** At the top, in smaller letters where it would not fit. Returns how much of the height is taken. */
function writeTitle(svg: SvgElement, title: string, width: number): number {
  const fitting = (SIZES.title * (width - 2 * MARGIN)) / textWidth(title, SIZES.title, 'bold');
  const baseLine = MARGIN + SIZES.title;
  const size = Math.min(SIZES.title, fitting);
  svg.append(textElement(title, MARGIN, baseLine, { size, weight: 'bold' }));
  return baseLine + 5;
}

/** From `top` on. Returns how much of the height is taken. */
function writeSubtitle(svg: SvgElement, subtitle: string, top: number, width: number): number {
  const lines = wrapText(subtitle, width - 2 * MARGIN, SIZES.subtitle);
  const baseLine = (line: number) => top + (line + 1) * (SIZES.subtitle + 5);
  lines.forEach((line, index) => {
    svg.append(textElement(line, MARGIN, baseLine(index), { size: SIZES.subtitle, fill: GREY }));
  });
  return baseLine(lines.length - 1);
}

/** At the bottom. Returns how much of the height is taken. */
function writeCaption(svg: SvgElement, caption: string, { width, height }: Size): number {
  const lines = wrapText(caption, width - 2 * MARGIN, SIZES.caption);
  const taken = lines.length * (SIZES.caption + 4) + MARGIN;
  lines.forEach((line, index) => {
    const y = height - taken + (index + 1) * (SIZES.caption + 4);
    svg.append(textElement(line, MARGIN, y, { size: SIZES.caption, fill: GREY }));
  });
  return taken + 4;
}
