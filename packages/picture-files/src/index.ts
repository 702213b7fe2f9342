// Pictures as files: opened, read page by page as the numbers that are in them, and written alike.
export { isPictureName, PICTURE_ENDINGS, picturesIn } from './folder.js';
export type { Metadata } from './metadata.js';
export { openPicture, withPicture } from './open.js';
export { type Format, type Layout, type Page, type Picture, type Pixels, planesOf } from './picture.js';
export { bytesOf, cameraWhite, rangeOf, type SampleArray, type SampleType, zeros } from './samples.js';
export { upright } from './upright.js';
export { type NewPicture, refuseInputs, writePicture } from './write.js';
