// What a release is made of, and how it is packed.
export { type Packed, pack } from './pack.js';
