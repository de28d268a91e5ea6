/*
 * One form of rows of history. To add a row form: write src/format/export_<form>.c with one const struct export_form, and name it in
 * the table in export.c.
 */
#ifndef KUMATOP_FORMAT_EXPORT_H
#define KUMATOP_FORMAT_EXPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "kumatop/buf.h"
#include "kumatop/format.h"
#include "kumatop/record.h"

struct export_form {
	const char *heads[EXPORT_ROWS_COUNT];	/* by enum export_rows */
	const char *first, *next, *after;	/* before the first row, before the others, behind each */
	const char *tail, *tail_of_none;	/* at the end; that when there was no row */

	/* guard as in format_csv_cell(); of no concern to forms that no spreadsheet opens. */
	void (*beat)(struct buf *out, const struct beat_record *beat, bool guard);
	void (*event)(struct buf *out, const struct event_record *event, bool guard);
	void (*rollup)(struct buf *out, const struct rollup_record *rollup, bool guard);
};

extern const struct export_form export_csv, export_ndjson, export_json, export_influx;

enum { EXPORT_RATIO_DIGITS = 9 };

int64_t export_mean_us(const struct rollup *rollup);	/* of its latencies, to the nearest; -1: none */
int64_t export_ratio(double ratio);			/* not negative; for cell_decimal() with EXPORT_RATIO_DIGITS */

#endif
