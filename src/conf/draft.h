/*
 * A theme before it is resolved: what one file says. Several are laid over each other, the built-in default at the bottom.
 * Private to src/conf.
 */
#ifndef CONF_DRAFT_H
#define CONF_DRAFT_H

#include <stdbool.h>
#include <stddef.h>

#include "kumatop/theme.h"

enum role_part { PART_FOREGROUND, PART_BACKGROUND, PART_ATTRIBUTES, PART_MONO, PART_COUNT };

struct draft_color {
	char *name;
	struct theme_color color;
};

/* Parts that are NULL or "-" come from the parent role. */
struct draft_role {
	bool given;
	int line;
	char *parts[PART_COUNT];
};

struct draft {
	char *path;			/* NULL: built in */
	enum { VARIANT_UNSAID, VARIANT_DARK, VARIANT_LIGHT } variant;
	char *inherit;			/* NULL: nothing but the built-in default */
	int inherit_line;
	struct draft_color *palette;
	size_t palette_count;
	struct draft_role roles[ROLE_COUNT];
};

/* Names, lines and values are checked, but not whether role colours exist: that needs the layers below. */
bool draft_read(struct draft *draft, const char *path, struct error *err);
void draft_finish(struct draft *draft);

/* The theme that is compiled in, the same as themes/default.theme. *draft is heap-backed as any other. */
void draft_built_in(struct draft *draft);

/* "bold underline" -> THEME_BOLD | THEME_UNDERLINE */
bool attributes_read(const char *text, unsigned *attributes, struct error *err);

#endif
