// The paper's theory as studies: what it proves, seen.
export { findStudy, type LoadedStudy, loadStudy, studyJsonSchema } from './load-study.js';
export { runStudy, type StudyRun } from './run-study.js';
export { STUDIES } from './studies/index.js';
export type { Study, StudyContext, StudyOutput, StudySettings } from './study.js';
