// Plots and figures: what is drawn as SVG. By itself, because its libraries take half a second to load.
export { drawFigure, type FigureRow } from './figure.js';
export { pagePlot } from './page-plot.js';
export { type Panel, type PanelOptions, panelsPng, plotPanel, plotPng } from './panels.js';
export { type SurfaceOptions, surfacePanel } from './surface.js';
export { drawSvg } from './svg.js';
