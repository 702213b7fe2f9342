// Drawing: contact sheets, plots, tables, the frame of a report.
export { contactSheet } from './contact-sheet.js';
export { type Cell, toCsv } from './csv.js';
export { datum } from './datum.js';
export { toDigits, withDigits } from './digits.js';
export { embeddedImage } from './embedded-image.js';
export { drawFigure, type FigureRow } from './figure.js';
export { type Content, Html, html } from './html.js';
export {
  element,
  type Panel,
  panelsPng,
  plotPanel,
  plotPng,
  type Size,
  svgPng,
  textElement,
} from './plot.js';
export { STYLE } from './style.js';
export { type SurfaceOptions, surfacePanel } from './surface.js';
export { drawSvg } from './svg.js';
export { decibel, percent, textTable, thousandth } from './table.js';
export { outlineTexts, type SvgElement, textPath, textWidth, wrapText } from './text.js';
