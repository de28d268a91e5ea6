/*
 * What is known of a kind of monitor without opening a socket: its word, its settings, what its targets look like. The part
 * that checks is struct probe_kind (probe.h), whose first member this is.
 */
#ifndef KUMATOP_KIND_H
#define KUMATOP_KIND_H

#include <stdbool.h>
#include <stddef.h>

#include "kumatop/error.h"
#include "kumatop/setting.h"

struct monitor_spec;

struct kind {
	const char *name;		/* the word in kumatop.conf: "http" */
	const char *summary;		/* one line, no full stop */
	const char *target_form;	/* how a target is written: "https://host/path" */
	const struct setting *settings;	/* of this kind alone */
	size_t settings_size;		/* of the struct they fill */

	/*
	 * Reads a target as kumatop.conf has it. On success *canonical (heap, to be freed) is how it is kept and shown.
	 */
	bool (*read_target)(const char *text, char **canonical, struct error *err);

	/*
	 * Compiles what the settings say (patterns, ranges, trust stores) once, when a spec is sealed; may read files, so it is
	 * never called on a loop. *prepared belongs to the spec and goes back to unprepare(). Both NULL if there is nothing.
	 */
	bool (*prepare)(const struct monitor_spec *spec, void **prepared, struct error *err);
	void (*unprepare)(void *prepared);
};

#endif
