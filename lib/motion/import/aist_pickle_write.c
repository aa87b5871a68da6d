/* Opcodes by their names in Python's pickletools. Nothing is memoized, which readers do not mind.
 */
#include "lib/motion/import/aist_pickle_write.h"

#include <stdint.h>
#include <string.h>

static void put(Buffer *f, const void *bytes, size_t size) { buffer_add(f, bytes, size); }

static void put_op(Buffer *f, char op) { buffer_byte(f, (unsigned char)op); }

static void put_u32(Buffer *f, uint32_t v) { buffer_le32(f, v); }

static void put_text(Buffer *f, const char *text) { /* BINUNICODE */
    put_op(f, 'X');
    put_u32(f, (uint32_t)strlen(text));
    put(f, text, strlen(text));
}

static void put_int(Buffer *f, uint32_t v) { /* BININT */
    put_op(f, 'J');
    put_u32(f, v);
}

static void put_global(Buffer *f, const char *module, const char *name) {
    buffer_print(f, "c%s\n%s\n", module, name);
}

static void put_real(Buffer *f, double v) { /* BINFLOAT: big-endian */
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    put_op(f, 'G');
    for (int i = 7; i >= 0; i--) buffer_byte(f, (unsigned char)(bits >> (8 * i)));
}

/* numpy.dtype('f4', False, True) with state (3, '<', None, None, None, -1, -1, 0) */
static void put_float32(Buffer *f) {
    put_global(f, "numpy", "dtype");
    put_text(f, "f4");
    put(f, "\x89\x88\x87R(", 5); /* NEWFALSE NEWTRUE TUPLE3 REDUCE MARK */
    put_int(f, 3);
    put_text(f, "<");
    put(f, "NNN", 3);
    put_int(f, UINT32_MAX); /* -1 */
    put_int(f, UINT32_MAX);
    put_int(f, 0);
    put(f, "tb", 2); /* TUPLE BUILD */
}

/* _reconstruct(ndarray, (0,), b'b') with state (1, shape, dtype, False, data) */
static void put_array(Buffer *f, const float *values, const size_t *shape, int rank) {
    size_t count = 1;
    put_global(f, "numpy.core.multiarray", "_reconstruct");
    put_global(f, "numpy", "ndarray");
    put_int(f, 0);
    put(f,
        "\x85"
        "C\x01"
        "b\x87R(",
        7); /* TUPLE1 SHORT_BINBYTES TUPLE3 REDUCE MARK */
    put_int(f, 1);
    for (int i = 0; i < rank; i++) {
        put_int(f, (uint32_t)shape[i]);
        count *= shape[i];
    }
    put_op(f, rank == 1 ? '\x85' : '\x86'); /* TUPLE1, TUPLE2 */
    put_float32(f);
    put(f,
        "\x89"
        "B",
        2); /* NEWFALSE BINBYTES */
    put_u32(f, (uint32_t)(4 * count));
    for (size_t i = 0; i < count; i++) buffer_f32(f, values[i]);
    put(f, "tb", 2); /* TUPLE BUILD */
}

int aist_pickle_put(Buffer *f, size_t frames, const float *poses, const float *trans, float scaling,
                    double loss, Error *err) {
    if (frames > INT32_MAX / (72 * sizeof(float)))
        return error_set(err, "%zu frames are too many for this format", frames);
    put(f, "\x80\x03}(", 4); /* PROTO 3, EMPTY_DICT, MARK */
    put_text(f, "smpl_loss");
    put_real(f, loss);
    put_text(f, "smpl_poses");
    put_array(f, poses, (size_t[]){frames, 72}, 2);
    put_text(f, "smpl_scaling");
    put_array(f, &scaling, (size_t[]){1}, 1);
    put_text(f, "smpl_trans");
    put_array(f, trans, (size_t[]){frames, 3}, 2);
    put(f, "u.", 2); /* SETITEMS STOP */
    return buffer_check(f, err);
}
