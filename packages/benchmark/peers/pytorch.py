"""One program of the benchmark in PyTorch, as its users would write it, for comparison.

usage: python pytorch.py '{"program": …, "maps": …, "batch": …, "threads": …, "setting": …, "gpu": …}'

The setting is "eager", "channels-last", "compiled" or "tf32", which is channels last and rounds the factors of products.
Where "gpu" is true and there is one, it runs there. For each line "run" of the standard input the program runs for a
turn, and a line of JSON tells the milliseconds per run; the first line tells that it is ready. See src/pytorch.ts.
"""

import copy
import json
import resource
import sys
import time
from functools import partial

import torch
from torch import nn
from torch.nn import functional

TURN = 0.2  # seconds that a turn lasts at least
TOGETHER = 16  # runs after which a GPU is waited for, at most
SIDE = 64
LATENT = {"signal": 100, "distortion": 50}

task = json.loads(sys.argv[1])
maps, batch, setting = task["maps"], task["batch"], task["setting"]
if task.get("threads"):
    torch.set_num_threads(task["threads"])
torch.manual_seed(1)
device = "cuda" if task.get("gpu") and torch.cuda.is_available() else "cpu"
torch.set_float32_matmul_precision("high" if setting == "tf32" else "highest")
torch.backends.cudnn.allow_tf32 = setting == "tf32"
torch.backends.cudnn.benchmark = True
normals = partial(torch.randn, device=device)
layout = torch.channels_last if setting in ("channels-last", "tf32") else torch.contiguous_format


def ready(module):
    module = module.to(device, memory_format=layout)
    return torch.compile(module) if setting == "compiled" else module


class Generator(nn.Module):
    """DCGAN's. As a prior it is folded: normalisation has become part of the weights."""

    def __init__(self, latent, folded):
        super().__init__()
        widths = [8 * maps, 4 * maps, 2 * maps, maps]
        normalised = nn.Identity if folded else nn.BatchNorm2d
        self.dense = nn.Linear(latent, widths[0] * 16, bias=folded)
        layers = [nn.Unflatten(1, (widths[0], 4, 4)), normalised(widths[0]), nn.ReLU(inplace=True)]
        for before, after in zip(widths, widths[1:]):
            layers.append(nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=folded))
            layers += [normalised(after), nn.ReLU(inplace=True)]
        layers.append(nn.ConvTranspose2d(maps, 1, 4, stride=2, padding=1))
        self.layers = nn.Sequential(*layers)

    def forward(self, code):
        return torch.sigmoid(2 * self.layers(self.dense(code)))


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        widths = [1, maps, 2 * maps, 4 * maps, 8 * maps]
        layers = []
        for depth, (before, after) in enumerate(zip(widths, widths[1:])):
            layers.append(nn.Conv2d(before, after, 4, stride=2, padding=1, bias=depth == 0))
            if depth > 0:
                layers.append(nn.BatchNorm2d(after))
            layers.append(nn.LeakyReLU(0.2, inplace=True))
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Linear(widths[-1] * 16, 1))

    def forward(self, images):
        return self.layers(2 * images - 1)


def images():
    return normals(batch, 1, SIDE, SIDE).to(memory_format=layout)


def matrix_product():
    a, b = normals(1536, 1536), normals(1536, 1536)

    def run():
        with torch.no_grad():
            (a @ b).amax(1)

    return run


