// The devices by name. By themselves, because every start of a program loads them.

/** Names that `--device` takes. `auto` is the best that works here. */
export const DEVICES = ['auto', 'cpu', 'js', 'webgpu', 'cuda'] as const;
/** A name that `--device` takes. */
export type Device = (typeof DEVICES)[number];
/** A device that is one: all but `auto`. */
export type ConcreteDevice = Exclude<Device, 'auto'>;
