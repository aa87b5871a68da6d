/* comm.h: communication between the processes of one run. Two files implement it, of which the
 * Makefile links one: comm_single.c (one process: every call returns at once) and comm_mpi.c (`make
 * MPI=1`). All processes make the same calls in the same order, from the thread that called
 * comm_start. When a process dies, or exits without comm_end, the others are ended too. */
#ifndef LIB_BASE_COMM_H
#define LIB_BASE_COMM_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"
#include "lib/base/part.h"

/* Joins the other processes. From here on only the first one (rank 0) prints; the others' stdout
 * and stderr go nowhere, and their errors through comm_all_ok. */
void comm_start(void);
void comm_end(void);
int comm_rank(void); /* 0 .. comm_size() - 1 */
int comm_size(void);

/* Copies the first process's bytes to all. */
void comm_broadcast(void *data, size_t bytes);
/* Sums over all processes, in place, the same bits in each. */
void comm_sum(double *x, size_t n);

/* A sum that runs in the background. Of n elements of float (item 4) or double (item 8), in place;
 * x may not be touched before comm_sum_wait. comm_sum_poll advances it. */
typedef struct {
    _Alignas(8) unsigned char handle[16];
} CommSum;
void comm_sum_begin(CommSum *s, void *x, size_t n, size_t item);
void comm_sum_poll(CommSum *s);
void comm_sum_wait(CommSum *s);

/* 0 if every process passes 0; else -1, and err is that of the first process that failed. */
int comm_all_ok(int status, Error *err);

/* This process's part of n things, by rank. */
static inline Part comm_part(size_t n) {
    return part_of(n, 1, (size_t)comm_rank(), (size_t)comm_size());
}

#endif
