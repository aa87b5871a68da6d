/* pickle.c: the pickle machine: a stack, a memo, and the opcodes that plain data needs (CPython's
 * pickletools describes them all). */
#include "lib/formats/pickle.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/file.h"
#include "lib/formats/pickle_values.h"

/* --- the machine --- */

typedef struct {
    Pickle *p;
    const unsigned char *start, *at, *end;
    PickleValue **stack; /* NULL is a mark */
    size_t depth;
    PickleValue **memo; /* [memo_size], NULL where unset */
    size_t memo_size, memo_count;
    size_t references; /* items in containers, all together */
    bool named; /* refused because of a callable's name */
    Error *err;
} Machine;

static int need(Machine *m, size_t bytes) {
    return bytes <= (size_t)(m->end - m->at)
               ? 0
               : error_set(m->err,
                           "the pickle ends too early (an opcode wants %zu bytes, %zu are left)",
                           bytes, (size_t)(m->end - m->at));
}

/* Little-endian unsigned integer of n bytes. */
static int take_number(Machine *m, size_t n, uint64_t *out) {
    if (need(m, n)) return -1;
    *out = 0;
    for (size_t i = 0; i < n; i++) *out |= (uint64_t)m->at[i] << (8 * i);
    m->at += n;
    return 0;
}

static int push(Machine *m, PickleValue *v) {
    if (m->depth == PICKLE_STACK_MAX)
        return error_set(m->err, "the pickle's stack grows beyond %d entries", PICKLE_STACK_MAX);
    m->stack[m->depth++] = v;
    return 0;
}

static PickleValue *push_new(Machine *m, PickleType type) {
    PickleValue *v = pickle_new(m->p, type, m->err);
    return v && push(m, v) == 0 ? v : NULL;
}

/* The value at the top, never a mark. */
static PickleValue *pop(Machine *m) {
    if (m->depth > 0 && m->stack[m->depth - 1]) return m->stack[--m->depth];
    error_set(m->err, "damaged pickle: an opcode finds nothing on the stack");
    return NULL;
}

static int push_int(Machine *m, PickleType type, int64_t value) {
    PickleValue *v = push_new(m, type);
    if (v) v->as.integer = value;
    return v ? 0 : -1;
}

/* Two's complement of n bytes; beyond 8 the nearest float. */
static int push_long(Machine *m, size_t n) {
    if (need(m, n)) return -1;
    uint64_t bits = 0;
    if (n <= 8) {
        if (take_number(m, n, &bits)) return -1;
        if (n > 0 && n < 8 && (bits >> (8 * n - 1)) != 0) bits |= ~UINT64_C(0) << (8 * n);
        return push_int(m, PICKLE_INT, (int64_t)bits);
    }
    double x = m->at[n - 1] < 0x80 ? 0 : -1;
    for (size_t i = n; i > 0; i--) x = 256 * x + m->at[i - 1];
    m->at += n;
    PickleValue *v = push_new(m, PICKLE_REAL);
    if (v) v->as.real = x;
    return v ? 0 : -1;
}

static int push_real(Machine *m) {
    if (need(m, 8)) return -1;
    uint64_t bits = 0;
    for (int i = 0; i < 8; i++) bits = bits << 8 | m->at[i];
    m->at += 8;
    PickleValue *v = push_new(m, PICKLE_REAL);
    if (v) memcpy(&v->as.real, &bits, sizeof bits);
    return v ? 0 : -1;
}

/* A text or bytes whose length is a number of n bytes. */
static int push_text(Machine *m, PickleType type, size_t n) {
    uint64_t size;
    if (take_number(m, n, &size) || need(m, size)) return -1;
    PickleValue *v = push_new(m, type);
    if (!v) return -1;
    v->as.text.bytes = m->at;
    v->as.text.size = size;
    m->at += size;
    return 0;
}

static int append(Machine *m, PickleValue *list, PickleValue *item) {
    if (++m->references > 4 * PICKLE_VALUES_MAX)
        return error_set(m->err, "the pickle's lists are too long for a file of arrays");
    if (pickle_grow(&list->as.list.items, list->as.list.count, &list->as.list.capacity))
        return error_set(m->err, "out of memory");
    list->as.list.items[list->as.list.count++] = item;
    return 0;
}

