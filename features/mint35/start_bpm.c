/* start_bpm.c: the tempo around which beats are sought, by the name of an AIST++ song (mint:
 * preprocessor's _get_tempo). */
#include <string.h>

#include "features/mint35/mint35.h"

double mint35_start_bpm(const char *stem) {
    static const char genres[] = "BR PO LO MH LH WA KR JS JB";
    if (strlen(stem) != 4 || stem[0] != 'm' || stem[3] < '0' || stem[3] > '9') return 120;
    const char genre[3] = {stem[1], stem[2], '\0'};
    const int k = stem[3] - '0';
    if (strcmp(genre, "HO") == 0) return 110 + 5 * k;
    const char *found = strstr(genres, genre);
    return found && (found - genres) % 3 == 0 ? 80 + 10 * k : 120;
}
