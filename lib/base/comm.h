/* comm.h: the processes that share one run. Two files implement it, of which the Makefile takes
 * one: comm_single.c (one process: all of it is immediate) and comm_mpi.c (`make MPI=1`). All
 * processes make the same calls in the same order, from the thread that called comm_start. When a
 * process dies, or leaves without comm_end, the others are ended too. */
#ifndef LIB_BASE_COMM_H
#define LIB_BASE_COMM_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"
#include "lib/base/part.h"

/* Joins the others. Processes other than the first (rank 0) say nothing on stdout and stderr from
 * here on: what they have to report goes through comm_all_ok. */
void comm_start(void);
void comm_end(void);
int comm_rank(void); /* 0 .. comm_size() - 1 */
int comm_size(void);

/* The first process's bytes, everywhere. */
void comm_broadcast(void *data, size_t bytes);
/* The sum over all processes, in place, the same bits everywhere. */
void comm_sum(double *x, size_t n);

/* A sum that goes on in the background. Of `n` elements of float (item 4) or double (item 8), in
 * place; x may not be touched before comm_sum_wait. comm_sum_poll moves it on. */
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
