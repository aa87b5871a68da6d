/* dance_features MOTION COUNT: the features of eval-fid of one dance, so many times, from the
 * motion in memory on (rotations projected, joints, features). Prints wall and processor seconds
 * per time. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/threads.h"
#include "lib/motion/import/pose_source.h"
#include "metrics/dance_features.h"
#include "test/bench/clock.h"

int main(int argc, char **argv) {
    if (argc != 3) return fputs("usage: dance_features MOTION COUNT\n", stderr), 2;
    size_t count = strtoul(argv[2], NULL, 10);
    threads_set(1);
    PoseSource t;
    Skeleton s = {0};
    Error err;
    int status = pose_source_read(argv[1], &t, &err) || skeleton_smpl(&s, &err) ? -1 : 0;
    double wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    for (size_t i = 0; i < count && !status; i++) {
        PoseTrack b = {0};
        DanceFeatureRows f = {0};
        status = pose_source_track(&t, 0, t.motion.frames, &s, false, &b, &err) ||
                         dance_feature_rows(&b, &(DanceFeatureOptions){0}, &f, &err)
                     ? -1
                     : 0;
        dance_feature_rows_free(&f);
        pose_track_free(&b);
    }
    if (status)
        fprintf(stderr, "dance_features: %s\n", err.text);
    else
        printf("%.9g %.9g\n", (now(CLOCK_MONOTONIC) - wall) / (double)count,
               (now(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (double)count);
    skeleton_free(&s);
    pose_source_free(&t);
    return status != 0;
}
