#include "test/fuzz/readers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/audio/audio_file.h"
#include "lib/audio/music_file.h"
#include "lib/base/tsv.h"
#include "lib/data/dataset.h"
#include "lib/formats/tensor_file.h"
#include "lib/motion/import/h36m_joints.h"
#include "lib/motion/import/motion_import.h"
#include "lib/motion/import/pose_source.h"
#include "lib/motion/joint_map.h"
#include "metrics/report/score_table.h"
#include "metrics/thresholds.h"
#include "model/checkpoint_file.h"
#include "model/cluster/cluster_file.h"
#include "model/config.h"
#include "model/model_file.h"
#include "test/fuzz/checkpoint_readers.h"
#include "test/fuzz/reading.h"
#include "test/fuzz/seeds.h"

/* libvorbis, as libsndfile uses it, loses its settings where a header is damaged. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:libvorbis\n"; }

static void check_motion(const Motion *m) {
    require(m->frames > 0 && m->joints > 0 && m->fps > 0 && isfinite(m->fps));
    require(m->seed_frames >= 0 && (size_t)m->seed_frames <= m->frames);
    for (size_t i = 0; m->data && i < m->frames * motion_dim(m); i++) require(isfinite(m->data[i]));
    touch(m->genre, strlen(m->genre));
    touch(m->music, strlen(m->music));
}

/* --- the readers --- */

static bool read_motion(const char *path) {
    static const MotionImportOptions options[2] = {{.hands = true}, {.bvh = {.up = 3}}};
    bool good = false;
    for (size_t i = 0; i < 2; i++) {
        Motion m;
        Error note, err;
        if (read_well(motion_import(path, &options[i], &m, &note, &err), path, &err)) {
            check_motion(&m);
            good = true;
        }
        motion_free(&m);
    }
    return good;
}

static bool read_h36m_joints(const char *path) {
    H36mTakes t;
    Error err;
    if (!h36m_takes_found(path)) return false;
    bool good = read_well(h36m_takes_read(path, &t, &err), path, &err);
    for (size_t i = 0; i < t.count; i++) {
        double *positions;
        size_t frames;
        Motion m = {0};
        if (h36m_take_positions(&t.items[i], &positions, &frames, &err)) {
            good = false;
            continue;
        }
        require(frames > 0);
        touch(t.items[i].name, strlen(t.items[i].name));
        if (h36m_motion(positions, frames, &m, &err) == 0) check_motion(&m);
        motion_free(&m);
        free(positions);
    }
    h36m_takes_free(&t);
    return good;
}

static bool read_poses(const char *path) {
    PoseSource p;
    Error err;
    bool good = read_well(pose_source_read(path, &p, &err), path, &err);
    if (good) {
        check_motion(&p.motion);
        size_t n = p.positions ? 3 * p.motion.frames * p.motion.joints : 0;
        for (size_t i = 0; i < n; i++) require(isfinite(p.positions[i]));
    }
    pose_source_free(&p);
    return good;
}

static bool read_tensors(const char *path) {
    Tensors set;
    Error err;
    bool good = read_well(tensor_file_read(path, &set, &err), path, &err);
    if (good)
        for (size_t i = 0; i < set.count; i++)
            touch(set.items[i].tensor.data,
                  tensor_count(&set.items[i].tensor) * set.items[i].tensor.item_size);
    tensors_free(&set);
    return good;
}

static bool read_safetensors(const char *path) {
    Safetensors *s;
    Error err;
    if (!read_well(safetensors_open(path, &s, &err), path, &err)) return false;
    for (size_t i = 0; i < safetensors_count(s); i++) {
        const SafetensorsView *v = safetensors_at(s, i);
        if (v->type == SAFETENSORS_OTHER) continue;
        size_t n = safetensors_elements(v);
        float *numbers = malloc(n * sizeof *numbers + 1);
        require(numbers && safetensors_read_f32(v, numbers, &err) == 0);
        touch(numbers, n * sizeof *numbers);
        free(numbers);
    }
    safetensors_close(s);
    return true;
}

static bool read_model(const char *path) {
    bool good = false;
    for (int kind = 0; kind < 2; kind++) {
        Model m;
        Error err;
        if (read_well(model_read(path, (ModelKind)kind, &m, &err), path, &err)) {
            require(config_check(&m.config, &err) == 0);
            for (size_t i = 0; i < m.params.count; i++)
                touch(params_values(&m.params, i), m.params.items[i].count * sizeof(real));
            model_free(&m);
            good = true;
        }
    }
    return good;
}

