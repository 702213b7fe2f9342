// Small networks of every architecture, for tests of what all of them do.
import type { NetworkSettings } from '@blind-demod/dcgan';
import { networkSchema } from '@blind-demod/dcgan/node';

const SMALL = {
  dcgan: { generatorMaps: 2, discriminatorMaps: 2 },
  'resize-convolution': { generatorMaps: 2, discriminatorMaps: 2 },
  residual: { generatorMaps: 3, discriminatorMaps: 2 },
  'expansive-relu': { widths: [20, 40], discriminatorMaps: 2 },
  coordinate: { units: 6, discriminatorMaps: 2 },
  polynomial: { units: 20, degree: 3, discriminatorMaps: 2 },
};

/** The settings of a small network of this architecture, with these changed. */
export const smallNetwork = (
  architecture: NetworkSettings['architecture'],
  changes: object = {},
): NetworkSettings => networkSchema(6).parse({ architecture, ...SMALL[architecture], ...changes });
