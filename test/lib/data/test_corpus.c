/* Training sets: what is read, what is kept, and what does not go together. */
#include "lib/data/corpus.h"

#include "lib/motion/motion.h"

#include "test/scratch.h"

static size_t reads;

static int counting(void *context, const char *path, Music *out, Error *err) {
    (void)context;
    reads++;
    return music_read(path, out, err);
}

static const char *npz(const char *name) {
    char file[40];
    snprintf(file, sizeof file, "%s.npz", name);
    return scratch(file);
}

static void write_motion(const char *name, size_t frames, size_t joints, double fps) {
    Error err;
    Motion m;
    assert_done(motion_new(&m, frames, joints, &err), &err);
    m.fps = fps;
    m.data[0] = (float)frames;
    assert_done(motion_write(npz(name), &m, &err), &err);
    motion_free(&m);
}

/* A dance of one frame and one joint. */
static void write_frame(const char *name, const float frame[12]) {
    Error err;
    Motion m;
    assert_done(motion_new(&m, 1, 1, &err), &err);
    m.fps = 30;
    memcpy(m.data, frame, 12 * sizeof *frame);
    assert_done(motion_write(npz(name), &m, &err), &err);
    motion_free(&m);
}

static void write_music(const char *name, size_t frames, double fps, MusicIdentity identity) {
    Error err;
    Music m = {.frames = frames,
               .dim = 3,
               .fps = fps,
               .identity = identity,
               .data = calloc(3 * frames, sizeof *m.data)};
    assert_non_null(m.data);
    m.data[1] = (float)frames;
    assert_done(music_write(npz(name), &m, &err), &err);
    music_free(&m);
}

static const MusicIdentity mint = {"mint35", "librosa-0.11", "onset_strength,onsets,beats"};

/* A list of rows "motion music", separated by blanks and commas: "m a, n a". */
static const char *list(const char *name, const char *rows) {
    char text[1000] = "name\tgenre\tmotion\tmusic\n", motion[20], music[20];
    for (int row = 0, at = 0; sscanf(rows, "%19s %19[^,]%n", motion, music, &at) == 2; row++) {
        sprintf(text + strlen(text), "row%d\tA\t%s.npz\t%s.npz\n", row, motion, music);
        rows += at + (rows[at] == ',');
    }
    return scratch_write(name, text, strlen(text));
}

static int load(const char *rows, TrainingSet *l, Error *err) {
    return training_set_load(list("list.tsv", rows), counting, NULL, l, err);
}

static int begin(void **state) {
    if (scratch_begin(state)) return -1;
    write_motion("m", 30, 1, 30);
    write_motion("n", 40, 1, 30);
    write_motion("fast", 30, 1, 60);
    write_motion("two", 30, 2, 30);
    write_music("a", 50, 30, mint);
    write_music("b", 60, 30, mint);
    write_music("fast-song", 50, 60, mint);
    MusicIdentity other = mint;
    strcpy(other.version, "librosa-0.8");
    write_music("old", 50, 30, other);
    write_music("unnamed", 50, 30, (MusicIdentity){0});
    return 0;
}

static void a_song_is_held_once(void **state) {
    (void)state;
    Error err;
    TrainingSet l, twice;
    reads = 0;
    assert_done(load("m a, n b, m a, n a, m b", &l, &err), &err);
    assert_int_equal(reads, 2);
    assert_int_equal(l.songs.count, 2);
    const Sequence *s = l.corpus.items;
    assert_true(s[0].music == s[2].music && s[0].music == s[3].music && s[1].music == s[4].music);
    assert_true(s[0].music[1] == 50 && s[1].music[1] == 60 && s[3].music_frames == 50);
    assert_true(l.fps == 30 && l.corpus.music_dim == 3 && l.corpus.motion_dim == 12);
    assert_memory_equal(&l.music, &mint, sizeof mint);
    /* 3 motions of 30 frames, 2 of 40; songs of 50 and 60 frames */
    assert_int_equal(training_set_bytes(&l), 4 * ((3 * 30 + 2 * 40) * 9 + (50 + 60) * 3));
    assert_done(load("m a, n b, m a, n a, m b", &twice, &err), &err);
    assert_true(l.checksum == twice.checksum);
    training_set_free(&twice);
    assert_done(load("m a, n b, m a, n a, m a", &twice, &err), &err);
    assert_true(l.checksum != twice.checksum);
    training_set_free(&twice);
    training_set_free(&l);
}

