/**
 * What Node alone can tell of a machine and of a program on it.
 *
 * @module @blind-demod/jit/node
 */
export { type DeviceReport, describeDevice, describeDevices } from './describe.js';
export { type OperatorTime, profile } from './profile.js';
export { engineVersions } from './versions.js';