/* Index of the first value above the topmost mark. */
static int find_mark(Machine *m, size_t *first) {
    size_t i = m->depth;
    while (i > 0 && m->stack[i - 1]) i--;
    *first = i;
    return i > 0 ? 0 : error_set(m->err, "damaged pickle: an opcode finds no mark on the stack");
}

/* A container of type from the values from `first` on, in whose place (and the mark's) it comes. */
static int gather(Machine *m, PickleType type, size_t first, size_t mark) {
    PickleValue *v = pickle_new(m->p, type, m->err);
    if (!v) return -1;
    if (type == PICKLE_DICT && (m->depth - first) % 2 != 0)
        return error_set(m->err, "damaged pickle: a key without value");
    for (size_t i = first; i < m->depth; i++)
        if (append(m, v, m->stack[i])) return -1;
    m->depth = mark;
    return push(m, v);
}

static int gather_marked(Machine *m, PickleType type) {
    size_t first;
    return find_mark(m, &first) ? -1 : gather(m, type, first, first - 1);
}

static int gather_top(Machine *m, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (m->depth < count || !m->stack[m->depth - count + i])
            return error_set(m->err, "damaged pickle: an opcode finds nothing on the stack");
    return gather(m, PICKLE_TUPLE, m->depth - count, m->depth - count);
}

/* Values from `first` on into the container below `below`. */
static int extend(Machine *m, PickleType type, size_t first, size_t below) {
    PickleValue *container = below > 0 ? m->stack[below - 1] : NULL;
    if (!container || container->type != type)
        return error_set(m->err, "damaged pickle: items for a %s come without it",
                         pickle_type_name(type));
    if (type == PICKLE_DICT && (m->depth - first) % 2 != 0)
        return error_set(m->err, "damaged pickle: a key without value");
    for (size_t i = first; i < m->depth; i++)
        if (append(m, container, m->stack[i])) return -1;
    m->depth = below;
    return 0;
}

static int extend_marked(Machine *m, PickleType type) {
    size_t first;
    return find_mark(m, &first) ? -1 : extend(m, type, first, first - 1);
}

static int extend_top(Machine *m, PickleType type, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (m->depth <= count || !m->stack[m->depth - 1 - i])
            return error_set(m->err, "damaged pickle: an opcode finds nothing on the stack");
    return extend(m, type, m->depth - count, m->depth - count);
}

static int put(Machine *m, size_t index) {
    if (m->depth == 0 || !m->stack[m->depth - 1])
        return error_set(m->err, "damaged pickle: nothing on the stack to remember");
    if (index >= PICKLE_VALUES_MAX)
        return error_set(m->err, "damaged pickle: memo index %zu", index);
    if (index >= m->memo_size) {
        size_t size = index < 512 ? 1024 : 2 * index;
        PickleValue **bigger = realloc(m->memo, size * sizeof *bigger);
        if (!bigger) return error_set(m->err, "out of memory");
        for (size_t i = m->memo_size; i < size; i++) bigger[i] = NULL;
        m->memo = bigger;
        m->memo_size = size;
    }
    if (!m->memo[index]) m->memo_count++;
    m->memo[index] = m->stack[m->depth - 1];
    return 0;
}

static int get(Machine *m, size_t index) {
    if (index >= m->memo_size || !m->memo[index])
        return error_set(m->err, "damaged pickle: memo entry %zu was never set", index);
    return push(m, m->memo[index]);
}

static int take_index(Machine *m, size_t bytes, int (*use)(Machine *, size_t)) {
    uint64_t index;
    return take_number(m, bytes, &index) ? -1 : use(m, index);
}

static int push_global(Machine *m, const PickleValue *module, const PickleValue *name) {
    PickleGlobal which;
    if (pickle_global(m->p, module->as.text.bytes, module->as.text.size, name->as.text.bytes,
                      name->as.text.size, &which, m->err)) {
        m->named = true;
        return -1;
    }
    return push_int(m, PICKLE_GLOBAL, (int64_t)which);
}

