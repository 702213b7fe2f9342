// Writes configs/schema.json, for editors: run it after a change of the settings.
import { fileURLToPath } from 'node:url';
import { writeFileAtomic } from '@blind-demod/artifacts';
import { jsonSchema } from './schema.js';

const target = fileURLToPath(new URL('../../../configs/schema.json', import.meta.url));
// Lists of plain values on one line, as the formatter has them.
const text = JSON.stringify(jsonSchema(), undefined, 2).replace(
  /\[\s+([^[\]{}]*?)\s+\]/g,
  (_, items: string) => {
    return `[${items.replace(/\s*\n\s*/g, ' ')}]`;
  },
);
await writeFileAtomic(target, `${text}\n`);
