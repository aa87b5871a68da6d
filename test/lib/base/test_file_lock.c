/* Locks between processes: the second is refused, a dead owner's counts for nothing. */
#include "lib/base/file_lock.h"

#include <signal.h>
#include <sys/wait.h>

#include "lib/base/file.h"
#include "test/scratch.h"

/* In another process: exit status 0 if the lock was refused with a message about another run. */
static int refused_elsewhere(const char *path) {
    pid_t child = fork();
    if (child == 0) {
        FileLock lock;
        Error err;
        int refused = file_lock(path, &lock, &err) == -1 && strstr(err.text, "another run");
        if (!refused) file_unlock(&lock);
        _exit(refused ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status);
}

static void one_process_at_a_time(void **state) {
    (void)state;
    Error err;
    FileLock lock;
    const char *path = scratch("a.checkpoint");
    assert_done(file_lock(path, &lock, &err), &err);
    assert_int_equal(refused_elsewhere(path), 0);
    file_unlock(&lock);
    assert_int_equal(refused_elsewhere(path), 1);
    assert_false(file_exists(scratch("a.checkpoint.lock")));
    file_unlock(&lock); /* harmless */
}

static void the_lock_of_a_killed_process_is_taken(void **state) {
    (void)state;
    Error err;
    FileLock lock;
    const char *path = scratch("b.checkpoint");
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        char byte = (char)(file_lock(path, &lock, &err) == 0);
        (void)!write(ready[1], &byte, 1);
        for (;;) pause();
    }
    char byte = 0;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 1);
    assert_failed(file_lock(path, &lock, &err), &err, "b.checkpoint.lock");
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_true(file_exists(scratch("b.checkpoint.lock")));
    assert_done(file_lock(path, &lock, &err), &err);
    file_unlock(&lock);
    close(ready[0]);
    close(ready[1]);
}

static void what_cannot_be_locked_is_said(void **state) {
    (void)state;
    Error err;
    FileLock lock;
    assert_failed(file_lock(scratch("no/folder"), &lock, &err), &err, "No such file");
    assert_null(lock.path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_process_at_a_time),
        cmocka_unit_test(the_lock_of_a_killed_process_is_taken),
        cmocka_unit_test(what_cannot_be_locked_is_said),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
