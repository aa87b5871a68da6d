"""Compares what export-motion writes with what other programs read: BVH by bvhio, glTF by pygltflib
and trimesh (and every rule of the specification that concerns such a file), AIST++'s pickle by
Python under NumPy 1 and 2, all of them by Blender, headless, where it is installed; and t-SNE with
scikit-learn. Needs the executables in $BIN. The dances are make-demo-data's."""

import glob
import json
import os
import pickle
import shutil
import subprocess
import sys
import tempfile

import bvhio
import numpy as np
import trimesh
from sklearn.manifold import TSNE

from gltf_file import Gltf
from parity_tools import Table, program

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = (
    "Pelvis L_Hip R_Hip Spine1 L_Knee R_Knee Spine2 L_Ankle R_Ankle Spine3 L_Foot R_Foot Neck "
    "L_Collar R_Collar Head "
    "L_Shoulder R_Shoulder L_Elbow R_Elbow L_Wrist R_Wrist L_Hand R_Hand"
).split()


def read_bvh(path, frames):
    root = bvhio.readAsHierarchy(path)
    out = []
    for f in frames:
        root.loadPose(int(f))
        places = {joint.Name: joint.PositionWorld for joint, *_ in root.layout()}
        out.append([list(places[name]) for name in NAMES])
    return np.array(out)


READ_PICKLE = """
import pickle, sys, warnings
import numpy as np
warnings.simplefilter("error")
d = pickle.load(open(sys.argv[1], "rb"))
assert d["smpl_poses"].dtype == np.float32 and d["smpl_poses"].shape[1] == 72, d
assert d["smpl_trans"].shape[1] == 3 and d["smpl_scaling"].shape == (1,), d
print(np.__version__.split(".")[0])
"""


