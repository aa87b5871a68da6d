/* The contact loss and what it is made of: positions of joints as motion_joints has them, speeds of
 * standing feet by hand, where the feet of dances stand. */
#include "test/scratch.h"

#include <math.h>

#include "lib/base/rng.h"
#include "lib/motion/motion.h"
#include "model/joint_positions.h"
#include "model/train/contact_loss.h"

enum { D = 3 + 9 * SMPL_JOINTS, BATCH = 2 };

static void near(double found, double due, double tolerance) {
    if (!(fabs(found - due) <= tolerance)) fail_msg("%.12g, not %.12g", found, due);
}

/* Frames of a body that stands upright, its root at y = 0.95. */
static void upright(float *frames, size_t count) {
    memset(frames, 0, count * D * sizeof *frames);
    for (size_t t = 0; t < count; t++) {
        frames[t * D + 1] = 0.95f;
        for (size_t j = 0; j < SMPL_JOINTS; j++)
            for (size_t k = 0; k < 3; k++) frames[t * D + 3 + 9 * j + 4 * k] = 1;
    }
}

static Graph *begin(Params *params) {
    *params = (Params){0};
    Graph *g = graph_new(params, BATCH);
    assert_non_null(g);
    return g;
}

static void finish(Graph *g, Value result) {
    Error err;
    graph_keep(g, result);
    if (graph_finish(g, NO_VALUE, &err)) fail_msg("%s", err.text);
}

/* Matrices that are no rotations, as networks make them. */
static void positions_are_those_of_the_motion(void **state) {
    (void)state;
    enum { T = 3 };
    static const size_t joints[] = {7, 10, 22, 15, 0};
    enum { ASKED = sizeof joints / sizeof *joints };
    static float frames[BATCH * T * D];
    static double due[BATCH * T * 3 * SMPL_JOINTS];
    Error err;
    Skeleton s;
    Params params;
    assert_int_equal(skeleton_smpl(&s, &err), 0);
    Graph *g = begin(&params);
    Value motion = graph_input(g, T, D);
    Value found = op_joint_positions(g, motion, &s, joints, ASKED);
    finish(g, found);
    upright(frames, BATCH * T);
    Rng r = rng_seed(1);
    for (size_t i = 0; i < BATCH * T * D; i++) frames[i] += (float)(0.3 * rng_normal(&r));
    for (size_t i = 0; i < BATCH * T * D; i++) graph_data(g, motion)[i] = (real)frames[i];
    graph_forward(g, BATCH);
    const Motion m = {.frames = BATCH * T, .joints = SMPL_JOINTS, .data = frames, .fps = 60};
    motion_joints(&m, &s, due);
    for (size_t t = 0; t < BATCH * T; t++)
        for (size_t j = 0; j < ASKED; j++)
            for (size_t i = 0; i < 3; i++)
                near((double)graph_data(g, found)[3 * (t * ASKED + j) + i],
                     due[3 * (t * SMPL_JOINTS + joints[j]) + i], 1e-6);
    graph_free(g);
    skeleton_free(&s);
}

static void what_it_cannot_take(void **state) {
    (void)state;
    static const size_t joints[] = {3};
    Error err;
    Skeleton s;
    Params params;
    assert_int_equal(skeleton_smpl(&s, &err), 0);
    Graph *g = begin(&params);
    op_joint_positions(g, graph_input(g, 2, D - 9), &s, joints, 1);
    assert_int_equal(graph_check(g, &err), -1);
    assert_non_null(strstr(err.text, "joint_positions"));
    graph_free(g);
    skeleton_free(&s);
}

/* Two windows of three transitions at 30 frames a second; the whole body moves by 1 cm a frame in
 * one and by 3 and 4 cm, sideways and up, in the other: 0.3 and 1.5 m/s. Of 2 * 3 * 4 joints five
 * stand in the first window and two in the second. */
