// What the pages are made of, and how they are built.
export type { PublicName } from './api.js';
export { build } from './build.js';
export { brokenLinks } from './links.js';
export { stagePages } from './pages.js';
