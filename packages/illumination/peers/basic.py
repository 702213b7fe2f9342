"""BaSiCPy on a folder of TIFFs, as its users write it: python basic.py IN OUT. Prints seconds and memory as JSON."""

import json
import os
import resource
import sys
import time

import numpy as np
import tifffile
from basicpy import BaSiC

source, target = sys.argv[1:]
start = time.perf_counter()
os.makedirs(target, exist_ok=True)
names = sorted(name for name in os.listdir(source) if name.endswith(".tif"))
pictures = np.stack([tifffile.imread(os.path.join(source, name)) for name in names])
basic = BaSiC(get_darkfield=False, sort_intensity=True)
corrected = np.asarray(basic.fit_transform(pictures))
for name, picture in zip(names, corrected):
    rounded = np.clip(np.rint(picture), 0, 65535).astype(np.uint16)
    tifffile.imwrite(os.path.join(target, name), rounded)
tifffile.imwrite(os.path.join(target, "light.tif"), np.asarray(basic.flatfield, np.float32))
usage = resource.getrusage(resource.RUSAGE_SELF)
print(
    json.dumps(
        {
            "seconds": time.perf_counter() - start,
            "cpu": usage.ru_utime + usage.ru_stime,
            "megabytes": usage.ru_maxrss / 1024,
        }
    )
)
