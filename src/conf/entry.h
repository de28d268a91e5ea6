/*
 * One group of settings on its way into a monitor: an entry of monitors, or a template that is tried. Private to src/conf.
 */
#ifndef CONF_ENTRY_H
#define CONF_ENTRY_H

#include "reading.h"

struct entry {
	struct reading *reading;
	const struct source *source;
	config_setting_t *group;
	char *label;			/* "monitor \"gateway\"" */
	const struct kind *kind;	/* NULL: not known */
	void *settings;			/* of the kind; NULL without one */
	struct spec_common *common;
	const struct template *template;
	bool is_template;
	bool broken;			/* a value was refused, so what the settings say of each other is not worth asking */
	bool kind_told;			/* a word that was meant as the kind has been complained about */
};

/* The row of a setting by that name, of the kind or of all monitors; *values gets the struct it belongs to. */
const struct setting *entry_find_row(const struct entry *entry, const char *section, const char *name, void **values);

/* All settings of the group; complains and goes on. */
void entry_apply_settings(struct entry *entry);

/* What the template that the group uses says, before the group's own settings. */
void entry_apply_template(struct entry *entry);

#endif
