// Small line plots, drawn as SVG.

export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

const [WIDTH, HEIGHT] = [300, 84];
const MARGIN = { top: 6, right: 6, bottom: 4, left: 6 };
const SVG = 'http://www.w3.org/2000/svg';

/**
 * Draws some series over their positions, on one scale; what is not a number is left out. `at` is the position to mark.
 * The n-th line has the class `series n`.
 */
export function drawPlot(
  svg: SVGSVGElement,
  series: readonly Series[],
  { at, count, logarithmic }: { at: number; count: number; logarithmic: boolean },
): void {
  const scale = (value: number) => (logarithmic ? Math.log10(value) : value);
  const values = series.flatMap(one => one.values.map(scale)).filter(Number.isFinite);
  const low = logarithmic ? Math.min(...values) : 0;
  const high = Math.max(...values);
  const x = (index: number) =>
    MARGIN.left + (index / Math.max(1, count - 1)) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (value: number) =>
    HEIGHT -
    MARGIN.bottom -
    ((scale(value) - low) / (high - low || 1)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const drawn = series.flatMap(({ values }, index) => {
    const points = values.flatMap((value, position) =>
      Number.isFinite(scale(value)) ? [`${x(position).toFixed(1)},${y(value).toFixed(1)}`] : [],
    );
    const line = shape('polyline', { class: `series n${index}`, points: points.join(' ') });
    const value = values[at];
    if (value === undefined || !Number.isFinite(scale(value))) return [line];
    return [line, shape('circle', { class: `dot n${index}`, cx: `${x(at)}`, cy: `${y(value)}`, r: '3.5' })];
  });
  const base = HEIGHT - MARGIN.bottom;
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  svg.replaceChildren(
    shape('line', {
      class: 'axis',
      x1: `${MARGIN.left}`,
      x2: `${WIDTH - MARGIN.right}`,
      y1: `${base}`,
      y2: `${base}`,
    }),
    ...drawn,
  );
}

function shape(name: string, attributes: Record<string, string>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}
