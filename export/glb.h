/* glb.h: glTF 2.0 in its binary form (Khronos, ISO/IEC 12113:2022): for Blender, three.js, Unity,
 * Unreal, Windows' and macOS's viewers.
 *
 * Nodes: the skeleton, and a figure (figure.h) skinned to it. One animation: the root's translation
 * and every joint's rotation at each frame, as float32 quaternions whose signs are chosen so that
 * interpolation never takes the long way round. Metres, y up, as glTF has it. Scene and animation
 * carry `extras`: fps, genre, music, seed_frames. */
#ifndef EXPORT_GLB_H
#define EXPORT_GLB_H

#include "export/clip.h"
#include "lib/base/buffer.h"

int glb_write(const Clip *clip, Buffer *out, Error *err);

#endif
