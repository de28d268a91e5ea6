/*
 * One line of what `kumatop export` writes, read back: the reverse of export.c. Columns and keys are known by their names, in any order;
 * those that are not known are passed over. Pure.
 */
#ifndef KUMATOP_FORMAT_LINE_H
#define KUMATOP_FORMAT_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "kumatop/import.h"

enum line_kind {
	LINE_NOTHING,		/* empty, or a bracket of a JSON array */
	LINE_HEAD,		/* the names of the columns that follow */
	LINE_BEAT,
	LINE_EVENT,
	LINE_BROKEN,		/* trouble says why */
};

struct line {
	const char *monitor;		/* its name; "": kumatop itself */
	const char *monitor_kind;	/* NULL: the line does not say */
	struct import_beat beat;	/* of a LINE_BEAT, without monitor and place */
	struct import_event event;	/* of a LINE_EVENT, likewise */
	char trouble[256];
};

struct line_reader;

struct line_reader *line_reader_create(void);
void line_reader_destroy(struct line_reader *reader);

/* Text without its line end, overwritten; of CSV a head has to come first. What *line holds is valid until the next call. */
enum line_kind line_read_csv(struct line_reader *reader, char *text, size_t length, struct line *line);

/* One object; of a JSON array also with a comma behind it. */
enum line_kind line_read_json(struct line_reader *reader, const char *text, size_t length, struct line *line);

#endif
