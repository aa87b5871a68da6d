/* libFuzzer's entry to one reader, which FUZZ_READER names; "list": prints their names, a line
 * each; "seeds FOLDER" as arguments: writes the reader's seeds there. Built and run by make fuzz.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test/fuzz/readers.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const FuzzReader *reader;
static char folder[] = "/tmp/neverstop-fuzz-XXXXXX";

static void clean_up(void) {
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, reader->file);
    remove(path);
    remove(folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    const char *name = getenv("FUZZ_READER");
    for (size_t i = 0; name && i < fuzz_reader_count; i++) {
        if (strcmp(name, "list") == 0) puts(fuzz_readers[i].name);
        if (strcmp(name, fuzz_readers[i].name) == 0) reader = &fuzz_readers[i];
    }
    if (name && strcmp(name, "list") == 0) exit(0);
    if (!reader) {
        fprintf(stderr, "fuzz_readers: FUZZ_READER must name a reader\n");
        exit(2);
    }
    if (*argc == 3 && strcmp((*argv)[1], "seeds") == 0) {
        reader->seed((*argv)[2]);
        exit(0);
    }
    if (!mkdtemp(folder)) abort();
    atexit(clean_up);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    unsigned char *copy = malloc(size + 1);
    if (!copy) abort();
    memcpy(copy, data, size);
    fuzz_one(reader, folder, copy, size);
    free(copy);
    return 0;
}
