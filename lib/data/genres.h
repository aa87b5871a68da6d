/* genres.h: genres under the names that people call them. A model knows those of its data set,
 * which for AIST++ are codes of two letters. */
#ifndef LIB_DATA_GENRES_H
#define LIB_DATA_GENRES_H

#include <stddef.h>

#include "lib/base/error.h"

/* What AIST++ calls a genre by its code: "house" for "HO"; NULL for other codes. Case is ignored.
 */
const char *genre_aist_name(const char *code);

/* The one of `count` genres that `name` means: the same bytes; else the same letters and digits,
 * case ignored; else AIST++'s name for its code or the reverse ("house", "Breaking", "hip-hop" if
 * there is only one of the two). An error lists the genres, or those between which the name does
 * not decide. */
int genre_find(char *const *genres, size_t count, const char *name, size_t *index, Error *err);

/* "BR (break), HO (house)", shortened if there are too many; returns text. */
enum { GENRE_LIST_SIZE = 400 };
char *genre_list(char *const *genres, size_t count, char text[GENRE_LIST_SIZE]);

#endif
