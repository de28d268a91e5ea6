/*
 * kumatop.conf: text to specs, by libconfig. All semantic faults are told at once, each with file:line; a syntax error stops at
 * the first and gets a hint. The file is never written. Parsing happens at start, at a reload and when an added monitor is read
 * back, never on a loop. Any thread, several at once.
 */
#ifndef KUMATOP_CONF_H
#define KUMATOP_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/buf.h"
#include "kumatop/error.h"
#include "kumatop/spec.h"

/* The settings at the top level of the file. */
struct conf_settings {
	int64_t interval_ms, timeout_ms;	/* defaults for all monitors; timeout 0: by the rule of spec_seal() */
	char *theme;
	char *database;			/* as written; NULL: the usual place; "" or "none": keep no history on disk */
	int64_t flush_ms;
	int64_t keep_raw_ms;
	int64_t keep_5min_ms, keep_hour_ms, keep_day_ms;	/* 0: for ever */
	int64_t in_flight;		/* checks at once, without those that hang; see prober.h */
	struct text_list nameservers;
	bool utc;			/* show times in UTC */
	int64_t retry_interval_ms, rise, fall;	/* more defaults for all monitors; 0: each kind's own */
	char *socket;			/* as written; NULL: the usual place */
};

extern const struct setting conf_settings[];

struct access;
struct channel_spec;

struct conf {
	char *path;			/* of the main file; NULL: built from nothing */
	struct conf_settings settings;
	struct monitor_spec **specs;	/* sealed, held, in the order of the file, names unique */
	size_t spec_count;
	struct channel_spec **channels;	/* sealed, held, in the order of the file, names unique; see channel.h */
	size_t channel_count;
	struct access *access;		/* held: who may do what; NULL: the file does not say, see access_create() */
	struct text_list warnings;	/* "kumatop.conf:3: …": taken all the same, but worth saying */
};

/* Everything that is wrong: lines without a final newline, in the order of the file. */
struct conf_faults {
	struct text_list lines;
};

void conf_faults_finish(struct conf_faults *faults);

/*
 * Where the configuration is: explicit (--config) or $KUMATOP_CONFIG whether they exist or not, else
 * $XDG_CONFIG_HOME/kumatop/kumatop.conf or /etc/kumatop/kumatop.conf, the first that exists. NULL when there is none. Heap.
 */
char *conf_find(const char *explicit_path);

/*
 * Where the service's things are: its configuration, its data, its socket. A test that must not meet the service of the machine it runs
 * on puts them below $KUMATOP_ROOT. Heap.
 */
#define CONF_SERVICE_FILE "/etc/kumatop/kumatop.conf"
#define CONF_SERVICE_DATABASE "/var/lib/kumatop/kumatop.db"
char *conf_system_path(const char *path);

/* Whether this is the service's configuration; accepts NULL. */
bool conf_is_service(const char *path);

/*
 * NULL and at least one fault when anything is wrong. A world-writable file is refused. Asks the user database for the users and groups
 * that `access` names, which may block.
 */
struct conf *conf_load(const char *path, struct conf_faults *faults);

/* The configuration of somebody who has none: all defaults, no monitors. */
struct conf *conf_empty(void);
void conf_free(struct conf *conf);	/* accepts NULL */

/*
 * The database's path, "~" and $XDG_STATE_HOME resolved, a relative one of the configuration beside its file; NULL when none is
 * wanted. The service's configuration means the service's data unless it says otherwise. override is --database or NULL. May ask the user database when $HOME is unset, so never on a loop. Heap.
 */
char *conf_database_path(const struct conf *conf, const char *override);

/* The path of `socket`, made of it the same way; NULL when the configuration names none. Heap. */
char *conf_socket_path(const struct conf *conf);

/*
 * One monitor as text: a group "{ name = …; http = …; … }". The spec is sealed. defaults may be NULL.
 */
struct monitor_spec *conf_parse_monitor(const char *text, const struct conf_settings *defaults, enum spec_origin origin, struct error *err);

/* As conf_parse_monitor(), for a monitor that another process checks (see monitor_spec.foreign): a secret may be "***". */
struct monitor_spec *conf_parse_foreign(const char *text, const struct conf_settings *defaults, enum spec_origin origin, struct error *err);

/*
 * The monitor as conf_parse_monitor() reads it, on one line. Settings at their default are left out, but for those that a
 * configuration's top level has defaults for, so that the text means the same beside any of them. reveal: secrets given in place are printed,
 * as the database keeps them; otherwise "***".
 */
void conf_print_monitor(const struct monitor_spec *spec, bool reveal, struct buf *out);

/*
 * A new spec for a target as typed, with the configuration's defaults, unsealed: what `a` and `add` start from.
 */
struct monitor_spec *conf_new_monitor(const char *target, const char *name, const struct conf_settings *defaults,
    enum spec_origin origin, struct error *err);

#endif
