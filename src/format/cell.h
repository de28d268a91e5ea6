/* Values of kumatop as cells of a line of text, without the cost of printf: what was not observed is an empty one. */
#ifndef KUMATOP_FORMAT_CELL_H
#define KUMATOP_FORMAT_CELL_H

#include <stdint.h>

#include "kumatop/buf.h"

void cell_moment(struct buf *out, int64_t us);	/* as moment_print(), a hundred times as often */
void cell_ms(struct buf *out, int64_t us);	/* microseconds as milliseconds with up to three decimals; negative: nothing */

/* value / 10^digits (at most 18) with as many decimals as that takes, whatever the locale writes them with. */
void cell_decimal(struct buf *out, int64_t value, int digits);

#endif
