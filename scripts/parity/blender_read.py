"""Runs inside Blender: imports BVH and glTF files and writes where their bones are.

blender --background --python blender_read.py -- OUT.json FPS FRAME[,FRAME...] FILE... Heads of all
bones in metres, y up, at the given frames (counted from 0) and half a frame later: {file:
{"frames": [{bone: [x, y, z]}], "between": [...]}}."""

import builtins
import json
import sys

import numpy

numpy.bool = bool  # Blender 3.4's glTF importer asks NumPy for a name that 1.24 dropped,
_open = builtins.open
builtins.open = lambda path, mode="r", *a, **k: _open(
    path, mode.replace("U", ""), *a, **k
)  # and its BVH importer Python for a mode that 3.11 dropped

import bpy  # noqa: E402

out, fps, frames, *files = sys.argv[sys.argv.index("--") + 1 :]
frames = [int(f) for f in frames.split(",")]
result = {}
for path in files:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = int(fps)
    if path.endswith(".bvh"):
        bpy.ops.import_anim.bvh(filepath=path)
        first = 1
    else:
        bpy.ops.import_scene.gltf(filepath=path)
        first = 0
    armature = next(o for o in bpy.data.objects if o.type == "ARMATURE")

    def heads(frame, part):
        scene.frame_set(frame + first, subframe=part)
        world = {b.name: armature.matrix_world @ b.head for b in armature.pose.bones}
        return {name: [p.x, p.z, -p.y] for name, p in world.items()}

    result[path] = {
        "frames": [heads(f, 0.0) for f in frames],
        "between": [heads(f, 0.5) for f in frames],
    }
json.dump(result, _open(out, "w"))
