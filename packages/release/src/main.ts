// npm run release: the tarballs, and how large each is.
import { pack } from './pack.js';

const FOLDER = 'release';
for (const { name, file, packedBytes, unpackedBytes } of await pack(FOLDER)) {
  const [packed, unpacked] = [packedBytes, unpackedBytes].map(bytes => `${(bytes / 1e6).toFixed(1)} MB`);
  console.log(`${file}: ${name}, ${packed}, installed ${unpacked}`);
}
