// Takes a picture apart: node examples/recover.mjs PICTURE FOLDER
//
// The picture is what a digit under smooth light looks like, in any format and size. The folder gets what was found: the
// light, and the digit without it.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadGenerators, readImageFile, recover, writePng } from 'blind-demod';

const [picture, folder = 'recovered'] = process.argv.slice(2);
const photo = await readImageFile(picture, { size: 64, channels: 1 });
const { refined, signal, distortion, confidence } = await recover(photo, await loadGenerators());

await mkdir(folder, { recursive: true });
await writePng(join(folder, 'signal.png'), refined); // the picture divided by its light
await writePng(join(folder, 'generated.png'), signal); // the nearest that the generator of digits can draw
await writePng(join(folder, 'distortion.png'), distortion);
console.log(`${folder}: confidence ${confidence[0].toFixed(2)} of 1`);