static void speed_of_standing_feet(void **state) {
    (void)state;
    enum { T = 3 };
    static float frames[BATCH * (T + 1) * D];
    const Config c = {.motion_dim = D, .fps = 30};
    Params params;
    Graph *g = begin(&params);
    Value motion = graph_input(g, T + 1, D), contact = graph_input(g, T, CONTACT_COLUMNS);
    Value loss = contact_loss(g, &c, motion, contact);
    finish(g, loss);
    upright(frames, BATCH * (T + 1));
    for (size_t t = 0; t <= T; t++) {
        frames[t * D + 2] = (float)(0.01 * (double)t);
        frames[(T + 1 + t) * D] = (float)(0.03 * (double)t);
        frames[(T + 1 + t) * D + 1] += (float)(0.04 * (double)t);
    }
    for (size_t i = 0; i < BATCH * (T + 1) * D; i++) graph_data(g, motion)[i] = (real)frames[i];
    static const size_t standing[] = {0, 1, 5, 6, 11, 12, 23}; /* transition and joint, in order */
    memset(graph_data(g, contact), 0, BATCH * T * CONTACT_COLUMNS * sizeof(real));
    for (size_t k = 0; k < sizeof standing / sizeof *standing; k++)
        for (size_t i = 0; i < 3; i++) graph_data(g, contact)[3 * standing[k] + i] = 1;
    graph_forward(g, BATCH);
    near((double)graph_data(g, loss)[0], (5 * 0.3 * 0.3 + 2 * 1.5 * 1.5) / 24, 1e-5);
    graph_free(g);
}

/* A dance at 30 frames a second in which the left leg is lifted from frame 40 to 59. */
static void where_feet_stand(void **state) {
    (void)state;
    enum { FRAMES = 90 };
    static float frames[FRAMES * D];
    const Config c = {.motion_dim = D, .fps = 30};
    const Sequence q = {.motion = frames, .frames = FRAMES};
    const Corpus corpus = {.items = &q, .count = 1, .motion_dim = D};
    CorpusContacts contacts;
    Error err;
    upright(frames, FRAMES);
    for (size_t t = 40; t < 60; t++) { /* the thigh forward by 60 degrees */
        float *hip = frames + t * D + 3 + 9 * 1;
        hip[4] = hip[8] = 0.5f;
        hip[5] = 0.8660254f;
        hip[7] = -0.8660254f;
    }
    assert_int_equal(corpus_contacts_find(&corpus, &c, &contacts, &err), 0);
    static real f[4 * CONTACT_COLUMNS];
    corpus_contacts_copy(&contacts, 0, 10, 4, false, f);
    for (size_t i = 0; i < 4 * CONTACT_COLUMNS; i++) assert_true(f[i] == 1);
    corpus_contacts_copy(&contacts, 0, 48, 4, false, f);
    for (size_t i = 0; i < 4 * CONTACT_COLUMNS; i++)
        assert_true(f[i] == (i % CONTACT_COLUMNS < 6 ? 0 : 1));
    corpus_contacts_copy(&contacts, 0, 48, 4, true, f);
    for (size_t i = 0; i < 4 * CONTACT_COLUMNS; i++)
        assert_true(f[i] == (i % CONTACT_COLUMNS < 6 ? 1 : 0));
    /* Frame 39 rises already, by where it is next: the transition from 38 to it is none. */
    corpus_contacts_copy(&contacts, 0, 36, 4, false, f);
    for (size_t t = 0; t < 4; t++) assert_true(f[t * CONTACT_COLUMNS] == (t < 2 ? 1 : 0));
    corpus_contacts_free(&contacts);
    assert_null(contacts.down);
}

static void known_bodies(void **state) {
    (void)state;
    assert_true(contact_loss_known(24) && contact_loss_known(52));
    assert_false(contact_loss_known(1) || contact_loss_known(25));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(positions_are_those_of_the_motion),
        cmocka_unit_test(what_it_cannot_take),
        cmocka_unit_test(speed_of_standing_feet),
        cmocka_unit_test(where_feet_stand),
        cmocka_unit_test(known_bodies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
