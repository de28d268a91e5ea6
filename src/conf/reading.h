/*
 * The state of one reading of a configuration, and the parts that fill it. Private to src/conf.
 */
#ifndef CONF_READING_H
#define CONF_READING_H

#include <libconfig.h>
#include <stdbool.h>
#include <stddef.h>

#include "faults.h"
#include "kumatop/channel.h"
#include "kumatop/conf.h"
#include "kumatop/probe.h"
#include "source.h"

/* A group of settings that monitors take over by name. Borrows from its source's tree. */
struct template {
	const char *name;
	const struct source *source;
	config_setting_t *group;
	bool faulty;		/* a value in it has been complained about */
};

/* Where a monitor's name was read, to tell of a second one. */
struct place {
	char *name;
	const struct source *source;
	int line;
	size_t serial;
};

struct reading {
	const struct conf_settings *defaults;	/* or NULL */
	enum spec_origin origin;
	bool foreign;			/* of the specs that come of it */
	struct source **sources;	/* each stays where it is: libconfig's tree points back into it */
	size_t source_count;
	struct faults faults, warnings;
	struct template *templates;
	size_t template_count;
	struct place *places;
	size_t place_count, place_room;
	struct monitor_spec **specs;	/* held */
	size_t spec_count, spec_room;
	bool knows_channels;		/* a whole configuration: what a monitor names must be there */
	struct channel_spec **channels;	/* held */
	size_t channel_count;
	struct text_list channel_names;	/* of those that were refused, too: nobody is told twice of one slip */
};

void reading_finish(struct reading *reading);

/* The line a setting stands on. */
int setting_line(const config_setting_t *at);

/* What is wrong at a setting, once: not if the scan has said it. label ("monitor \"x\"") may be NULL. */
void reading_fault(struct reading *reading, const struct source *source, config_setting_t *at, const char *label, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Gathers the templates of a file, and checks their values once all of them are known. */
void templates_gather(struct reading *reading, const struct source *source, config_setting_t *group);
void templates_check(struct reading *reading);
const struct template *template_find(const struct reading *reading, const char *name);

/* Reads one entry of monitors; number counts from 1. What is fit to run joins reading->specs. */
void monitor_read(struct reading *reading, const struct source *source, config_setting_t *group, size_t number);

/* Reads `channels`. What is fit to be used joins reading->channels. */
void channels_read(struct reading *reading, const struct source *source, config_setting_t *list);

/* Whether the channels that a monitor names are there; at is where they are named. false after a fault. */
bool channels_check(struct reading *reading, const struct source *source, config_setting_t *at, const char *label,
    const struct text_list *alert);

/* What the group `access` says, with one holder; NULL after a fault. Asks the user database. */
struct access *access_read(struct reading *reading, const struct source *source, config_setting_t *group);

/* Whether two monitors have one name. */
void monitors_check_names(struct reading *reading);

/* Sets what the configuration's top level says about all monitors, as far as the monitor is silent. */
void defaults_apply(const struct conf_settings *defaults, struct spec_common *common);		/* before the monitor's own */
void defaults_fit(const struct conf_settings *defaults, struct spec_common *common);		/* after them */

/*
 * What to say of a word that is no setting here. kind may be NULL: not known. section is the group it stands in, or NULL.
 * Heap. *is_kind: the word was probably meant to name the kind.
 */
char *unknown_word(const struct kind *kind, const char *section, const char *word, bool *is_kind);
char *unknown_word_at_top(const char *word);
char *unknown_word_among(const char *word, const char *const *words, size_t count);	/* where only these may stand */

/* A row of the kind's table, which it may be without. */
const struct setting *kind_setting(const struct kind *kind, const char *section, const char *name);

/* The kind's values at their defaults, and away again. NULL for a kind without settings. */
void *kind_values_create(const struct kind *kind);
void kind_values_destroy(const struct kind *kind, void *values);

/* Whether a kind has settings in a group of this name; kind NULL: whether any kind has. */
bool section_exists(const struct kind *kind, const char *section);

#endif