static int take_line(Machine *m, PickleValue *out) {
    const unsigned char *newline = memchr(m->at, '\n', (size_t)(m->end - m->at));
    if (!newline) return error_set(m->err, "the pickle ends too early (inside a name)");
    out->type = PICKLE_TEXT;
    out->as.text.bytes = m->at;
    out->as.text.size = (size_t)(newline - m->at);
    m->at = newline + 1;
    return 0;
}

/* GLOBAL and INST: two lines, module and name. */
static int global(Machine *m) {
    PickleValue module = {0}, name = {0};
    return take_line(m, &module) || take_line(m, &name) ? -1 : push_global(m, &module, &name);
}

static int stack_global(Machine *m) {
    const PickleValue *name = pop(m), *module = name ? pop(m) : NULL;
    if (!module) return -1;
    if (module->type != PICKLE_TEXT || name->type != PICKLE_TEXT)
        return error_set(m->err, "damaged pickle: STACK_GLOBAL without two texts");
    return push_global(m, module, name);
}

/* Protocol 0's numbers and texts, of which only the place on the stack matters: see run. */
static int old_text(Machine *m) {
    PickleValue line;
    return take_line(m, &line) || !push_new(m, PICKLE_NONE) ? -1 : 0;
}

static int reduce(Machine *m) {
    const PickleValue *args = pop(m), *callable = args ? pop(m) : NULL;
    PickleValue *v = callable ? pickle_reduce(m->p, callable, args, m->err) : NULL;
    return v ? push(m, v) : -1;
}

static int build(Machine *m) {
    const PickleValue *state = pop(m);
    PickleValue *object = state ? pop(m) : NULL;
    return object && pickle_build(m->p, object, state, m->err) == 0 ? push(m, object) : -1;
}

static int persistent(Machine *m) {
    const PickleValue *id = pop(m);
    PickleValue *v = id ? pickle_torch_persistent(m->p, id, m->err) : NULL;
    return v ? push(m, v) : -1;
}

static int frame(Machine *m) {
    uint64_t size;
    return take_number(m, 8, &size) ? -1 : need(m, size);
}

static int refuse(Machine *m, unsigned char opcode) {
    switch (opcode) {
    case 'i': /* INST: refused by name, and with a permitted name because it makes objects */
        return global(m) ? -1
                         : error_set(m->err, "the pickle makes an object (INST), which is never "
                                             "done; only plain data is read");
    case 'o':
    case 0x81:
    case 0x92:
        return error_set(
            m->err, "the pickle makes an object (%s), which is never done; only plain data is read",
            opcode == 'o' ? "OBJ" : "NEWOBJ");
    case 'P':
    case 'Q':
        return error_set(
            m->err,
            "the pickle refers to an object outside itself (PERSID); only plain data is read");
    case 0x82:
    case 0x83:
    case 0x84:
        return error_set(m->err,
                         "the pickle refers to an extension code (EXT); only plain data is read");
    case 0x97:
    case 0x98:
        return error_set(m->err, "the pickle keeps its data outside itself (NEXT_BUFFER); save it "
                                 "with pickle.dump and without buffer_callback");
    default:
        return error_set(m->err,
                         "unexpected pickle opcode 0x%02x at byte %zu: the file is damaged or "
                         "holds more than arrays, numbers and texts",
                         opcode, (size_t)(m->at - m->start) - 1);
    }
}

