// Which GPUs a Linux machine has, and whether Vulkan computes on one of them: a software driver (SwiftShader, llvmpipe)
// answers in the same way, and ONNX Runtime does not say which it was given.
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';

interface Maker {
  readonly name: string;
  /** PCI vendor number, as the kernel writes it. */
  readonly vendor: string;
  /** Its Vulkan drivers' libraries. */
  readonly drivers: RegExp;
}

export const MAKERS: readonly Maker[] = [
  { name: 'NVIDIA', vendor: '0x10de', drivers: /^(libGLX_nvidia|libEGL_nvidia|libvulkan_nouveau)\b/ },
  { name: 'AMD', vendor: '0x1002', drivers: /^(libvulkan_radeon|amdvlk)/ },
  { name: 'Intel', vendor: '0x8086', drivers: /^libvulkan_intel/ },
];

export interface Gpu {
  readonly maker: Maker;
  /** The file by which programs reach it, and whether this one may. */
  readonly file: string;
  readonly accessible: boolean;
}

/** The GPUs that the kernel knows and for which there are Vulkan drivers, by reading a few file names. */
export function findGpus(): Gpu[] {
  const rendering = list('/dev/dri')
    .filter(name => name.startsWith('renderD'))
    .flatMap(name => {
      const vendor = read(`/sys/class/drm/${name}/device/vendor`).trim();
      const maker = MAKERS.find(known => known.vendor === vendor);
      return maker ? [gpu(maker, `/dev/dri/${name}`)] : [];
    });
  const nvidia = list('/dev').filter(name => /^nvidia\d+$/.test(name));
  return [...rendering, ...nvidia.map(name => gpu(MAKERS[0]!, `/dev/${name}`))];
}

const gpu = (maker: Maker, file: string): Gpu => ({ maker, file, accessible: isAccessible(file) });

/** Of the libraries that a process has loaded, those that are Vulkan drivers. */
export function vulkanDrivers(): string[] {
  const names = read('/proc/self/maps')
    .split('\n')
    .map(line => line.slice(line.lastIndexOf('/') + 1));
  return [...new Set(names.filter(isDriver))];
}

const isDriver = (library: string): boolean =>
  MAKERS.some(({ drivers }) => drivers.test(library)) || /^lib(vk|vulkan)_/.test(library);

/** The GPU that one of these drivers is for, if any: without it they compute in software. */
export const gpuOfDrivers = (gpus: readonly Gpu[], drivers: readonly string[]): Gpu | undefined =>
  gpus.find(({ maker, accessible }) => accessible && drivers.some(library => maker.drivers.test(library)));

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function isAccessible(file: string): boolean {
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
