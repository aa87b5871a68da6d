#include "export/quantise.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { BITS = 6, CELLS = 1 << 3 * BITS };

/* What lies in one cell of the grid. */
typedef struct {
    size_t count;
    double sum[3];
    unsigned char box;
} Cell;

typedef struct {
    double count, sum[3], square[3];
} Box;

static size_t cell_of(const unsigned char *p) {
    const int shift = 8 - BITS;
    return (size_t)(p[0] >> shift) << 2 * BITS | (size_t)(p[1] >> shift) << BITS |
           (size_t)(p[2] >> shift);
}

/* A cell counts with its mean colour. */
static void box_add(Box *b, const Cell *c, double sign) {
    for (int k = 0; k < 3; k++) {
        b->sum[k] += sign * c->sum[k];
        b->square[k] += sign * c->sum[k] * c->sum[k] / (double)c->count;
    }
    b->count += sign * (double)c->count;
}

static double error_along(const Box *b, int k) {
    return b->count > 0 ? b->square[k] - b->sum[k] * b->sum[k] / b->count : 0;
}

static double box_error(const Box *b) {
    return error_along(b, 0) + error_along(b, 1) + error_along(b, 2);
}

/* Moves the cells of box `from` beyond its mean into box `to`; false if none are. */
static bool split(Cell *cells, const size_t *occupied, size_t count, Box *boxes, size_t from,
                  size_t to) {
    int axis = 0;
    bool moved = false;
    for (int k = 1; k < 3; k++)
        if (error_along(&boxes[from], k) > error_along(&boxes[from], axis)) axis = k;
    double mean = boxes[from].sum[axis] / boxes[from].count;
    boxes[to] = (Box){0};
    for (size_t i = 0; i < count; i++) {
        Cell *c = &cells[occupied[i]];
        if (c->box != from || !(c->sum[axis] / (double)c->count > mean)) continue;
        c->box = (unsigned char)to;
        box_add(&boxes[to], c, 1);
        box_add(&boxes[from], c, -1);
        moved = true;
    }
    return moved;
}

static size_t cut(Cell *cells, const size_t *occupied, size_t count, Box *boxes) {
    size_t used = 1;
    boxes[0] = (Box){0};
    for (size_t i = 0; i < count; i++) box_add(&boxes[0], &cells[occupied[i]], 1);
    while (used < PALETTE_SIZE) {
        size_t worst = 0;
        for (size_t b = 1; b < used; b++)
            if (box_error(&boxes[b]) > box_error(&boxes[worst])) worst = b;
        /* rounding leaves a little in a box of one colour */
        if (box_error(&boxes[worst]) < 1e-6 * boxes[worst].count) break;
        if (!split(cells, occupied, count, boxes, worst, used)) break;
        used++;
    }
    return used;
}

int quantise(const unsigned char *rgb, size_t count, unsigned char palette[PALETTE_SIZE][3],
             size_t *used, unsigned char *index, Error *err) {
    Cell *cells = calloc(CELLS, sizeof *cells);
    size_t *occupied = malloc(CELLS * sizeof *occupied), filled = 0;
    Box boxes[PALETTE_SIZE];
    if (!cells || !occupied) {
        free(cells);
        free(occupied);
        return error_set(err, "out of memory for the colours of an image");
    }
    for (size_t i = 0; i < count; i++) {
        Cell *c = &cells[cell_of(rgb + 3 * i)];
        if (c->count++ == 0) occupied[filled++] = (size_t)(c - cells);
        for (size_t k = 0; k < 3; k++) c->sum[k] += rgb[3 * i + k];
    }
    *used = cut(cells, occupied, filled, boxes);
    for (size_t b = 0; b < *used; b++)
        for (int k = 0; k < 3; k++)
            palette[b][k] = (unsigned char)lround(boxes[b].sum[k] / boxes[b].count);
    for (size_t i = 0; i < count; i++) index[i] = cells[cell_of(rgb + 3 * i)].box;
    free(cells);
    free(occupied);
    return 0;
}
