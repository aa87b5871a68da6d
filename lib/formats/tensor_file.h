/* tensor_file.h: NumPy's .npy and .npz, read whole and written atomically.
 *
 * Readers check magic, sizes, dtypes, shapes and CRCs before they allocate; they take versions 1 to
 * 3 of the format, either byte order, Fortran order (made C order), f2 f4 f8 i1 i2 i4 i8 u1 u2 u4
 * u8 b1 S U where the value fits (floats become f32 or f64, integers i64, S and U become bytes),
 * stored and deflated members, zip64. In a .npy, objects, structures and complex numbers are
 * refused in one line; members of a .npz that hold such are passed over and counted
 * (Tensors.unread). Bytes that follow an array's data are refused. Errors begin with the path. */
#ifndef LIB_FORMATS_TENSOR_FILE_H
#define LIB_FORMATS_TENSOR_FILE_H

#include "lib/formats/tensor.h"

/* Reads .npz (members without their ".npy") or .npy (one tensor named ""), told apart by content.
 * *out owns the result; empty on error. */
int tensor_file_read(const char *path, Tensors *out, Error *err);

/* Writes a .npz: the same tensors give the same bytes (constant time stamps). Atomic: see file.h.
 * "-" is not special here. At most 4 GiB. */
int npz_write(const char *path, const Tensors *set, Error *err);

/* Writes one array as .npy (version 1.0). Atomic. */
int npy_write(const char *path, const Tensor *t, Error *err);

#endif
