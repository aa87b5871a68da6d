#include "lib/motion/quaternion.h"

#include <math.h>

void quaternion_from_rotation(const double r[9], double q[4]) {
    /* Four times the square of each component. */
    const double squares[4] = {1 + r[0] + r[4] + r[8], 1 + r[0] - r[4] - r[8],
                               1 - r[0] + r[4] - r[8], 1 - r[0] - r[4] + r[8]};
    /* Four times the product of the components i and j. */
    const double products[4][4] = {{squares[0], r[7] - r[5], r[2] - r[6], r[3] - r[1]},
                                   {r[7] - r[5], squares[1], r[1] + r[3], r[2] + r[6]},
                                   {r[2] - r[6], r[1] + r[3], squares[2], r[5] + r[7]},
                                   {r[3] - r[1], r[2] + r[6], r[5] + r[7], squares[3]}};
    int largest = 0;
    for (int i = 1; i < 4; i++)
        if (squares[i] > squares[largest]) largest = i;
    double norm = 0;
    for (int i = 0; i < 4; i++) norm += products[largest][i] * products[largest][i];
    for (int i = 0; i < 4; i++) q[i] = products[largest][i] / sqrt(norm);
}
