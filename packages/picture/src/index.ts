// Drawing: images, plots, tables, the frame of a page.
export { barChart } from './bar-chart.js';
export { contactSheet } from './contact-sheet.js';
export { type Cell, toCsv } from './csv.js';
export { datum } from './datum.js';
export { embeddedImage } from './embedded-image.js';
export { drawFigure, type FigureRow } from './figure.js';
export { decibel, percent, thousandth, toDigits, withDigits } from './formats.js';
export { type Content, Html, html } from './html.js';
export { pagePlot } from './page-plot.js';
export { type Panel, type PanelOptions, panelsPng, plotPanel, plotPng } from './panels.js';
export { interleaved, type Pixels } from './pixels.js';
export { STYLE } from './style.js';
export { type SurfaceOptions, surfacePanel } from './surface.js';
export { drawSvg } from './svg.js';
export { textTable } from './table.js';
