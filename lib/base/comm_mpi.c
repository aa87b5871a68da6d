/* Many processes, by the Message Passing Interface. MPI's own errors end all of them (its default
 * error handler). */
#include <fcntl.h>
#include <limits.h>
#include <mpi.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/comm.h"

static void fall_silent(void) {
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0) return;
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    close(nowhere);
}

void comm_start(void) {
    int given;
    MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &given);
    if (comm_rank() > 0) fall_silent();
}

void comm_end(void) { MPI_Finalize(); }

int comm_rank(void) {
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
}

int comm_size(void) {
    int size;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    return size;
}

void comm_broadcast(void *data, size_t bytes) {
    for (char *at = data; bytes > 0;) { /* MPI counts in int */
        int n = bytes < INT_MAX ? (int)bytes : INT_MAX;
        MPI_Bcast(at, n, MPI_BYTE, 0, MPI_COMM_WORLD);
        at += n;
        bytes -= (size_t)n;
    }
}

void comm_sum(double *x, size_t n) {
    MPI_Allreduce(MPI_IN_PLACE, x, (int)n, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
}

_Static_assert(sizeof(MPI_Request) <= sizeof(CommSum), "a request must fit");

void comm_sum_begin(CommSum *s, void *x, size_t n, size_t item) {
    MPI_Request request;
    MPI_Iallreduce(MPI_IN_PLACE, x, (int)n, item == sizeof(float) ? MPI_FLOAT : MPI_DOUBLE, MPI_SUM,
                   MPI_COMM_WORLD, &request);
    memcpy(s->handle, &request, sizeof request);
}

void comm_sum_poll(CommSum *s) {
    MPI_Request request;
    int done;
    memcpy(&request, s->handle, sizeof request);
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    memcpy(s->handle, &request, sizeof request);
}

void comm_sum_wait(CommSum *s) {
    MPI_Request request;
    memcpy(&request, s->handle, sizeof request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    memcpy(s->handle, &request, sizeof request);
}

int comm_all_ok(int status, Error *err) {
    int mine = status ? comm_rank() : INT_MAX, first;
    MPI_Allreduce(&mine, &first, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    if (first == INT_MAX) return 0;
    MPI_Bcast(err->text, sizeof err->text, MPI_BYTE, first, MPI_COMM_WORLD);
    return -1;
}
