/* self_check.h: a check of the whole computation that needs AIST++ and no model: its 40 real dances
 * of val and test against all of its dances, under Bailando's protocol, must give the published
 * numbers. */
#ifndef METRICS_REPORT_SELF_CHECK_H
#define METRICS_REPORT_SELF_CHECK_H

#include <stddef.h>

#include "lib/base/file.h"

enum {
    SELFCHECK_DANCES = 40,
    SELFCHECK_POOL = 1363 /* AIST++'s 1408 motions without the 45 on its ignore list */
};

/* FID_k, FID_g, Dist_k, Dist_g of those 40. */
extern const double self_check_published[4]; /* Bailando (Siyao et al. 2022), Table 1 */
extern const double
    self_check_recomputed[4]; /* Motius (github.com/ZeyuLing/Motius,
                                 docs/evaluator_zoo/aistpp_music_to_dance.md), 1320 motions */

/* Files of the motions that val and test name, and of all motions, both without the ignored ones. A
 * motion that is named but not there is an error that sends to check-dataset. */
int self_check_files(const char *folder, Strings *named, Strings *pool, Error *err);

#endif
