// A surface z = f(x, y) in parallel projection, painted from back to front.
import type { Panel } from './panels.js';
import { element, type Size, type SvgElement, svgElement, textElement } from './svg.js';

export interface SurfaceOptions {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** z[row][column] belongs to y[row] and x[column]. */
  readonly z: readonly (readonly number[])[];
  /** The height of the floor. */
  readonly low: number;
  /** What is higher is cut off. */
  readonly high: number;
  readonly color: (z: number) => string;
  readonly labels: { readonly x: string; readonly y: string; readonly z: string };
  /** Curves drawn over the surface, raised a little so that it does not hide them. */
  readonly curves: readonly {
    readonly points: readonly (readonly [number, number, number])[];
    readonly stroke: string;
  }[];
  /** Degrees: where one stands, counter-clockwise from the x axis, and how far above. */
  readonly azimuth: number;
  readonly elevation: number;
  /** How high the box is, relative to its sides. */
  readonly height: number;
}

type Point = readonly [number, number, number];

/** From a point to its place in the panel; the third number grows towards the viewer. */
type Projection = (point: Point) => Point;

/** What is painted, and how near it is to the viewer. */
interface Piece {
  readonly depth: number;
  readonly svg: SvgElement;
}

/** The surface as a panel of a picture. */
export function surfacePanel(options: SurfaceOptions): Panel {
  return size => {
    const svg = svgElement(size);
    const onto = projection(options, size);
    const screen: Projection = point => onto(inBox(point, options));
    drawFloor(svg, options, screen);
    const pieces = [...faces(options, screen), ...segments(options, screen)];
    for (const piece of pieces.sort((a, b) => a.depth - b.depth)) svg.append(piece.svg);
    return svg;
  };
}

/** Every face of the grid that is not cut off. */
function faces({ x, y, z, high, color }: SurfaceOptions, screen: Projection): Piece[] {
  const pieces: Piece[] = [];
  for (let row = 0; row + 1 < y.length; row++) {
    for (let column = 0; column + 1 < x.length; column++) {
      const corner = (r: number, c: number): Point => [x[c]!, y[r]!, Math.min(z[r]![c]!, high)];
      const corners = [
        corner(row, column),
        corner(row, column + 1),
        corner(row + 1, column + 1),
        corner(row + 1, column),
      ];
      const middle = corners.reduce((sum, [, , value]) => sum + value, 0) / 4;
      if (middle >= high * 0.9999) continue; // the cut is left open, so that one sees into the valleys
      const fill = color(middle);
      const stroke = row % 4 === 0 || column % 4 === 0 ? shade(fill) : fill;
      const d = `${polygon(corners, screen)}Z`;
      pieces.push({
        depth: Math.max(...corners.map(point => screen(point)[2])),
        svg: element('path', { d, fill, stroke, 'stroke-width': 0.5 }),
      });
    }
  }
  return pieces;
}

/** The curves, piece by piece, a little nearer than the surface that they lie on. */
function segments({ curves, high }: SurfaceOptions, screen: Projection): Piece[] {
  return curves.flatMap(({ points, stroke }) =>
    points.slice(1).flatMap((end, index) => {
      const segment = [points[index]!, end];
      if (segment.some(([, , value]) => value >= high)) return [];
      const line = { stroke, 'stroke-width': 2.2, 'stroke-linecap': 'round', fill: 'none' };
      return [
        {
          depth: Math.max(...segment.map(point => screen(point)[2])) + 0.12,
          svg: element('path', { d: polygon(segment, screen), ...line }),
        },
      ];
    }),
  );
}

/** Path data of a line through points. */
const polygon = (points: readonly Point[], screen: Projection): string =>
  `M${points
    .map(point => {
      const [a, b] = screen(point);
      return `${a.toFixed(1)},${b.toFixed(1)}`;
    })
    .join('L')}`;

/** A point of the data in the box [−1, 1]² × [0, height]. */
function inBox([a, b, c]: Point, { x, y, low, high, height }: SurfaceOptions): Point {
  const unit = (value: number, from: readonly number[]) =>
    (2 * (value - from[0]!)) / (from.at(-1)! - from[0]!) - 1;
  return [unit(a, x), unit(b, y), (height * (Math.min(c, high) - low)) / (high - low)];
}