def numpy_one():
    """A folder with NumPy 1, fetched once; None where it cannot be had."""
    folder = os.path.join("build", "numpy1")
    if not os.path.isdir(folder):
        done = subprocess.run(
            [sys.executable, "-m", "pip", "install", "-q", "--target", folder, "numpy<2"],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            shutil.rmtree(folder, ignore_errors=True)
            return None
    return folder


def check_pickle(table, path, motion):
    from scipy.spatial.transform import Rotation

    with open(path, "rb") as f:
        d = pickle.load(f)
    turned = Rotation.from_rotvec(d["smpl_poses"].reshape(-1, 3)).as_matrix() - motion[
        :, 3:
    ].reshape(-1, 3, 3)
    table.add("pkl: rotations (SciPy, radians)", np.abs(turned).max(), 2e-6)
    table.add(
        "pkl: translations / scaling (m)",
        np.abs(d["smpl_trans"] / d["smpl_scaling"] - motion[:, :3]).max(),
        1e-6,
    )
    for want, folder in (("2", None), ("1", numpy_one())):
        if want == "1" and folder is None:
            print("pkl: skipped with NumPy 1, which pip did not fetch")
            continue
        env = dict(os.environ, **({"PYTHONPATH": folder} if folder else {}))
        done = subprocess.run(
            [sys.executable, "-c", READ_PICKLE, path], capture_output=True, text=True, env=env
        )
        said = (done.stdout or done.stderr).strip().splitlines()[-1]
        table.add(
            f"pkl: opens with NumPy {want} ({said})",
            float(done.stdout.strip() != want),
            0,
        )


def check_blender(table, files, truth, frames, fps):
    blender = shutil.which("blender")
    if not blender:
        print(
            "Blender: skipped, it is not installed (Debian: apt-get install "
            "--no-install-recommends blender python3-numpy)"
        )
        return
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        done = subprocess.run(
            [
                blender,
                "--background",
                "--factory-startup",
                "--python",
                os.path.join(HERE, "blender_read.py"),
                "--",
                out.name,
                str(fps),
                ",".join(map(str, frames)),
                *files,
            ],
            capture_output=True,
            text=True,
        )
        if done.returncode or not os.path.getsize(out.name):
            table.add(
                "Blender reads: " + (done.stderr or done.stdout).strip().splitlines()[-1][:60], 1, 0
            )
            return
        with open(out.name) as f:
            read = json.load(f)
    middle = (truth[frames] + truth[np.add(frames, 1)]) / 2
    for path in files:
        exact, between = (
            np.array([[pose[name] for name in NAMES] for pose in read[path][part]])
            for part in ("frames", "between")
        )
        name = os.path.splitext(path)[1][1:]
        table.add(
            f"{name}: joints in Blender at {len(frames)} frames (m)",
            np.abs(exact - truth[frames]).max(),
            1e-3,
        )
        table.add(
            f"{name}: root in Blender (m)", np.abs(exact[:, 0] - truth[frames, 0]).max(), 1e-3
        )
        table.add(
            f"{name}: half-way frames in Blender, no flips (m)",
            np.abs(between - middle).max(),
            0.02,
        )


def check_tsne(table, folder):
    """The divergence of plot-poses against scikit-learn's exact t-SNE on the same vectors. Which
    valley a random start ends in is chance: medians of five."""
    points, seeds = folder + "/points.npz", range(5)
    ours = np.median(
        [
            json.loads(
                program(
                    "plot-poses",
                    "--json",
                    "--poses",
                    400,
                    "--seed",
                    seed,
                    "--points",
                    points,
                    "-o",
                    folder + "/poses.svg",
                    folder + "/motions",
                )
            )["kl_divergence"]
            for seed in seeds
        ]
    )
    vectors = np.load(points)["vectors"]
    theirs = np.median(
        [
            TSNE(method="exact", init="random", perplexity=30, random_state=seed)
            .fit(vectors)
            .kl_divergence_
            for seed in seeds
        ]
    )
    table.add(
        f"t-SNE: KL {ours:.4f} over scikit-learn's {theirs:.4f}, less 1", ours / theirs - 1, 0.03
    )


def main():
    table = Table()
    with tempfile.TemporaryDirectory(prefix="parity.") as folder:
        program(
            "make-demo-data",
            "--genres",
            3,
            "--sequences",
            3,
            "--seconds",
            12,
            "-o",
            folder + "/demo",
        )
        program("import-motion", "-o", folder + "/motions", folder + "/demo/motions")
        for number, motion_path in enumerate(sorted(glob.glob(folder + "/motions/*.npz"))[::3]):
            stem = os.path.join(folder, f"dance{number}")
            motion = np.load(motion_path)["motion"].astype(float)
            for kind, ending in (
                ("joints", ".npy"),
                ("bvh", ".bvh"),
                ("glb", ".glb"),
                ("pkl", ".pkl"),
            ):
                program(
                    "export-motion",
                    "--no-clean-feet",
                    "--to",
                    kind,
                    "-o",
                    stem + ending,
                    motion_path,
                )
            program(
                "export-motion",
                "--no-clean-feet",
                "--to",
                "bvh",
                "--unit",
                "cm",
                "-o",
                stem + "-cm.bvh",
                motion_path,
            )
            truth = np.load(stem + ".npy").astype(float)
            frames = np.linspace(0, len(truth) - 2, 10).astype(int)
            print(f"# {os.path.basename(motion_path)}, {len(truth)} frames")
            table.add(
                "bvh: joints in bvhio (m)",
                np.abs(read_bvh(stem + ".bvh", frames) - truth[frames]).max(),
                1e-4,
            )
            table.add(
                "bvh --unit cm: joints in bvhio (cm)",
                np.abs(read_bvh(stem + "-cm.bvh", frames) - 100 * truth[frames]).max(),
                1e-2,
            )
            gltf = Gltf(stem + ".glb")
            parents = gltf.check()
            table.add("glb: rules broken " + "; ".join(gltf.faults)[:40], len(gltf.faults), 0)
            table.add(
                "glb: joints by pygltflib (m)", np.abs(gltf.joints(parents) - truth).max(), 1e-5
            )
            mesh = next(iter(trimesh.load(stem + ".glb").geometry.values()))
            table.add(
                "glb: the figure is closed (trimesh)",
                float(not (mesh.is_watertight and mesh.is_winding_consistent and mesh.volume > 0)),
                0,
            )
            check_pickle(table, stem + ".pkl", motion)
            program("import-motion", "-o", stem, stem + ".bvh")
            back = np.load(os.path.join(stem, f"dance{number}.npz"))["motion"].astype(float)
            turned = np.linalg.norm((back - motion)[:, 3:].reshape(-1, 9), axis=1) / np.sqrt(2)
            table.add("bvh: there and back (degrees)", np.degrees(turned.max()), 1e-4)
            table.add("bvh: there and back (m)", np.abs((back - motion)[:, :3]).max(), 2e-6)
            check_blender(table, [stem + ".bvh", stem + ".glb"], truth, frames, 60)
        check_tsne(table, folder)
    table.end()


if __name__ == "__main__":
    main()
