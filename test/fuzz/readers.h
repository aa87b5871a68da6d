/* readers.h: every reader of files behind one function, for files of any bytes. A reader returns 0,
 * or -1 with one line that begins with the path; what it gives can be touched, motions are finite.
 * abort() where that does not hold.
 *
 * test_readers.c tries them in the suite, fuzz_readers.c under libFuzzer (make fuzz). */
#ifndef TEST_FUZZ_READERS_H
#define TEST_FUZZ_READERS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char *name;
    const char *file; /* what the file is to be called: some readers look at the ending */
    bool (*read)(const char *path); /* whether the file is one of its kind */
    void (*seed)(const char *folder); /* writes files of the kind there; those called odd* are
                                      of another that the reader must refuse */
    bool zip; /* a .npz: checksums of members are made good, as nothing gets past them else */
    size_t rounds; /* changed files that the suite tries */
} FuzzReader;

extern const FuzzReader fuzz_readers[];
extern const size_t fuzz_reader_count;

/* Sets the CRC of every stored member of a zip archive, as far as it is one, to its bytes'. */
void fuzz_repair_zip(unsigned char *data, size_t size);

/* Writes the bytes to a file of that name in the folder. */
void fuzz_write(const char *folder, const char *name, const void *data, size_t size);

/* Writes the bytes as folder/READER.file, repaired, and reads them. */
bool fuzz_one(const FuzzReader *reader, const char *folder, unsigned char *data, size_t size);

#endif
