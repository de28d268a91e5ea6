/* What `kumatop export` is to write, and the writing of it. */
#ifndef KUMATOP_CLI_EXPORT_WRITE_H
#define KUMATOP_CLI_EXPORT_WRITE_H

#include "kumatop/archive.h"
#include "kumatop/format.h"

/* As --format has them; the first ones are those of enum export_format. */
enum { FORMAT_OPENMETRICS = EXPORT_INFLUX + 1, FORMAT_SQLITE };

struct export_plan {
	int format;
	struct archive_range range;
	enum export_rows rows;
	enum rollup_step step;		/* of EXPORT_ROLLUPS */
	bool guard;			/* as format_csv_cell() */
	const char *output;		/* NULL or "-": stdout */
};

/* Streams rows, in constant memory. A reader that has had enough (| head) is no failure. */
bool export_write(struct archive *archive, const struct export_plan *plan, struct error *err);

/* The whole database as a file of its own at plan->output, which must not be there yet: complete or absent, also when interrupted. */
bool export_copy(struct archive *archive, const struct export_plan *plan, struct error *err);

#endif
