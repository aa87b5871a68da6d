"""Reads a .glb as arrays, and says what in it breaks a rule of the specification."""

import numpy as np
import pygltflib

WIDTHS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}
TYPES = {5121: np.uint8, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}


def matrices(q):
    x, y, z, w = np.moveaxis(q, -1, 0)
    rows = [
        1 - 2 * (y * y + z * z),
        2 * (x * y - w * z),
        2 * (x * z + w * y),
        2 * (x * y + w * z),
        1 - 2 * (x * x + z * z),
        2 * (y * z - w * x),
        2 * (x * z - w * y),
        2 * (y * z + w * x),
        1 - 2 * (x * x + y * y),
    ]
    return np.stack(rows, -1).reshape(*q.shape[:-1], 3, 3)


# --- the readers ---


class Gltf:
    """The accessors of a .glb as arrays, and everything in it that breaks a rule."""

    def __init__(self, path):
        self.g = pygltflib.GLTF2().load(path)
        self.blob = self.g.binary_blob()
        self.faults = []
        with open(path, "rb") as f:
            data = f.read()
        size = int.from_bytes(data[12:16], "little")
        self.need(
            data[:8] == b"glTF\2\0\0\0" and int.from_bytes(data[8:12], "little") == len(data),
            "header",
        )
        self.need(
            size % 4 == 0 and data[16:20] == b"JSON" and data[24 + size : 28 + size] == b"BIN\0",
            "chunks",
        )
        self.need(
            len(data) == 28 + size + len(self.blob) and len(self.blob) % 4 == 0, "chunk lengths"
        )
        self.need(self.g.buffers[0].byteLength == len(self.blob), "buffer length")
        self.used = set()

    def need(self, good, what):
        if not good:
            self.faults.append(what)

    def array(self, number):
        a, self.used = self.g.accessors[number], self.used | {number}
        view = self.g.bufferViews[a.bufferView]
        dtype, width = np.dtype(TYPES[a.componentType]), WIDTHS[a.type]
        offset = (view.byteOffset or 0) + (a.byteOffset or 0)
        size = a.count * width * dtype.itemsize
        self.need(offset % dtype.itemsize == 0 and offset % 4 == 0, f"accessor {number} is aligned")
        self.need(
            a.count > 0
            and size <= view.byteLength
            and (view.byteOffset or 0) + view.byteLength <= len(self.blob),
            f"accessor {number} fits",
        )
        x = np.frombuffer(self.blob, dtype, a.count * width, offset).reshape(a.count, width)
        if dtype.kind == "f":
            self.need(np.isfinite(x).all(), f"accessor {number} is finite")
        if a.min:
            self.need(
                (np.float32(a.min) == x.min(0)).all() and (np.float32(a.max) == x.max(0)).all(),
                f"accessor {number}'s bounds are exact",
            )
        return x

    def check(self):
        g, need = self.g, self.need
        need(g.asset.version == "2.0", "version")
        parents = [None] * len(g.nodes)
        for i, node in enumerate(g.nodes):
            for child in node.children or []:
                need(parents[child] is None and child != i, f"node {child} has one parent")
                parents[child] = i
        need(
            sorted(g.scenes[0].nodes) == [i for i, p in enumerate(parents) if p is None],
            "the scene lists the roots",
        )
        primitive = g.meshes[0].primitives[0]
        at = primitive.attributes
        need(g.accessors[at.POSITION].min, "positions have bounds")
        position, normal, joints, weights = (
            self.array(n) for n in (at.POSITION, at.NORMAL, at.JOINTS_0, at.WEIGHTS_0)
        )
        index = self.array(primitive.indices)[:, 0]
        need(
            len({len(position), len(normal), len(joints), len(weights)}) == 1,
            "attributes are of one length",
        )
        need(index.max() < len(position) and len(index) % 3 == 0, "indices")
        need(np.abs(np.linalg.norm(normal, axis=1) - 1).max() < 5e-4, "normals are of unit length")
        skin = g.skins[0]
        need(
            len(set(skin.joints)) == len(skin.joints) and joints.max() < len(skin.joints),
            "skin joints",
        )
        need(
            (joints[weights == 0] == 0).all()
            and (weights >= 0).all()
            and np.abs(weights.sum(1) - 1).max() < 1e-6,
            "weights",
        )
        corners = position[index.reshape(-1, 3)]
        need(
            (
                np.linalg.norm(
                    np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
                )
                > 0
            ).all(),
            "no triangle is degenerate",
        )
        bind = self.array(skin.inverseBindMatrices)
        need(
            len(bind) == len(skin.joints)
            and (bind[:, [3, 7, 11]] == 0).all()
            and (bind[:, 15] == 1).all(),
            "inverse bind matrices",
        )
        need(g.accessors[skin.inverseBindMatrices].type == "MAT4", "their type")
        for view in {
            g.accessors[n].bufferView for n in (at.POSITION, at.NORMAL, at.JOINTS_0, at.WEIGHTS_0)
        }:
            need(g.bufferViews[view].target == 34962, f"view {view} is of vertices")
        need(
            g.bufferViews[g.accessors[primitive.indices].bufferView].target == 34963,
            "indices' view",
        )
        moved = set()
        for channel in g.animations[0].channels:
            sampler = g.animations[0].samplers[channel.sampler]
            times, values = self.array(sampler.input)[:, 0], self.array(sampler.output)
            need(
                g.accessors[sampler.input].min and times[0] >= 0 and (np.diff(times) > 0).all(),
                "times",
            )
            need(
                len(times) == len(values)
                and g.bufferViews[g.accessors[sampler.output].bufferView].target is None,
                "sampler",
            )
            need(
                (channel.target.node, channel.target.path) not in moved,
                "a node's property is moved once",
            )
            moved.add((channel.target.node, channel.target.path))
            if channel.target.path == "rotation":
                need(
                    np.abs(np.linalg.norm(values, axis=1) - 1).max() < 5e-4,
                    "quaternions are of unit length",
                )
                need(
                    ((values[1:] * values[:-1]).sum(1) > 0).all(), "quaternions take the short way"
                )
        need(len(self.used) == len(g.accessors), "every accessor is used")
        extras = g.animations[0].extras
        need(extras.get("fps") == 60 and "genre" in extras and "seed_frames" in extras, "extras")
        return parents

    def joints(self, parents):
        """World positions of the first 24 nodes, [frames, 24, 3], by node matrices."""
        tracks = {
            (c.target.node, c.target.path): self.array(
                self.g.animations[0].samplers[c.sampler].output
            ).astype(float)
            for c in self.g.animations[0].channels
        }
        frames = len(next(iter(tracks.values())))
        worlds = {}

        def world(n):
            if n not in worlds:
                local = np.tile(np.eye(4), (frames, 1, 1))
                local[:, :3, 3] = tracks.get((n, "translation"), self.g.nodes[n].translation)
                if (n, "rotation") in tracks:
                    local[:, :3, :3] = matrices(tracks[n, "rotation"])
                worlds[n] = local if parents[n] is None else world(parents[n]) @ local
            return worlds[n]

        return np.stack([world(n)[:, :3, 3] for n in range(24)], 1)
