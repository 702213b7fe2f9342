// What a run keeps and tells: files written whole, artifacts with checksums, settings read with clear errors, progress.
export {
  type Artifact,
  artifactIsCurrent,
  changedFiles,
  foreignFile,
  type Manifest,
  openArtifact,
  writeArtifact,
  writeBeside,
  writeFileBeside,
} from './artifacts.js';
export { notReadable, notWritable, systemCode, systemReason } from './errors.js';
export { makeFolder, readIfThere, writeFileAtomic } from './files.js';
export { hashOf } from './hash.js';
export { isStandardInput, readInput, TooLargeError } from './input.js';
export { type Loaded, loadAs, loadSettings } from './load.js';
export { alone, inTurn, waitFor } from './lock.js';
export { nearest } from './nearest.js';
export { durationText, type Progress, startProgress } from './progress.js';
export { lastLine, type PythonProgram, python, startPython } from './python.js';