/** Turns, tilts and fits the box [−1, 1]² × [0, height] into the panel. */
function projection({ azimuth, elevation, height }: SurfaceOptions, size: Size): Projection {
  const [turn, tilt] = [azimuth, elevation].map(degrees => (degrees * Math.PI) / 180) as [number, number];
  const raw = ([a, b, c]: Point): Point => {
    const right = -a * Math.sin(turn) + b * Math.cos(turn);
    const towards = a * Math.cos(turn) + b * Math.sin(turn);
    return [
      right,
      towards * Math.sin(tilt) - c * Math.cos(tilt),
      towards * Math.cos(tilt) + c * Math.sin(tilt),
    ];
  };
  const corners = [-1, 1].flatMap(a => [-1, 1].flatMap(b => [0, height].map(c => raw([a, b, c]))));
  const range = (axis: 0 | 1) =>
    [Math.min(...corners.map(p => p[axis])), Math.max(...corners.map(p => p[axis]))] as const;
  const [left, right] = range(0);
  const [top, bottom] = range(1);
  const margin = 46;
  const scale = Math.min(
    (size.width - 2 * margin) / (right - left),
    (size.height - 2 * margin) / (bottom - top),
  );
  return (point: Point): Point => {
    const [a, b, depth] = raw(point);
    return [
      size.width / 2 + scale * (a - (left + right) / 2),
      size.height / 2 + scale * (b - (top + bottom) / 2),
      depth,
    ];
  };
}

/** The floor's outline with its axes, and the vertical axis. */
function drawFloor(svg: SvgElement, { x, y, low, high, labels }: SurfaceOptions, screen: Projection): void {
  const [x0, x1, y0, y1] = [x[0]!, x.at(-1)!, y[0]!, y.at(-1)!];
  const floor: Point[] = [
    [x0, y0, low],
    [x1, y0, low],
    [x1, y1, low],
    [x0, y1, low],
  ];
  svg.append(element('path', { d: `${polygon(floor, screen)}Z`, fill: '#f6f6f6', stroke: '#bbb' }));
  const [centreX, centreY] = screen([(x0 + x1) / 2, (y0 + y1) / 2, low]);
  const label = (point: Point, text: string, away: number, weight: 'normal' | 'bold' = 'normal') => {
    const [a, b] = screen(point);
    const distance = Math.hypot(a - centreX, b - centreY);
    const at = [a + (away * (a - centreX)) / distance, b + (away * (b - centreY)) / distance + 4] as const;
    svg.append(textElement(text, at[0], at[1], { size: 11, anchor: 'middle', weight }));
  };
  // The edges of the floor that face the viewer carry the ticks.
  const near = (edges: readonly [Point, Point]) =>
    screen(edges[0])[2] > screen(edges[1])[2] ? edges[0] : edges[1];
  const yNear = near([
    [0, y0, low],
    [0, y1, low],
  ])[1];
  const xNear = near([
    [x0, 0, low],
    [x1, 0, low],
  ])[0];
  const ticks = (from: number, to: number) =>
    Array.from({ length: 5 }, (_, i) => from + (i * (to - from)) / 4).slice(1, -1);
  for (const value of ticks(x0, x1)) label([value, yNear, low], format(value), 14);
  for (const value of ticks(y0, y1)) label([xNear, value, low], format(value), 14);
  label([(x0 + x1) / 2 + (x1 - x0) * 0.12, yNear, low], labels.x, 32, 'bold');
  label([xNear, (y0 + y1) / 2 + (y1 - y0) * 0.12, low], labels.y, 32, 'bold');
  // The vertical axis stands on the leftmost corner.
  const [ax, ay] = floor.reduce((best, corner) => (screen(corner)[0] < screen(best)[0] ? corner : best));
  svg.append(
    element('path', {
      d: polygon(
        [
          [ax, ay, low],
          [ax, ay, high],
        ],
        screen,
      ),
      stroke: '#888',
      fill: 'none',
    }),
  );
  for (const value of [low, (low + high) / 2, high]) {
    const [a, b] = screen([ax, ay, value]);
    svg.append(textElement(format(value), a - 5, b + 4, { size: 11, anchor: 'end' }));
  }
  const [a, b] = screen([ax, ay, high]);
  svg.append(textElement(labels.z, Math.max(a - 30, 8), b - 14, { size: 11, weight: 'bold' }));
}

const format = (value: number): string => String(Number(value.toFixed(2))).replace('-', '−');

/** A darker version of rgb(r, g, b) or #rrggbb, for the mesh. */
function shade(color: string): string {
  const parts = color.startsWith('#')
    ? [1, 3, 5].map(at => Number.parseInt(color.slice(at, at + 2), 16))
    : (color.match(/\d+/g) ?? []).map(Number);
  return `rgb(${parts
    .slice(0, 3)
    .map(part => Math.round(part * 0.8))
    .join(',')})`;
}
