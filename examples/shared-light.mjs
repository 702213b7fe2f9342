// Takes the light out of pictures that share it: node examples/shared-light.mjs PICTURES FOLDER
//
// PICTURES is a folder of pictures that were taken under the same uneven light, such as the tiles of a microscope, or one
// stack. The light is found from all of them. FOLDER gets the pictures without it, the light, and a report to look at.
import { correct } from '@blind-demod/illumination';

const [pictures, folder] = process.argv.slice(2);
const asTheyAre = { each: false, normalise: false, float: false, force: false };
const { series, report } = await correct({ pictures: [pictures], out: folder, ...asTheyAre });
for (const { pictures, light, found } of series) {
  const { before, after } = found[0].unevenness;
  console.log(`${light}: the light of ${pictures.length} pictures, ${found[0].inWords}`);
  console.log(`unevenness ${before.toFixed(3)} before, ${after.toFixed(3)} after; see ${report}`);
}
