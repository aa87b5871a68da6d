/* checkpoint_readers.h: readers (readers.h) of what published checkpoints consist of. */
#ifndef TEST_FUZZ_CHECKPOINT_READERS_H
#define TEST_FUZZ_CHECKPOINT_READERS_H

#include <stdbool.h>

bool fuzz_read_torch(const char *path);
/* A checkpoint's config.json: every field, as every type. */
bool fuzz_read_settings(const char *path);
/* config.json as the registry of encoders and wav2vec 2.0's reader take it. */
bool fuzz_read_encoder(const char *path);
/* config.json as Jukebox's reader takes it; the states of a song that an interrupted run left. */
bool fuzz_read_jukebox(const char *path);
bool fuzz_read_states(const char *path);
/* The files that an index of weights names are absent. */
bool fuzz_read_index(const char *path);

#endif
