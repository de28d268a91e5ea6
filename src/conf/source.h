/*
 * One configuration file: read, judged by its permissions, scanned, and parsed by libconfig. Private to src/conf.
 */
#ifndef CONF_SOURCE_H
#define CONF_SOURCE_H

#include <libconfig.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "faults.h"
#include "scan.h"

struct source {
	char *path;		/* as messages name it; NULL: text that is no file */
	size_t order;		/* among the files of one reading */
	mode_t mode;		/* 0: no regular file */
	struct scan scan;
	config_t config;
	bool parsed;		/* config holds the tree */
};

enum { SOURCE_MOST_BYTES = 64 << 20 };

/*
 * Reads the file. What is wrong with it goes to faults, what is doubtful to warnings. source->parsed says whether there is a
 * tree; there can be one although the scan found faults.
 */
void source_read(struct source *source, const char *path, size_t order, struct faults *faults, struct faults *warnings);

/* The same for text in memory. */
void source_read_text(struct source *source, const char *text, struct faults *faults);
void source_finish(struct source *source);

/* The whole of a file, terminated; NULL with err otherwise. *mode may be NULL. For themes also. Heap. */
char *source_slurp(const char *path, size_t *length, mode_t *mode, struct error *err);

/* Scans and parses; the faults of the text go to faults. */
void source_parse(struct source *source, const char *text, size_t length, struct faults *faults);

#endif
