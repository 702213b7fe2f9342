// Drawing: images, tables, the frame of a page; plots.ts has what takes a document to draw on.
export { barChart } from './bar-chart.js';
export { contactSheet } from './contact-sheet.js';
export { type Cell, toCsv } from './csv.js';
export { datum } from './datum.js';
export { embeddedImage } from './embedded-image.js';
export { decibel, percent, thousandth, toDigits, withDigits } from './formats.js';
export { type Content, Html, html } from './html.js';
export { interleaved, type Pixels } from './pixels.js';
export { STYLE } from './style.js';
export { textTable } from './table.js';