static bool read_checkpoint(const char *path) {
    Safetensors *file;
    Model m;
    TrainState state;
    Error err;
    if (!read_well(safetensors_open(path, &file, &err), path, &err)) return false;
    seeds_model(&m);
    bool good =
        checkpoint_is(file) && checkpoint_import(&m, &state, seeds_settings, file, &err) == 0;
    if (good) {
        require(state.stage >= STAGE_MANIFOLD && state.stage <= STAGE_PREDICT);
        require(isfinite(state.loss_sum));
    }
    model_free(&m);
    safetensors_close(file);
    return good;
}

static bool read_config(const char *path) {
    unsigned char *text;
    size_t size;
    Config c;
    Error err;
    require(file_read(path, &text, &size, &err) == 0);
    bool good = config_from_json((const char *)text, &c, &err) == 0;
    if (good) {
        char *again = config_to_json(&c);
        require(again && config_from_json(again, &c, &err) == 0);
        free(again);
        config_check(&c, &err);
    }
    free(text);
    return good;
}

static bool read_sound(const char *path) {
    Audio a;
    Error err;
    int saved = stderr_mute();
    int status = audio_file_read(path, &a, &err);
    stderr_unmute(saved);
    bool good = read_well(status, path, &err);
    if (good) {
        require(a.count > 0 && a.rate > 0);
        for (size_t i = 0; i < a.count; i++) require(isfinite(a.samples[i]));
    }
    audio_free(&a);
    return good;
}

static bool read_music(const char *path) {
    Music m;
    Error err;
    bool good = read_well(music_read(path, &m, &err), path, &err);
    if (good) {
        size_t column;
        require(m.frames > 0 && m.fps >= 0 && m.tempo >= 0);
        for (size_t i = 0; i < m.frames * m.dim; i++) require(isfinite(m.data[i]));
        if (music_need(&m, "beats", &column, &err) == 0) require(column < m.dim);
    }
    music_free(&m);
    return good;
}

static bool read_dataset(const char *path) {
    Dataset d;
    Error err;
    bool good = read_well(dataset_read(path, &d, &err), path, &err);
    if (good) {
        const char **genres = NULL;
        size_t count;
        require(d.count > 0 && dataset_genres(&d, &genres, &count, &err) == 0 && count > 0);
        free(genres);
        for (size_t i = 0; i < d.count; i++)
            require(*d.rows[i].name && *d.rows[i].genre && !strchr(d.rows[i].name, '/'));
    }
    dataset_free(&d);
    return good;
}

static bool read_names(const char *path) {
    Strings list = {0};
    Error err;
    bool good = read_well(dataset_names_read(path, &list, &err), path, &err);
    if (good)
        for (size_t i = 0; i < list.count; i++) {
            char genre[16], music[32];
            require(*list.items[i] && !strchr(list.items[i], '\n'));
            if (aist_parse_name(list.items[i], genre, music) == 0) require(*genre && *music);
        }
    strings_free(&list);
    return good;
}

static bool read_log(const char *path) {
    static const char *const names[] = {"stage", "step", "loss"};
    NumberTable t;
    Error err;
    bool good = read_well(tsv_read(path, names, 3, &t, &err), path, &err);
    if (good) touch(t.values, t.rows * t.columns * sizeof *t.values);
    tsv_free(&t);
    return good;
}

static bool read_joint_list(const char *path) {
    BvhNames n;
    Error err;
    bool good = read_well(bvh_names_read(path, &n, &err), path, &err);
    if (good)
        for (size_t i = 0; i < BVH_NAMES; i++)
            if (n.names[i]) touch(n.names[i], strlen(n.names[i]));
    bvh_names_free(&n);
    return good;
}

static bool read_scores(const char *path) {
    char *paths[] = {strdup(path)};
    ScoreTable t;
    Error err;
    require(paths[0] != NULL);
    bool good = read_well(score_table_read(&t, paths, 1, "GT", &err), path, &err);
    if (good) touch(t.rows, t.count * sizeof *t.rows);
    score_table_free(&t);
    free(paths[0]);
    return good;
}

static bool read_thresholds(const char *path) {
    Thresholds t;
    Error err;
    if (!read_well(thresholds_read(path, &t, &err), path, &err)) return false;
    require(isfinite(t.pose) && isfinite(t.trans));
    return true;
}

static bool read_clusters(const char *path) {
    Tensors set;
    Error err;
    bool good = read_well(tensor_file_read(path, &set, &err), path, &err);
    if (good) {
        Tensor *t = tensors_need(&set, "centers", &err);
        if (t && tensor_convert(t, TENSOR_F32, &err) == 0 && tensor_check_finite(t, &err) == 0)
            touch(t->data, tensor_count(t) * sizeof(float));
    }
    tensors_free(&set);
    return good;
}