/* One opcode other than PROTO and STOP. */
static int step(Machine *m, unsigned char opcode) {
    uint64_t n;
    switch (opcode) {
    case 0x95:
        return frame(m);
    case '(':
        return push(m, NULL);
    case '0':
        return m->depth > 0
                   ? (m->depth--, 0)
                   : error_set(m->err, "damaged pickle: an opcode finds nothing on the stack");
    case '2':
        return m->depth > 0
                   ? push(m, m->stack[m->depth - 1])
                   : error_set(m->err, "damaged pickle: an opcode finds nothing on the stack");
    case 'N':
        return push_int(m, PICKLE_NONE, 0);
    case 0x88:
        return push_int(m, PICKLE_BOOL, 1);
    case 0x89:
        return push_int(m, PICKLE_BOOL, 0);
    case 'J':
        return push_long(m, 4);
    case 'K':
        return take_number(m, 1, &n) ? -1 : push_int(m, PICKLE_INT, (int64_t)n);
    case 'M':
        return take_number(m, 2, &n) ? -1 : push_int(m, PICKLE_INT, (int64_t)n);
    case 0x8a:
        return take_number(m, 1, &n) ? -1 : push_long(m, n);
    case 0x8b:
        return take_number(m, 4, &n) ? -1 : push_long(m, n);
    case 'G':
        return push_real(m);
    case 'U':
        return push_text(m, PICKLE_BYTES, 1); /* SHORT_BINSTRING */
    case 'T':
        return push_text(m, PICKLE_BYTES, 4);
    case 'C':
        return push_text(m, PICKLE_BYTES, 1); /* SHORT_BINBYTES */
    case 'B':
        return push_text(m, PICKLE_BYTES, 4);
    case 0x8e:
        return push_text(m, PICKLE_BYTES, 8);
    case 0x96:
        return push_text(m, PICKLE_BYTES, 8); /* BYTEARRAY8 */
    case 0x8c:
        return push_text(m, PICKLE_TEXT, 1);
    case 'X':
        return push_text(m, PICKLE_TEXT, 4);
    case 0x8d:
        return push_text(m, PICKLE_TEXT, 8);
    case ')':
        return push_new(m, PICKLE_TUPLE) ? 0 : -1;
    case ']':
        return push_new(m, PICKLE_LIST) ? 0 : -1;
    case '}':
        return push_new(m, PICKLE_DICT) ? 0 : -1;
    case 't':
        return gather_marked(m, PICKLE_TUPLE);
    case 'l':
        return gather_marked(m, PICKLE_LIST);
    case 'd':
        return gather_marked(m, PICKLE_DICT);
    case 0x85:
        return gather_top(m, 1);
    case 0x86:
        return gather_top(m, 2);
    case 0x87:
        return gather_top(m, 3);
    case 'a':
        return extend_top(m, PICKLE_LIST, 1);
    case 'e':
        return extend_marked(m, PICKLE_LIST);
    case 's':
        return extend_top(m, PICKLE_DICT, 2);
    case 'u':
        return extend_marked(m, PICKLE_DICT);
    case 'q':
        return take_index(m, 1, put);
    case 'r':
        return take_index(m, 4, put);
    case 0x94:
        return put(m, m->memo_count);
    case 'h':
        return take_index(m, 1, get);
    case 'j':
        return take_index(m, 4, get);
    case 'c':
        return global(m);
    case 0x93:
        return stack_global(m);
    case 'R':
        return reduce(m);
    case 'b':
        return build(m);
    case 'Q':
        return m->p->torch ? persistent(m) : refuse(m, opcode);
    default:
        return refuse(m, opcode);
    }
}

static int run_opcodes(Machine *m, bool old) {
    for (;;) {
        if (need(m, 1)) return -1;
        unsigned char opcode = *m->at++;
        if (opcode == '.') break;
        if (old && opcode && strchr("IFLSV", opcode) ? old_text(m) : step(m, opcode)) return -1;
    }
    m->p->root = pop(m);
    return m->p->root ? 0 : -1;
}

static int run(Machine *m) {
    if (m->end - m->at >= 2 && m->at[0] == 0x80) {
        if (m->at[1] < 2 || m->at[1] > 5)
            return error_set(m->err, "a pickle of protocol %d; 2 to 5 can be read", m->at[1]);
        m->at += 2;
        return run_opcodes(m, false);
    }
    /* Protocols 0 and 1 carry no mark and are not read, but what they would call is still worth
     * naming. */
    if (run_opcodes(m, true) && m->named) return -1;
    return pickle_refuse(m->start, (size_t)(m->end - m->start), m->err);
}

int pickle_run(Pickle *p, const unsigned char *data, size_t size, size_t *used, Error *err) {
    Machine m = {.p = p,
                 .start = data,
                 .at = data,
                 .end = data + size,
                 .stack = malloc(PICKLE_STACK_MAX * sizeof *m.stack),
                 .err = err};
    p->block_limit = size + 65536;
    int status = m.stack ? run(&m) : error_set(err, "out of memory");
    *used = (size_t)(m.at - data);
    free(m.stack);
    free(m.memo);
    return status;
}
