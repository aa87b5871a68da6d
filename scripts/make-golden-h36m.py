"""Writes test/golden/motion/h36m_positions.npz with NumPy: three short recordings as VideoPose3D's
data_3d_h36m.npz keeps Human3.6M's. Number k of joint j in frame t of recording n is
n + 0.1 j + 0.01 t + 0.001 k.

Usage: make-golden-h36m.py [FILE]
"""

import sys

import numpy as np


def recording(n, joints=32, frames=3):
    t, j, k = np.ogrid[:frames, :joints, :3]
    return (n + 0.1 * j + 0.01 * t + 0.001 * k).astype("f4")


data = {
    "S9": {"Walking 1": recording(0), "WalkDog": recording(1)},
    "S11": {"Walking 1": recording(2, joints=17)},
}
path = sys.argv[1] if len(sys.argv) > 1 else "test/golden/motion/h36m_positions.npz"
np.savez_compressed(path, positions_3d=data)