static void of_rotations_two_rows_are_held(void **state) {
    (void)state;
    Error err;
    TrainingSet l;
    static const float turned[12] = {1, 2, 3, 0.6f, 0, 0.8f, 0, 1, 0, -0.8f, 0, 0.6f};
    static const float stretched[12] = {1, 2, 3, 2, 0, 0, 0, 1, 0, 0, 0, 1};
    write_frame("turned", turned);
    write_frame("stretched", stretched);
    assert_done(load("turned a, stretched a", &l, &err), &err);
    const Sequence *s = l.corpus.items;
    float frame[12];
    assert_true(s[0].packed && !s[1].packed);
    assert_int_equal(training_set_bytes(&l), 4 * (9 + 12 + 50 * 3));
    sequence_frames(&s[0], 12, 0, 1, frame);
    for (size_t k = 0; k < 12; k++) assert_float_equal(frame[k], turned[k], 1e-7);
    sequence_frames(&s[1], 12, 0, 1, frame);
    assert_memory_equal(frame, stretched, sizeof frame);
    training_set_free(&l);
}

static void music_is_left_out_where_it_is_not_asked_for(void **state) {
    (void)state;
    Error err;
    TrainingSet l;
    reads = 0;
    assert_done(training_set_load(list("list.tsv", "m a, n gone"), NULL, NULL, &l, &err), &err);
    assert_true(l.songs.count == 0 && !l.corpus.items[0].music && l.corpus.music_dim == 0);
    assert_false(music_identity_known(&l.music));
    assert_int_equal(reads, 0);
    training_set_free(&l);
}

static void what_does_not_go_together_is_refused(void **state) {
    (void)state;
    Error err;
    TrainingSet l;
    static const struct {
        const char *rows, *says;
    } cases[] = {
        {"m a, fast a", "fast.npz: has 60 frames a second, but "},
        {"m a, fast a", "m.npz has 30; import-motion --fps"},
        {"m a, two a", "two.npz: has 2 joints, but "},
        {"m fast-song", "fast-song.npz: has 60 frames a second, its motion 30; "
                        "extract-music-features --fps 30"},
        {"m a, n old", "old.npz: holds mint35 librosa-0.8, but "},
        {"m a, n old", "a.npz holds mint35 librosa-0.11; make the features"},
        {"m a, n unnamed", "unnamed.npz: holds 3 unnamed features a frame, but "},
        {"m a, n gone", "gone.npz: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_failed(load(cases[i].rows, &l, &err), &err, cases[i].says);
        assert_null(l.motions);
        assert_null(l.songs.items);
    }
}

/* Unnamed features of one width are taken for the same. */
static void unnamed_features_are_taken(void **state) {
    (void)state;
    Error err;
    TrainingSet l;
    assert_done(load("m unnamed, n unnamed", &l, &err), &err);
    assert_false(music_identity_known(&l.music));
    training_set_free(&l);
}

static void validation_is_like_training(void **state) {
    (void)state;
    Error err;
    TrainingSet train, val;
    static const struct {
        const char *rows, *says;
    } cases[] = {{"fast fast-song", "val.tsv: has 60 frames a second, but train.tsv has 30"},
                 {"two a", "val.tsv: frames of 21 numbers, but those of train.tsv have 12"},
                 {"m old", "val.tsv: its music features are mint35 librosa-0.8, but those of "
                           "train.tsv are mint35 librosa-0.11"}};
    assert_done(load("m a, n b", &train, &err), &err);
    assert_done(load("n b", &val, &err), &err);
    assert_done(training_set_check_validation(&val, "val.tsv", &train, "train.tsv", &err), &err);
    training_set_free(&val);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_done(load(cases[i].rows, &val, &err), &err);
        assert_failed(training_set_check_validation(&val, "val.tsv", &train, "train.tsv", &err),
                      &err, cases[i].says);
        training_set_free(&val);
    }
    training_set_free(&train);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_song_is_held_once),
        cmocka_unit_test(of_rotations_two_rows_are_held),
        cmocka_unit_test(music_is_left_out_where_it_is_not_asked_for),
        cmocka_unit_test(what_does_not_go_together_is_refused),
        cmocka_unit_test(unnamed_features_are_taken),
        cmocka_unit_test(validation_is_like_training),
    };
    return cmocka_run_group_tests(tests, begin, scratch_end);
}
