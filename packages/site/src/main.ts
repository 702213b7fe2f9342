// npm run docs: the site, in site/.
import { build } from './build.js';

const FOLDER = 'site';
await build(FOLDER);
console.log(`${FOLDER}/index.html`);
