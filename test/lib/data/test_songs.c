/* A song is read once, however many dances use it, and goes when the last of them is done. */
#include "lib/data/songs.h"

#include "test/scratch.h"

/* A loader that counts. */
typedef struct {
    size_t reads, in_memory_most;
    const Songs *songs;
} Counter;

static size_t in_memory(const Songs *s) {
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++) n += s->items[i].music.data != NULL;
    return n;
}

static int count_load(void *context, const char *path, Music *out, Error *err) {
    Counter *c = context;
    *out = (Music){0};
    c->reads++;
    if (strcmp(path, "broken") == 0) return error_set(err, "broken: cannot be read");
    *out = (Music){.frames = 1, .dim = 1, .data = malloc(sizeof(float)), .tempo = (double)path[0]};
    assert_non_null(out->data);
    const size_t now = in_memory(c->songs); /* *out is one of them */
    if (now > c->in_memory_most) c->in_memory_most = now;
    return 0;
}

/* AIST++'s 1,408 dances to 60 songs, sorted by song as its list is. */
static void each_song_is_read_once(void **state) {
    (void)state;
    enum { SONGS = 60, USES = 1408 };
    Error err;
    Songs s;
    Counter c = {.songs = &s};
    char names[SONGS][8];
    const char *paths[USES];
    for (size_t i = 0; i < SONGS; i++) snprintf(names[i], sizeof names[i], "song%zu", i);
    for (size_t i = 0; i < USES; i++) paths[i] = names[i * SONGS / USES];
    assert_done(songs_new(&s, paths, USES, count_load, &c, &err), &err);
    assert_int_equal(s.count, SONGS);
    assert_int_equal(c.reads, 0);
    for (size_t i = 0; i < USES; i++) {
        const Music *m;
        assert_done(songs_get(&s, i, &m, &err), &err);
        assert_non_null(m->data);
        songs_done(&s, i);
    }
    assert_int_equal(c.reads, SONGS);
    assert_int_equal(c.in_memory_most, 1); /* each is over before the next begins */
    assert_int_equal(in_memory(&s), 0);
    songs_free(&s);
}

static void songs_stay_while_they_are_needed(void **state) {
    (void)state;
    Error err;
    Songs s;
    Counter c = {.songs = &s};
    static const char *const paths[] = {"b", "a", "b", "c", "b"};
    const Music *first, *again;
    assert_done(songs_new(&s, paths, 5, count_load, &c, &err), &err);
    assert_string_equal(s.items[0].path, "b"); /* in the order of their first use */
    assert_string_equal(s.items[1].path, "a");
    assert_string_equal(s.items[2].path, "c");
    assert_done(songs_get(&s, 0, &first, &err), &err);
    assert_true(first->tempo == 'b');
    assert_done(songs_get(&s, 4, &again, &err), &err);
    assert_true(first == again);
    songs_done(&s, 0);
    songs_done(&s, 4);
    assert_non_null(s.items[0].music.data); /* use 2 is to come */
    songs_done(&s, 2); /* without having been asked for */
    assert_null(s.items[0].music.data);
    assert_done(songs_get(&s, 3, &first, &err), &err);
    assert_true(first->tempo == 'c');
    assert_int_equal(c.reads, 2); /* nobody asked for a */
    songs_free(&s); /* with c in memory */
}

static void a_song_that_cannot_be_read_is_an_error(void **state) {
    (void)state;
    Error err;
    Songs s;
    Counter c = {.songs = &s};
    static const char *const paths[] = {"a", "broken"};
    const Music *m;
    assert_done(songs_new(&s, paths, 2, count_load, &c, &err), &err);
    assert_done(songs_get(&s, 0, &m, &err), &err);
    assert_failed(songs_get(&s, 1, &m, &err), &err, "broken: cannot be read");
    assert_failed(songs_get(&s, 1, &m, &err), &err, "broken: cannot be read");
    songs_free(&s);
    assert_done(songs_new(&s, paths, 0, count_load, &c, &err), &err);
    assert_int_equal(s.count, 0);
    songs_free(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_song_is_read_once),
        cmocka_unit_test(songs_stay_while_they_are_needed),
        cmocka_unit_test(a_song_that_cannot_be_read_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
