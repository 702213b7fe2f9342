// Text as outlines: pictures look the same on every machine, also where no fonts are installed.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import opentype, { type Font, type PathCommand } from 'opentype.js';
import { element, SVG_NAMESPACE, type SvgElement } from './svg.js';

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

/** Attributes that say how a text is set; its outlines have no use for them. */
const OF_TEXT = new Set(['x', 'y', 'dx', 'dy', 'text-anchor', 'font-size', 'font-weight', 'font-variant']);

/** The file of an `<svg>`, which it changes: every text is replaced by its outlines. */
export function outlinedSvg(svg: SvgElement): string {
  outlineTexts(svg);
  svg.setAttribute('xmlns', SVG_NAMESPACE);
  return svg.outerHTML;
}

/** Replaces every text of an SVG by its outlines. */
export function outlineTexts(svg: SvgElement): void {
  for (const text of [...svg.querySelectorAll('text')]) {
    const size = Number.parseFloat(inherited(text, 'font-size') ?? '10');
    const anchor = inherited(text, 'text-anchor') ?? 'start';
    const weight: Weight = inherited(text, 'font-weight') === 'bold' ? 'bold' : 'normal';
    let data = '';
    let [x, y] = [0, 0];
    const place = (part: SvgElement) => {
      x = length(part.getAttribute('x'), size) ?? x;
      y = length(part.getAttribute('y'), size) ?? y;
      x += length(part.getAttribute('dx'), size) ?? 0;
      y += length(part.getAttribute('dy'), size) ?? 0;
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
    const kept = [...text.attributes].filter(({ name }) => !OF_TEXT.has(name));
    text.replaceWith(
      element('path', { ...Object.fromEntries(kept.map(one => [one.name, one.value])), d: data }),
    );
  }
}

/** The value of an attribute: an element's own, or that of the nearest element around it that has one. */
function inherited(from: SvgElement, name: string): string | undefined {
  for (let at: SvgElement | null = from; at !== null; at = at.parentElement) {
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
