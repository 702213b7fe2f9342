// What `auto` means and what `demod doctor` says, on machines of all kinds.
import { beforeEach, expect, inject, test, vi } from 'vitest';
import { type Gpu, MAKERS } from '../src/node/gpu.js';
import { type Answer, lacking } from '../src/node/probe.js';

const machine = vi.hoisted(() => ({ gpus: [] as Gpu[], webgpu: undefined as Answer | undefined }));
const probe = vi.fn();
vi.mock(import('../src/node/gpu.js'), async original => ({
  ...(await original()),
  findGpus: () => machine.gpus,
}));
vi.mock(import('../src/node/probe.js'), async original => {
  const real = await original();
  return { ...real, probe: device => probe(device) ?? real.probe(device) };
});
// What stands behind `#host` is Node's, with these stand-ins.
vi.mock('#host', () => import('../src/node/host.js'));
vi.mock(import('../src/node/cuda.js'), async original => ({
  ...(await original()),
  installedCuda: () => undefined,
}));

const nvidia: Gpu = {
  maker: MAKERS.find(({ name }) => name === 'NVIDIA')!,
  file: '/dev/nvidia0',
  accessible: true,
};

/** The modules as a new process on this machine has them. */
async function onMachine(gpus: Gpu[], webgpu?: Answer) {
  machine.gpus = gpus;
  probe.mockImplementation(device => (device === 'webgpu' ? webgpu : undefined));
  vi.resetModules();
  return { ...(await import('../src/devices.js')), ...(await import('../src/node/describe.js')) };
}

beforeEach(() => {
  probe.mockReset();
});

const works = (...drivers: string[]): Answer => ({ works: true, drivers });

// On Linux: elsewhere there is no telling drivers apart.
test.runIf(process.platform === 'linux').each<[string, Gpu[], Answer | undefined, string]>([
  ['a GPU with its driver', [nvidia], works('libGLX_nvidia.so.0'), 'webgpu'],
  [
    'a GPU with its driver beside a software driver',
    [nvidia],
    works('libvulkan_lvp.so', 'libGLX_nvidia.so.0'),
    'webgpu',
  ],
  ['a GPU with a software driver alone', [nvidia], works('libvulkan_lvp.so'), 'cpu'],
  ['a GPU that may not be opened', [{ ...nvidia, accessible: false }], works('libGLX_nvidia.so.0'), 'cpu'],
  ['a GPU whose driver fails', [nvidia], { works: false, reason: 'no adapter' }, 'cpu'],
  ['no GPU, but a software driver', [], works('libvk_swiftshader.so'), 'cpu'],
])('on %s, auto is right', async (_, gpus, webgpu, device) => {
  const { chooseDevice, chosenDevice } = await onMachine(gpus, webgpu);
  expect((await chooseDevice()).device).toBe(device);
  expect(await chosenDevice('auto')).toBe(device);
  // Without a GPU nothing is tried: it takes no time.
  expect(probe).toHaveBeenCalledTimes(gpus.length);
});

test('a chosen device is what it is, whatever works', async () => {
  const { chosenDevice } = await onMachine([]);
  expect(await chosenDevice('webgpu')).toBe('webgpu');
  expect(probe).not.toHaveBeenCalled();
});

test('a device that is none is refused', async () => {
  const { engineOf } = await onMachine([]);
  await expect(engineOf('gpu' as 'cpu')).rejects.toThrow('there is no device "gpu"; there are auto, cpu, js');
});

test('cpu and js work everywhere, and the others say what they are or lack', async () => {
  // A GPU that this machine has is none that it is to show.
  const webgpu: Answer | undefined = inject('software')
    ? undefined
    : { works: false, reason: 'No supported adapters' };
  const { describeDevices } = await onMachine([], webgpu);
  const reports = Object.fromEntries(describeDevices().map(report => [report.device, report]));
  expect(reports.cpu).toMatchObject({
    works: true,
    detail: expect.stringMatching(/^ONNX Runtime, \d+ threads$/),
  });
  expect(reports.js!.works).toBe(true);
  expect(reports.webgpu).toEqual(
    inject('software')
      ? {
          device: 'webgpu',
          works: true,
          detail: 'ONNX Runtime, WebGPU in software (libvk_swiftshader.so): slower than cpu',
        }
      : { device: 'webgpu', works: false, detail: 'no GPU found' },
  );
  expect(reports.cuda).toMatchObject({ works: false, detail: expect.stringContaining('npm run setup:cuda') });
});

test.each<[string, Gpu[], string, RegExp]>([
  ['no GPU', [], 'No supported adapters', /^no GPU found$/],
  [
    'no rights',
    [{ ...nvidia, accessible: false }],
    'No supported adapters',
    /^\/dev\/nvidia0 may not be opened; join/,
  ],
  [
    'no driver',
    [nvidia],
    'libvulkan.so.1 not found',
    /^libvulkan\.so\.1 not found; install the Vulkan loader/,
  ],
])('of a broken webgpu the doctor says what to do: %s', async (_, gpus, reason, expected) => {
  const { describeDevices } = await onMachine(gpus, { works: false, reason });
  const report = describeDevices().find(({ device }) => device === 'webgpu');
  expect(report).toMatchObject({ works: false, detail: expect.stringMatching(expected) });
});

test.each([
  [
    "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file: No such file or directory\n    at operator() (BackendVk.cpp:368)",
    'libvulkan.so.1 not found',
  ],
  [
    'Failed to load library /a/libonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot open shared object file: No such file or directory',
    'libcublasLt.so.12 not found',
  ],
  [
    "W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library 'libcudart.so.11.0'; dlerror: …\nCould not load dynamic library 'libcudnn.so.8'; dlerror: …",
    'libcudart.so.11.0, libcudnn.so.8 not found',
  ],
  ['something else', undefined],
])('native libraries say what they lack: %s', (stderr, expected) => {
  expect(lacking(stderr)).toBe(expected);
});
