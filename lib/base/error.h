/* error.h: how errors are returned.
 *
 * A function that can fail takes `Error *err` last and returns 0, or -1 after writing one sentence
 * into err that names the file (where there is one), what was found and what to do. Only main()
 * prints it and exits. */
#ifndef LIB_BASE_ERROR_H
#define LIB_BASE_ERROR_H

typedef struct {
    char text[1024]; /* one line, no program name, no newline; control characters of file names are
                        '?' */
} Error;

/* Writes the sentence and returns -1, so that callers write `return error_set(err, "...")`. */
int error_set(Error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "context: " in front of what err says and returns -1: how a file's name joins a message from
 * inside. */
int error_prefix(Error *err, const char *context);

#endif