static bool read_skeleton(const char *path) {
    Skeleton s;
    JointNames names;
    Error err;
    bool good = read_well(skeleton_read(path, &s, &err), path, &err);
    if (good) {
        require(s.joints > 0 && s.parents[0] == -1);
        for (size_t j = 1; j < s.joints; j++)
            require(s.parents[j] >= 0 && (size_t)s.parents[j] < j);
        for (size_t i = 0; i < 3 * s.joints; i++) require(isfinite(s.offsets[i]));
    }
    skeleton_free(&s);
    if (read_well(joint_map_read(path, &names, &err), path, &err))
        for (size_t i = 0; i < SMPL_JOINTS; i++)
            require(names.joint_of[i] < names.joints || names.joint_of[i] == JOINTS_MAX);
    return good;
}

/* --- the table --- */

const FuzzReader fuzz_readers[] = {
    {.name = "bvh", .file = "x.bvh", .read = read_motion, .seed = seed_bvh, .rounds = 1800},
    {.name = "h36m", .file = "x.txt", .read = read_motion, .seed = seed_h36m, .rounds = 1800},
    {.name = "h36m-joints",
     .file = "x.npz",
     .read = read_h36m_joints,
     .seed = seed_h36m_joints,
     .zip = true,
     .rounds = 3000},
    {.name = "torch",
     .file = "x.pt",
     .read = fuzz_read_torch,
     .seed = seed_torch,
     .zip = true,
     .rounds = 6000},
    {.name = "settings",
     .file = "config.json",
     .read = fuzz_read_settings,
     .seed = seed_settings,
     .rounds = 4500},
    {.name = "encoder",
     .file = "config.json",
     .read = fuzz_read_encoder,
     .seed = seed_encoders,
     .rounds = 3000},
    {.name = "jukebox",
     .file = "config.json",
     .read = fuzz_read_jukebox,
     .seed = seed_jukebox,
     .rounds = 2000},
    {.name = "states",
     .file = "x.jukebox",
     .read = fuzz_read_states,
     .seed = seed_states,
     .rounds = 1000},
    {.name = "weight-index",
     .file = "x.index.json",
     .read = fuzz_read_index,
     .seed = seed_weight_index,
     .rounds = 3000},
    {.name = "pickle", .file = "x.pkl", .read = read_motion, .seed = seed_pickles, .rounds = 6000},
    {.name = "motion-npz",
     .file = "gBR_sBM_cAll_d04_mBR0_ch01.npz",
     .read = read_motion,
     .seed = seed_motion_npz,
     .zip = true,
     .rounds = 3000},
    {.name = "motion-npy",
     .file = "x.npy",
     .read = read_motion,
     .seed = seed_motion_npy,
     .rounds = 3000},
    {.name = "poses", .file = "x.npy", .read = read_poses, .seed = seed_positions, .rounds = 3000},
    {.name = "tensors",
     .file = "x.npz",
     .read = read_tensors,
     .seed = seed_motion_npz,
     .rounds = 4500},
    {.name = "safetensors",
     .file = "x.safetensors",
     .read = read_safetensors,
     .seed = seed_models,
     .rounds = 4500},
    {.name = "model",
     .file = "x.safetensors",
     .read = read_model,
     .seed = seed_models,
     .rounds = 1800},
    {.name = "checkpoint",
     .file = "x.safetensors",
     .read = read_checkpoint,
     .seed = seed_checkpoint,
     .rounds = 1800},
    {.name = "config", .file = "x.json", .read = read_config, .seed = seed_config, .rounds = 6000},
    {.name = "sound", .file = "x.wav", .read = read_sound, .seed = seed_sounds, .rounds = 900},
    {.name = "music",
     .file = "x.npz",
     .read = read_music,
     .seed = seed_music,
     .zip = true,
     .rounds = 4500},
    {.name = "thresholds",
     .file = "x.npz",
     .read = read_thresholds,
     .seed = seed_thresholds,
     .zip = true,
     .rounds = 4500},
    {.name = "clusters",
     .file = "x.npz",
     .read = read_clusters,
     .seed = seed_clusters,
     .zip = true,
     .rounds = 3000},
    {.name = "skeleton",
     .file = "x.npz",
     .read = read_skeleton,
     .seed = seed_skeletons,
     .zip = true,
     .rounds = 4500},
    {.name = "dataset",
     .file = "x.tsv",
     .read = read_dataset,
     .seed = seed_dataset,
     .rounds = 4500},
    {.name = "names", .file = "x.txt", .read = read_names, .seed = seed_names, .rounds = 3000},
    {.name = "log", .file = "x.log", .read = read_log, .seed = seed_log, .rounds = 4500},
    {.name = "joint-list",
     .file = "x.txt",
     .read = read_joint_list,
     .seed = seed_joint_list,
     .rounds = 4500},
    {.name = "scores", .file = "x.json", .read = read_scores, .seed = seed_scores, .rounds = 4500},
};
const size_t fuzz_reader_count = sizeof fuzz_readers / sizeof *fuzz_readers;
