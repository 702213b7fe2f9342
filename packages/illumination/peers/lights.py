"""The light of pictures, as others find it: python lights.py METHOD. A method is a function of pictures, [n, height, width].

Each request on stdin is a line of JSON, {"shape": [n, height, width]}, and the pictures as 32-bit floats. The answers on stdout are
lines of JSON: {} once the method is there, then {"seconds": …, "light": 32-bit floats in base64} for each request."""

import base64
import json
import logging
import sys
import time
import warnings

import numpy as np
from skimage.transform import resize

warnings.filterwarnings("ignore")
SIDE = 128  # at which N4 and the rolling ball work: a light is smooth, and N4 takes minutes at full size


def resized(picture, shape):
    return resize(picture, shape, anti_aliasing=True).astype(np.float32)


def alone(light_of, together):
    """A method for one picture, for many: what the logarithms of their lights are together, their mean or median."""

    def of_all(pictures):
        shape = pictures.shape[1:]
        lights = [resized(light_of(resized(picture, (SIDE, SIDE))), shape) for picture in pictures]
        return np.exp(together(np.log(np.maximum(lights, 1e-3)), axis=0))

    return of_all


def basic():
    from basicpy import BaSiC

    logging.disable(logging.WARNING)

    def light_of(pictures):
        method = BaSiC(get_darkfield=False, sort_intensity=True)
        method.fit(pictures)
        return np.asarray(method.flatfield)

    return light_of


def n4():
    import SimpleITK

    def light_of(picture):
        image = SimpleITK.GetImageFromArray(picture)
        everywhere = SimpleITK.Image(image.GetSize(), SimpleITK.sitkUInt8) + 1
        method = SimpleITK.N4BiasFieldCorrectionImageFilter()
        method.SetMaximumNumberOfIterations([50] * 4)
        method.Execute(image, everywhere)
        return np.exp(SimpleITK.GetArrayFromImage(method.GetLogBiasFieldAsImage(image)))

    return alone(light_of, np.median)


def rolling_ball():
    from scipy.ndimage import gaussian_filter
    from skimage.restoration import rolling_ball

    # It finds the ground below bright objects; turned over, what lies above dark ones: the light of a bright specimen.
    def light_of(picture):
        highest = picture.max()
        return gaussian_filter(highest - rolling_ball(highest - picture, radius=40), 2)

    return alone(light_of, np.mean)


METHODS = {"basic": basic, "n4": n4, "rolling-ball": rolling_ball}


def main():
    light_of = METHODS[sys.argv[1]]()
    requests, answers = sys.stdin.buffer, sys.stdout
    sys.stdout = sys.stderr  # what libraries print is no answer
    print("{}", file=answers, flush=True)
    while line := requests.readline():
        shape = json.loads(line)["shape"]
        pictures = np.frombuffer(requests.read(4 * int(np.prod(shape))), np.float32).reshape(shape)
        unseen = np.isnan(pictures)
        if unseen.any():
            means = np.nanmean(pictures, axis=(1, 2), keepdims=True)
            pictures = np.where(unseen, means, pictures)  # these methods know no gaps
        start = time.perf_counter()
        light = np.ascontiguousarray(light_of(pictures), np.float32)
        seconds = time.perf_counter() - start
        answer = {"seconds": seconds, "light": base64.b64encode(light).decode()}
        print(json.dumps(answer), file=answers, flush=True)


main()
