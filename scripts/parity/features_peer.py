"""Kinetic and geometric features in NumPy, frame by frame and joint by joint as
google/aistplusplus_api computes them: a restatement of its definitions (features/kinetic.py,
features/manual.py and utils.py at 2dd7b3e; `legacy`: manual.py at 74fac6d), for comparison of
values and of speed. With a copy of that repository in the folder AISTPLUSPLUS_API its own code is
used instead."""

import os
import sys

import numpy as np

DT = 1 / 60
JOINTS = (
    "root lhip rhip belly lknee rknee spine lankle rankle chest ltoes rtoes neck "
    "linshoulder rinshoulder head lshoulder rshoulder "
    "lelbow relbow lwrist rwrist lhand rhand"
).split()
LEGACY_JOINTS = (
    "root lhip lknee lankle ltoes rhip rknee rankle rtoes belly spine chest neck head "
    "linshoulder lshoulder lelbow lwrist "
    "rinshoulder rshoulder relbow rwrist"
).split()
REST = {
    "lshoulder": (0.199113488, 0.236807942, -0.0180702247),
    "rshoulder": (-0.191692337, 0.236928746, -0.0123055102),
    "lelbow": (0.454445392, 0.221158922, -0.0410167128),
    "lhip": (0.0564076714, -0.323069185, 0.0109197125),
    "rhip": (-0.0624834076, -0.331302464, 0.0150412619),
}
LEGACY_REST = {
    "lshoulder": (0.00121265, 0.37817603, 0.03681623),
    "rshoulder": (-0.45181984, 0.2225595, -0.04357424),
    "lelbow": (0.19911349, 0.23680794, -0.01807022),
    "lhip": (0.05640767, -0.32306919, 0.01091971),
    "rhip": (-0.10574003, -0.7149903, 0.01019822),
}
QUESTIONS = """
nmove neck rhip lhip rwrist 1.8h; nmove neck lhip rhip lwrist 1.8h;
nplane chest neck neck rwrist .2h; nplane chest neck neck lwrist .2h;
move belly chest chest rwrist 1.8h; move belly chest chest lwrist 1.8h;
angle relbow rshoulder relbow rwrist 0-110; angle lelbow lshoulder lelbow lwrist 0-110;
nplane lshoulder rshoulder lwrist rwrist 2.5s; move lwrist rwrist rwrist lwrist 1.4h;
move rwrist root lwrist root 1.4h; move lwrist root rwrist root 1.4h; fast rwrist 2.5h;
fast lwrist 2.5h; plane root lhip ltoes rankle .38h; plane root rhip rtoes lankle .38h;
nplane zero up lowest rankle 1.2h; nplane zero up lowest lankle 1.2h;
nplane lhip rhip lankle rankle 2.1w; angle rknee rhip rknee rankle 0-110;
angle lknee lhip lknee lankle 0-110; fast rankle 2.5h; fast lankle 2.5h;
angle neck root rshoulder relbow 25-180; angle neck root lshoulder lelbow 25-180;
angle neck root rhip rknee 50-180; angle neck root lhip lknee 50-180;
plane rankle neck lankle root .5h; angle neck root zero up 70-110;
nplane zero down lowest rwrist -1.2h; nplane zero down lowest lwrist -1.2h; fast root 2.3h"""


def window_mean(values, i, first, end):
    """Mean of values(k) over k = i-2 .. i+2 within first .. end-1."""
    total, count = np.zeros(3), 0
    for k in range(i - 2, i + 3):
        if k < first or k >= end:
            continue
        total += values(k)
        count += 1
    return total / count


def kinetic_features(p):
    frames, joints, _ = p.shape
    features = []
    for j in range(joints):
        horizontal = vertical = expenditure = 0.0
        for i in range(1, frames):
            v = window_mean(lambda k: (p[k][j] - p[k - 1][j]) / DT, i, 1, frames)
            horizontal += np.linalg.norm(np.array([v[0], v[2]])) ** 2
        for i in range(1, frames):
            v = window_mean(lambda k: (p[k][j] - p[k - 1][j]) / DT, i, 1, frames)
            vertical += np.linalg.norm(np.array([v[1]])) ** 2
        for i in range(1, frames):
            expenditure += np.linalg.norm(
                window_mean(
                    lambda k: ((p[k + 1][j] - p[k][j]) / DT - (p[k][j] - p[k - 1][j] / DT)) / DT,
                    i,
                    1,
                    frames - 1,
                )
            )
        features += [horizontal / (frames - 1), vertical / (frames - 1), expenditure / (frames - 1)]
    return np.array(features, np.float32)


def geometric_features(p, legacy=False):
    names, rest = (LEGACY_JOINTS, LEGACY_REST) if legacy else (JOINTS, REST)
    length = {
        unit: np.linalg.norm(np.subtract(rest[a], rest[b]))
        for unit, a, b in (
            ("h", "lshoulder", "lelbow"),
            ("s", "lshoulder", "rshoulder"),
            ("w", "lhip", "rhip"),
        )
    }
    questions = [q.split() for q in QUESTIONS.split(";")]
    fixed = {"zero": [0, 0, 0], "up": [0, 1, 0], "down": [0, -1, 0]}
    yes = []
    for t in range(1, -(-(len(p) - 1) // 30) + 1 if legacy else len(p)):

        def at(name, frame):
            return np.array(
                fixed[name]
                if name in fixed
                else (
                    [0, min(y for _, y, _ in p[frame]), 0]
                    if name == "lowest"
                    else p[frame][names.index(name)]
                )
            )

        def change(a, b):
            return at(b, t) - at(a, t) - (at(b, t - 1) - at(a, t - 1))

        def answer(kind, *points):
            *points, bound = points
            x = [at(name, t) for name in points]
            if kind == "angle":
                u, v = x[1] - x[0], x[3] - x[2]
                angle = np.degrees(
                    np.arccos(np.dot(u, v) / (np.linalg.norm(u) * np.linalg.norm(v)))
                )
                return float(bound.split("-")[0]) < angle < float(bound.split("-")[1])
            threshold = float(bound[:-1]) * length[bound[-1]]
            if kind == "fast":
                return np.linalg.norm(x[0] - at(points[0], t - 1)) * 120 > threshold
            normal = (
                np.cross(x[2] - x[0], x[1] - x[0]) if kind in ("nmove", "plane") else x[1] - x[0]
            )
            vector = {
                "move": lambda: change(points[0], points[2]) * 120,
                "nmove": lambda: change(points[0], points[3]) * 120,
                "plane": lambda: x[3] - x[0],
                "nplane": lambda: x[3] - x[2],
            }[kind]()
            return np.dot(vector, normal) / np.linalg.norm(normal) > threshold

        with np.errstate(all="ignore"):
            yes.append([answer(*q) for q in questions])
    return np.array(yes, np.float32).mean(0)


if os.environ.get("AISTPLUSPLUS_API"):
    sys.path.insert(0, os.environ["AISTPLUSPLUS_API"])
    from aist_plusplus.features.kinetic import (
        extract_kinetic_features as kinetic_features,
    )  # noqa: F811
    from aist_plusplus.features.manual import extract_manual_features as geometric_current
else:
    geometric_current = geometric_features
