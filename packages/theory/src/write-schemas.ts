// Writes configs/theory/NAME.schema.json, for editors: run it after a change of the settings.

import { fileURLToPath } from 'node:url';
import { writeFileAtomic } from '@blind-demod/artifacts';
import { studyJsonSchema } from './load-study.js';
import { STUDIES } from './studies.js';

for (const study of STUDIES) {
  const target = new URL(`../../../configs/theory/${study.name}.schema.json`, import.meta.url);
  // Lists of plain values on one line, as the formatter has them.
  const text = JSON.stringify(studyJsonSchema(study), undefined, 2).replace(
    /\[\s+([^[\]{}]*?)\s+\]/g,
    (_, items: string) => `[${items.replace(/\s*\n\s*/g, ' ')}]`,
  );
  await writeFileAtomic(fileURLToPath(target), `${text}\n`);
}
