/*
 * What a monitor is told to be: kind, target, settings. Built once, sealed, and immutable from then on; an edit makes a new
 * one. Counted atomically: any thread may hold and release a sealed spec. Before sealing it belongs to its builder.
 */
#ifndef KUMATOP_SPEC_H
#define KUMATOP_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/kind.h"
#include "kumatop/result.h"

enum spec_origin {
	SPEC_DECLARED,		/* in a configuration file */
	SPEC_ADDED,		/* in the database, by keyboard or command */
	SPEC_TEMPORARY,		/* on the command line */
};

enum { SPEC_NAME_MOST = 1000 };	/* bytes of a name */

#define SPEC_ALERT_NONE "none"

/* The settings every kind has. */
struct spec_common {
	int64_t interval_ms;
	int64_t timeout_ms;		/* 0 until sealed: then 10 s or the interval, whichever is less */
	int64_t retry_interval_ms;	/* 0 until sealed: then 10 s or the interval, whichever is less */
	int64_t rise, fall;
	bool invert;
	int64_t degraded_above_ms;	/* 0: never */
	int64_t cert_warn_ms;		/* degraded when the certificate has less than this left; 0: never */
	int64_t slo_ppm;		/* what part of the time it is to be up, in millionths; 0: nobody says */
	int64_t slo_window_ms;		/* of how long, back from now */
	char *group, *description, *runbook, *owner;
	char *renamed_from;
	struct text_list tags;
	struct text_list alert;		/* the channels that are told; empty: those that are told by default. SPEC_ALERT_NONE alone: nobody */
};

struct monitor_spec {
	_Atomic size_t holders;
	const struct kind *kind;
	char *name;
	char *target;			/* canonical */
	struct spec_common common;
	void *settings;			/* struct of kind->settings; the lender's, if there is one */
	struct monitor_spec *lender;	/* held; see spec_borrow() */
	void *prepared;			/* see kind->prepare(); NULL before sealing */
	enum spec_origin origin;
	char *file;			/* where it is declared, or NULL; may be the lender's */
	int line;
	/*
	 * Another process checks it: sealing neither prepares the kind nor looks up secrets, which may be "***" here. It can be shown, edited
	 * and sent, not checked. Set before sealing; a copy is foreign, too.
	 */
	bool foreign;
};

/* The table of struct spec_common, read by everything that knows settings. */
extern const struct setting spec_settings[];

/*
 * A spec with every setting at its default and one holder. NULL with err when the name is empty, too long or unclean, or the
 * kind refuses the target.
 */
struct monitor_spec *spec_create(const struct kind *kind, const char *name, const char *target, struct error *err);

/*
 * An unsealed copy to edit, with one holder. Defaults that sealing filled in are unset in it (0 again), so that an edit of the
 * interval alone is not refused for a timeout nobody wrote.
 */
struct monitor_spec *spec_copy(const struct monitor_spec *spec);

/*
 * Lets an unsealed spec use another's settings of its kind and its file, where they are the same as its own: of very many monitors most
 * differ in name and target alone. `from` is sealed. From then on the spec's settings are not to be changed either.
 */
void spec_borrow(struct monitor_spec *spec, struct monitor_spec *from);

/*
 * Checks what settings say of each other (a timeout longer than the interval …), fills the defaults that depend on others and
 * prepares the kind. May read files. On failure the spec stays unsealed and can be mended.
 */
bool spec_seal(struct monitor_spec *spec, struct error *err);

struct monitor_spec *spec_hold(struct monitor_spec *spec);	/* accepts NULL */
void spec_release(struct monitor_spec *spec);			/* accepts NULL */

/* True if both ask for the same checks, judged and shown the same way (where they are declared does not count). */
bool spec_equal(const struct monitor_spec *a, const struct monitor_spec *b);

/* What a result says of this monitor's target: the outcome's verdict, swapped by `invert`. */
enum verdict spec_verdict(const struct monitor_spec *spec, const struct check_result *result);

/* Looks a setting up among the kind's and then the common ones; *values gets the struct the row belongs to. */
const struct setting *spec_setting(struct monitor_spec *spec, const char *section, const char *name, void **values);

#endif
