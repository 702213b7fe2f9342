// What a run keeps and tells: files written whole, artifacts with checksums, settings read with clear errors, progress.
export {
  type Artifact,
  artifactIsCurrent,
  type Manifest,
  openArtifact,
  writeArtifact,
} from './artifacts.js';
export { systemCode } from './errors.js';
export { writeFileAtomic } from './files.js';
export { hashOf } from './hash.js';
export { type Loaded, loadAs, loadSettings } from './load.js';
export { alone, waitFor } from './lock.js';
export { type Progress, startProgress } from './progress.js';
