/*
 * History that somebody wrote into a file, as values: what reading such a file yields, whatever its form. A form is one const struct
 * import_source: how it is recognised, and a function that goes through a file and hands over what is in it. Who takes it (`kumatop
 * import`) decides what becomes of it.
 *
 * A file is read more than once, and says the same each time: first to look what is in it, then to take it. Everything handed over is
 * borrowed for the call. Texts hold whatever the file has, in any length: they are not sanitised yet. One thread.
 */
#ifndef KUMATOP_IMPORT_H
#define KUMATOP_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/beat.h"
#include "kumatop/error.h"
#include "kumatop/rollup.h"

/* A setting that the source has for a monitor, as kumatop.conf names it. */
struct import_setting {
	const char *section;		/* NULL: at the top */
	const char *name;
	const char *const *items;	/* the value as a person types it, or the entries of a list */
	size_t count;
	bool is_list;
};

struct import_monitor {
	int64_t key;			/* what the source calls it by, > 0 */
	const char *name;
	const char *kind;		/* the source's own word */
	const char *target;		/* as one types it; NULL: the source knows its history alone, or `untaken` says more */
	const struct import_setting *settings;
	size_t setting_count;
	bool paused;
	const char *untaken;		/* why it cannot be watched here; NULL: it can, or the source does not say what it is */
	const char *const *notes;	/* what of it is not taken as it was */
	size_t note_count;
};

struct import_beat {
	int64_t monitor;		/* key */
	uint64_t place;			/* line or row, for people */
	int64_t time_us;
	int32_t reach_ms;		/* -1: not told */
	int state, outcome;		/* enum state, enum outcome */
	int verdict;			/* enum verdict; -1: not told */
	int32_t code;			/* -1: none */
	int32_t phase_us[PHASE_COUNT];	/* -1: not reached, or not told */
	int64_t cert_expires_us;	/* 0: none */
	const char *detail, *address;	/* never NULL */
};

struct import_event {
	int64_t monitor;		/* key; 0: kumatop itself */
	uint64_t place;
	int64_t time_us, since_us, lasted_us;
	enum event_kind kind;
	int from, to, outcome;		/* enum state, enum state, enum outcome or OUTCOME_NONE */
	int32_t code;
	const char *detail, *evidence, *who;	/* never NULL */
};

/* A bucket of time of which the source keeps no beats, closed; see rollup.h. Without a histogram. */
struct import_rollup {
	int64_t monitor;
	uint64_t place;
	const struct rollup *rollup;
};

/* What was wrong with something that was not handed over, or handed over all the same. */
enum import_trouble {
	IMPORT_BROKEN,		/* not understood */
	IMPORT_STRANGER,	/* of a monitor that the source itself does not know */
	IMPORT_FUTURE,		/* of a time that has not come */
	IMPORT_OVERLAP,		/* a second beat of one time */
	IMPORT_UNTAKEN,		/* not a monitor, and kumatop has no place for it (yet) */
	IMPORT_TROUBLE_COUNT
};

struct import_sink {
	void *arg;
	/*
	 * Before anything else of that monitor, and again when more is known of it. Each of these returns false to stop; that is no error of
	 * the source.
	 */
	bool (*monitor)(void *arg, const struct import_monitor *monitor);
	bool (*beat)(void *arg, const struct import_beat *beat);
	bool (*event)(void *arg, const struct import_event *event);
	bool (*rollup)(void *arg, const struct import_rollup *rollup);
	/* place 0: of no line. text says what, for people, as one line; not sanitised. */
	void (*trouble)(void *arg, enum import_trouble trouble, uint64_t place, const char *text);
	/* How far, in units of the source's own. */
	void (*progress)(void *arg, uint64_t done, uint64_t all);
};

struct import_source {
	const char *name;		/* for people: "Uptime Kuma" */
	const char *place;		/* what import_beat.place counts: "line" */
	/* Whether a file that begins so is of this form. */
	bool (*recognise)(const char *head, size_t length);
	bool (*check)(const char *path, struct error *err);	/* whether it is what it seems to be; NULL: its beginning says it all */
	/*
	 * Hands over everything, in the order of the file; monitors' beats and events may alternate. False with err when the file cannot be
	 * read (EXIT_INPUT_OUTPUT …) or is not what it seemed (EXIT_DATA).
	 */
	bool (*read)(const char *path, const struct import_sink *sink, struct error *err);
};

#endif
