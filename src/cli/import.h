/*
 * `kumatop import` in its parts: import.c reads the words and leads, import_plan.c looks through the file and decides what becomes of what,
 * import_monitor.c makes monitors of what a source knows of them, import_take.c writes, import_tell.c says what will be or was done.
 */
#ifndef KUMATOP_CLI_IMPORT_H
#define KUMATOP_CLI_IMPORT_H

#include "keeper.h"
#include "kumatop/import.h"
#include "progress.h"

enum import_fate {
	IMPORT_ADDED,		/* a new monitor, to be watched */
	IMPORT_JOINED,		/* one of that name is there */
	IMPORT_HISTORY,		/* only its history is kept, until there is a monitor of its name */
	IMPORT_LEFT,		/* nothing of it is taken */
};

struct import_plan_monitor {
	int64_t key;
	char *name;			/* as it is called here: sanitised, unique in the plan */
	char *kind;			/* kumatop's word if there is one, else the source's; NULL: not told */
	enum import_fate fate;
	struct monitor_spec *spec;	/* ADDED: sealed; JOINED: of the one that is there, NULL if only its history is */
	bool paused;			/* ADDED */
	monitor_id id;			/* 0: it has none yet */
	struct text_list notes;		/* what was not taken as it was; LEFT: the first says why */
	uint64_t beats, events, rollups;	/* that can be taken */
	int64_t from_us, to_us;		/* of these; to_us 0: there are none */

	/* What is needed to tell what a source does not: reach and verdict of beats. */
	struct histogram spacing;	/* from one beat to the next, while it was up */
	int64_t last_us;
	int last_state;
	int32_t reach_ms;		/* once the file has been looked through */
	bool inverted;
};

enum { IMPORT_SHOWN_MOST = 10 };

struct import_troubles {
	uint64_t count;
	struct text_list first;		/* at most IMPORT_SHOWN_MOST: "line 7: …" */
};

struct import_plan {
	const struct import_source *source;
	const char *path;
	const struct text_list *patterns;	/* --monitor; empty: all */
	int64_t now_us;
	const struct conf *conf;		/* this and the roster: while it is made */
	struct roster *roster;
	struct import_plan_monitor *monitors;	/* in order of key */
	size_t count, last;
	bool matched;				/* some monitor is of the patterns, or there are none */
	uint64_t events;			/* of kumatop itself */
	struct import_troubles troubles[IMPORT_TROUBLE_COUNT];
	struct progress progress;
};

/* Looks through the file. false: it cannot be read, or is none. Borrows conf and roster. */
bool import_plan_make(struct import_plan *plan, const struct conf *conf, struct roster *roster, struct error *err);
void import_plan_finish(struct import_plan *plan);

/* The monitor of a key, NULL: it is not to be taken, or not known. */
struct import_plan_monitor *import_plan_find(struct import_plan *plan, int64_t key);

/* Whether anything is not taken as it is in the file. */
bool import_plan_is_clean(const struct import_plan *plan);

/* Whether the beat can be taken, and then tells what its source did not. In the order of the file, both times it is read. */
bool import_plan_beat(struct import_plan *plan, struct import_plan_monitor *monitor, struct import_beat *beat);

/* The state that import_plan_beat() goes by is as before the first beat. */
void import_plan_rewind(struct import_plan *plan);

/* What becomes of a monitor; its name is set. */
void import_monitor_decide(struct import_plan *plan, struct import_plan_monitor *monitor, const struct import_monitor *from);
void import_note(struct import_plan_monitor *monitor, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writes it all. Counts in the plan become those of what was added. *known: what was there already. */
bool import_take(struct import_plan *plan, struct keeper *keeper, uint64_t *known, struct error *err);

/* The table, on stdout, and below it what is not taken. done: it was imported. */
void import_tell(const struct import_plan *plan, bool done, int *status);
void import_tell_troubles(const struct import_plan *plan);

#endif
