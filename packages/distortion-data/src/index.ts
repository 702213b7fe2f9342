// The images of both factors: where they come from, how they are resized and divided, how they are seen.
export { withContent } from './content.js';
export { gaussianDistortion } from './families/gaussian.js';
export { drawIllumination } from './families/illumination.js';
export { FAMILIES, type ImageSettings } from './families/index.js';
export { between, type DrawLight, type Light, renderLight } from './families/light.js';
export { imageOfPage, readImageFile, whiteOf, writePng } from './image-file.js';
export { dataSettings, type FactorImages, type ImageSet, prepareImages } from './prepare.js';
export { resizeImages } from './resize.js';
export { type DataSettings, imageSchema } from './settings.js';
