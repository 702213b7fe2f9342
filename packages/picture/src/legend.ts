// The legend of a plot's colours: named swatches, or a ramp over an axis.
import * as Plot from '@observablehq/plot';
import { drawPlot, element, type SvgElement, textElement } from './svg.js';
import { textWidth } from './text.js';

/** As Observable Plot tells it of a plot that it has drawn. */
export interface ColorScale {
  readonly type: string;
  readonly domain: readonly (string | number)[];
  readonly label?: string | null | undefined;
  apply(value: unknown): string;
}

/** The left margin, what is taken above, and the width of all. */
interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

const FONT_SIZE = 11;

/** Returns where the legend ends. */
export function writeLegend(svg: SvgElement, scale: ColorScale, place: Place): number {
  const ordinal =
    scale.domain.some(value => typeof value !== 'number') || ['ordinal', 'categorical'].includes(scale.type);
  return ordinal ? writeSwatches(svg, scale, place) : writeRamp(svg, scale, place);
}

function writeSwatches(svg: SvgElement, scale: ColorScale, { left, top, width }: Place): number {
  const size = FONT_SIZE;
  const lineHeight = size + 7;
  let x = left;
  let y = top + lineHeight;
  for (const value of scale.domain) {
    const label = String(value);
    const taken = size + 5 + textWidth(label, size) + 16;
    if (x > left && x + taken > width) {
      x = left;
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

function writeRamp(svg: SvgElement, scale: ColorScale, { left, top, width }: Place): number {
  const cells = 240;
  const [low, high] = [Number(scale.domain[0]), Number(scale.domain.at(-1))];
  const at = (fraction: number) =>
    scale.type === 'log' ? low * (high / low) ** fraction : low + fraction * (high - low);
  const height = 46;
  const ramp = drawPlot({
    width: Math.min(width, 320),
    height,
    marginTop: 4,
    marginBottom: 34,
    marginLeft: left + 8,
    marginRight: left + 8,
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
  }).svg;
  ramp.setAttribute('y', String(top + 4));
  ramp.setAttribute('font-size', String(FONT_SIZE));
  svg.append(ramp);
  return top + 4 + height;
}
