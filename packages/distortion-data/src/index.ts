// The images of both factors: where they come from, how they are resized and divided, how they are seen.
export { gaussianDistortion } from './gaussian.js';
export { readImageFile, writePng } from './image-file.js';
export { dataSettings, type FactorImages, type ImageSet, prepareImages } from './prepare.js';
export { type DataSettings, type ImageSettings, imageSchema } from './settings.js';
