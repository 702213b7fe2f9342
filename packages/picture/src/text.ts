// Text as outlines: pictures look the same on every machine, also where no fonts are installed.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import opentype, { type Font, type PathCommand } from 'opentype.js';

/** DejaVu Sans, because it has the mathematical signs that labels need; it comes with an npm package. */
const FONT_FILES = { normal: 'DejaVuSans.ttf', bold: 'DejaVuSans-Bold.ttf' } as const;
type Weight = keyof typeof FONT_FILES;

const fonts = new Map<Weight, Font>();

function fontOf(weight: Weight): Font {
  let font = fonts.get(weight);
  if (font === undefined) {
    const file = createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/${FONT_FILES[weight]}`);
    const bytes = readFileSync(file);
    font = opentype.parse(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
    );
    fonts.set(weight, font);
  }
  return font;
}

/** How wide a line of text is, in the unit of `size`. */
export function textWidth(text: string, size: number, weight: Weight = 'normal'): number {
  const font = fontOf(weight);
  // Letter by letter: opentype.js' own layout stops at features of this font that it does not know.
  const units = [...text].reduce((sum, letter) => sum + (font.charToGlyph(letter).advanceWidth ?? 0), 0);
  return (units * size) / font.unitsPerEm;
}

/** A line of text as SVG path data, from (x, y), the left end of its base line. */
export function textPath(
  text: string,
  x: number,
  y: number,
  size: number,
  weight: Weight = 'normal',
): string {
  const font = fontOf(weight);
  let left = x;
  let data = '';
  for (const letter of text) {
    const glyph = font.charToGlyph(letter);
    data += pathData(glyph.getPath(left, y, size).commands);
    left += ((glyph.advanceWidth ?? 0) * size) / font.unitsPerEm;
  }
  return data;
}

/** As SVG writes it. opentype.js' own toPathData runs numbers together where one is nearly 0. */
function pathData(commands: readonly PathCommand[]): string {
  return commands
    .map(command => {
      const { type, x1, y1, x2, y2, x, y } = command as { type: string } & Record<
        'x1' | 'y1' | 'x2' | 'y2' | 'x' | 'y',
        number | undefined
      >;
      const numbers = [x1, y1, x2, y2, x, y].filter(value => value !== undefined);
      return type + numbers.map(value => Number(value.toFixed(2))).join(' ');
    })
    .join('');
}

/** Text in lines no wider than `width`, broken at spaces. */
export function wrapText(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && textWidth(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** The little of the DOM that is used here; TypeScript's own declarations of it are for browsers. */
export interface SvgElement {
  readonly tagName: string;
  readonly textContent: string;
  readonly parentElement: SvgElement | null;
  readonly childNodes: readonly (SvgElement & { readonly nodeType: number })[];
  readonly ownerDocument: { createElementNS(namespace: string, name: string): SvgElement };
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  readonly outerHTML: string;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  append(...nodes: (SvgElement | string)[]): void;
  remove(): void;
  replaceWith(node: SvgElement): void;
  querySelectorAll(selector: string): Iterable<SvgElement>;
}

const OWN_ATTRIBUTES = new Set([
  'x',
  'y',
  'dx',
  'dy',
  'text-anchor',
  'font-size',
  'font-weight',
  'font-variant',
]);

/** Replaces every text of an SVG by its outlines. */
export function outlineTexts(svg: SvgElement): void {
  for (const text of [...svg.querySelectorAll('text')]) {
    const size = Number.parseFloat(inherited(text, 'font-size') ?? '10');
    const anchor = inherited(text, 'text-anchor') ?? 'start';
    const weight: Weight = inherited(text, 'font-weight') === 'bold' ? 'bold' : 'normal';
    let data = '';
    let [x, y] = [0, 0];
    const place = (element: SvgElement) => {
      x = length(element.getAttribute('x'), size) ?? x;
      y = length(element.getAttribute('y'), size) ?? y;
      x += length(element.getAttribute('dx'), size) ?? 0;
      y += length(element.getAttribute('dy'), size) ?? 0;
    };
    const write = (line: string) => {
      const width = textWidth(line, size, weight);
      const left = x - { start: 0, middle: width / 2, end: width }[anchor as 'start' | 'middle' | 'end'];
      data += textPath(line, left, y, size, weight);
    };
    place(text);
    for (const node of text.childNodes) {
      if (node.nodeType === 1 && node.tagName.toLowerCase() !== 'tspan') continue; // tooltips
      if (node.nodeType === 1) place(node);
      write(node.textContent);
    }
    const path = svg.ownerDocument.createElementNS('http://www.w3.org/2000/svg', 'path');
    for (const { name, value } of text.attributes)
      if (!OWN_ATTRIBUTES.has(name)) path.setAttribute(name, value);
    path.setAttribute('d', data);
    text.replaceWith(path);
  }
}

/** The value of an attribute, from the nearest element that has it. */
function inherited(element: SvgElement, name: string): string | undefined {
  for (let at: SvgElement | null = element; at !== null; at = at.parentElement) {
    const value = at.getAttribute(name);
    if (value !== null) return value;
  }
  return undefined;
}

/** A length as pixels: '0.32em' or '12'. */
function length(value: string | null, size: number): number | undefined {
  if (value === null) return undefined;
  return Number.parseFloat(value) * (value.endsWith('em') ? size : 1);
}
