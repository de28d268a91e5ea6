/*
 * What the files that read Uptime Kuma's database share. kuma.c opens it and goes through it, kuma_monitor.c makes of a row what a monitor
 * is here, kuma_past.c reads heartbeats and statistics.
 *
 * Nothing is taken for granted: columns may be missing (version 1 has fewer) or hold anything.
 */
#ifndef STORE_KUMA_H
#define STORE_KUMA_H

#include <sqlite3.h>

#include "kumatop/import.h"

/* A monitor in Kuma, as far as others and its history need to know it. */
struct kuma_monitor {
	int64_t id, parent;		/* parent 0: none */
	char *name, *type;
	int64_t interval_ms, timeout_ms;
	bool taken;			/* the sink was given it as one that can be watched */
};

struct kuma {
	sqlite3 *db;
	const char *path;
	const struct import_sink *sink;
	struct kuma_monitor *monitors;	/* in order of id */
	size_t count;
	uint64_t done, all;		/* rows */
	bool stopped;			/* the sink has had enough */
};

/* Sets err. Returns false. */
bool kuma_fail(struct kuma *kuma, struct error *err);

/* Whether it has a table of this name: one that is a view is none. */
bool kuma_has_table(struct kuma *kuma, const char *name);

bool kuma_has_column(struct kuma *kuma, const char *table, const char *column);

/* NULL with err when it cannot be prepared. */
sqlite3_stmt *kuma_prepare(struct kuma *kuma, const char *sql, struct error *err);

void kuma_count(struct kuma *kuma);	/* one more row */

/* The row that the statement ("SELECT * FROM monitor") stands at, to the sink. */
void kuma_give_monitor(struct kuma *kuma, sqlite3_stmt *row, struct kuma_monitor *monitor);

/* By name, whatever the order of columns: NULL or none where there is none. Texts are borrowed until the next step. */
const char *kuma_text(sqlite3_stmt *row, const char *column);	/* never NULL */
int64_t kuma_number(sqlite3_stmt *row, const char *column, int64_t none);
double kuma_real(sqlite3_stmt *row, const char *column, double none);

/* Heartbeats with the changes they brought, and statistics. false with err: it cannot be read. */
bool kuma_read_past(struct kuma *kuma, struct error *err);

#endif
