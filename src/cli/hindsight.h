/*
 * What the commands share that read history of any size from the file, beside a kumatop that owns it: `export`, `incidents`, `uptime`,
 * `report`.
 */
#ifndef KUMATOP_CLI_HINDSIGHT_H
#define KUMATOP_CLI_HINDSIGHT_H

#include "cli.h"
#include "kumatop/archive.h"
#include "roster.h"

/*
 * The configuration and the path of the database; the caller frees both. Says what is wrong and returns false with *status set when
 * there is none, or when it is the service's and not ours to read. name: the command's word.
 */
bool hindsight_find(const char *name, const struct cli_common *common, struct conf **conf, char **database, int *status);

/* --since and --until, either may be NULL, into a range; what they do not say stays as it is. */
bool hindsight_range(const char *since, const char *until, int64_t now_us, struct archive_range *range, struct error *err);

/* A mistyped name must not look like a monitor without history. One that is declared but was never checked is such. */
bool hindsight_check_names(struct archive *archive, const struct conf *conf, const struct text_list *wanted, struct error *err);

/* All of it, open. */
struct hindsight {
	struct conf *conf;
	struct archive *archive;
	struct roster roster;		/* sorted by id; also those retired */
	int64_t now_us;
};

/* Finds and opens everything, and checks the names that --monitor gave. Prints what is wrong and returns false with *status set. */
bool hindsight_open(struct hindsight *hindsight, const char *name, const struct cli_common *common, const struct text_list *wanted, int *status);
void hindsight_close(struct hindsight *hindsight);

#endif