def training_step():
    generator, discriminator = Generator(LATENT["signal"], folded=False), Discriminator()
    generate, discriminate = ready(generator), ready(discriminator)
    average = copy.deepcopy(generator)
    adam = dict(lr=2e-4, betas=(0.5, 0.999), fused=True)
    of_generator = torch.optim.Adam(generator.parameters(), **adam)
    of_discriminator = torch.optim.Adam(discriminator.parameters(), **adam)
    real, codes = images(), normals(batch, LATENT["signal"])

    def run():
        # The generated images serve both networks: one forward pass less than taking each loss by itself.
        generated = generate(codes)
        told = functional.softplus(-discriminate(real)).mean()
        told = told + functional.softplus(discriminate(generated.detach())).mean()
        of_discriminator.zero_grad(set_to_none=True)
        told.backward()
        of_discriminator.step()

        discriminator.requires_grad_(False)
        fooled = functional.softplus(-discriminate(generated)).mean()
        of_generator.zero_grad(set_to_none=True)
        fooled.backward()
        of_generator.step()
        discriminator.requires_grad_(True)
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(generator.parameters()), 0.005)

    return run


def prior(factor):
    return ready(Generator(LATENT[factor], folded=True).eval().requires_grad_(False))


def iteration():
    """Seven passes forward and two backward: those of the sign check are not reused, which takes autograd apart."""
    g1, g2, y, momentum = prior("signal"), prior("distortion"), images(), 0.9
    state = {
        "h": normals(batch, LATENT["signal"]),
        "m": normals(batch, LATENT["distortion"]),
        "vh": torch.zeros(batch, LATENT["signal"], device=device),
        "vm": torch.zeros(batch, LATENT["distortion"], device=device),
    }

    def misfit(w, x):
        return 0.5 * (w * x - y).square().mean(dim=(1, 2, 3))

    def gradient(loss, code):
        return torch.autograd.grad(loss.sum(), code)[0]

    def run():
        h, m = state["h"], state["m"]
        with torch.no_grad():
            w, x = g1(torch.cat([h, -h])).chunk(2), g2(torch.cat([m, -m])).chunk(2)
            best = torch.stack([misfit(w[i], x[j]) for i in (0, 1) for j in (0, 1)]).argmin(0)
            sign_h = torch.where(best < 2, 1.0, -1.0)[:, None]
            sign_m = torch.where(best % 2 == 0, 1.0, -1.0)[:, None]
            x = torch.where(sign_m[:, :, None, None] > 0, x[0], x[1])
        h, m = (sign_h * h).requires_grad_(), (sign_m * m).requires_grad_()
        vh = momentum * sign_h * state["vh"] + gradient(misfit(g1(h), x), h)
        h = (h - vh).detach()
        with torch.no_grad():
            w = g1(h)
        vm = momentum * sign_m * state["vm"] + gradient(misfit(w, g2(m)), m)
        m = (m - vm).detach()
        c = (h.norm(dim=1, keepdim=True) / m.norm(dim=1, keepdim=True)).sqrt()
        state.update(h=h / c, m=m * c, vh=vh, vm=vm)

    return run


def forward():
    generate, codes = prior("signal"), normals(batch, LATENT["signal"])

    def run():
        with torch.no_grad():
            generate(codes).cpu()

    return run


PROGRAMS = {
    "matrix product 1536³": matrix_product,
    "training step": training_step,
    "Algorithm 1 iteration": iteration,
    "generator forward": forward,
}


def turn(run):
    """Milliseconds per run, over as many as fill a turn. One before them, not timed, takes the caches back."""
    count = 1
    run()
    finish()
    start, runs = time.perf_counter(), 0
    while runs == 0 or time.perf_counter() - start < TURN:
        for _ in range(count):
            run()
        finish()
        runs += count
        count = min(2 * count, TOGETHER)
    return 1000 * (time.perf_counter() - start) / runs


def finish():
    """Waits for a GPU, which computes beside the host."""
    if device == "cuda":
        torch.cuda.synchronize()


def answer(**message):
    print(json.dumps(message), flush=True)


program = PROGRAMS[task["program"]]()
for _ in range(3):  # a compiled program compiles again where what it is given has changed
    program()
answer(kind="ready")
for line in sys.stdin:
    if line.strip() != "run":
        break
    answer(kind="ran", milliseconds=turn(program))
answer(kind="finished", peakMemoryMB=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6))
