/* One theme file into a draft. The first fault ends the reading: a theme is small, and the screen goes on with the default. */
#include "draft.h"

#include <stdlib.h>
#include <string.h>

#include "color.h"
#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "source.h"

/* Roles of views that are still to come; a theme may set them already. */
static const char *const later_roles[] = {
	"header-value", "tab", "tab-active", "row-alt", "group", "tree-line", "cursor-blur", "cursor-follow", "frozen", "state-affected",
	"beat-affected", "graph-p50", "graph-p95", "graph-grid", "graph-cross", "latency", "uptime", "event-notify", "match-none", "scrollbar",
	NULL,
};

static const char *const glyph_names[] = { "up", "degraded", "down", "pending", "unknown", "maintenance", "paused", "affected" };
static const char *const glyph_sets[] = { "auto", "braille", "block", "vt", "ascii" };
static const char *const ramp_names[] = { "latency", "uptime" };
static const char *const top_words[] = { "version", "name", "author", "variant", "inherit", "palette", "roles", "ramps", "glyphs" };

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct {
	const char *word;
	unsigned attribute;
} attribute_words[] = {
	{ "normal", 0 }, { "bold", THEME_BOLD }, { "dim", THEME_DIM }, { "italic", THEME_ITALIC }, { "underline", THEME_UNDERLINE },
	{ "reverse", THEME_REVERSE }, { "standout", THEME_STANDOUT }, { "blink", THEME_BLINK },
};

static bool one_attribute(const char *word, size_t length, unsigned *attributes)
{
	for (size_t i = 0; i < COUNT(attribute_words); i++) {
		if (strlen(attribute_words[i].word) == length && memcmp(attribute_words[i].word, word, length) == 0) {
			*attributes |= attribute_words[i].attribute;
			return true;
		}
	}
	return false;
}

bool attributes_read(const char *text, unsigned *attributes, struct error *err)
{
	*attributes = 0;
	for (const char *c = text + strspn(text, " "); *c; c += strspn(c, " ")) {
		size_t length = strcspn(c, " ");
		if (!one_attribute(c, length, attributes))
			return error_set(err, EXIT_CONFIG, "\"%.*s\" is no attribute: write normal, bold, dim, italic, underline, reverse, standout or blink",
			    (int)(length < 40 ? length : 40), c);
		c += length;
	}
	return true;
}

static bool contains(const char *const *words, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i], word) == 0)
			return true;
	}
	return false;
}

/* "themes/x.theme:12: state-up: …" around what err says. Always false. */
static bool at(const struct draft *draft, config_setting_t *setting, struct error *err)
{
	const char *name = config_setting_name(setting);
	if (name)
		error_prefix(err, "%s: ", name);
	return error_prefix(err, "%s:%u: ", draft->path, config_setting_source_line(setting));
}

static bool unknown(const struct draft *draft, config_setting_t *setting, const char *const *words, size_t count, struct error *err)
{
	const char *nearest = text_nearest(config_setting_name(setting), words, count);
	error_set(err, EXIT_CONFIG, "is not known to themes%s%s%s", nearest ? ": did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
	return at(draft, setting, err);
}

/* An index behind the colour; left out: -1. */
static bool read_index(config_setting_t *list, unsigned place, int most, int16_t *index, struct error *err)
{
	*index = -1;
	if ((unsigned)config_setting_length(list) <= place)
		return true;
	config_setting_t *entry = config_setting_get_elem(list, place);
	int value = config_setting_get_int(entry);
	if (config_setting_type(entry) != CONFIG_TYPE_INT || value < 0 || value > most)
		return error_set(err, EXIT_CONFIG, "entry %u: write a number from 0 to %d", place + 1, most);
	*index = (int16_t)value;
	return true;
}

static bool color_from_text(const char *text, struct theme_color *color, struct error *err)
{
	*color = (struct theme_color){ .xterm256 = -1, .ansi16 = -1, .ansi8 = -1 };
	if (text && strcmp(text, "default") == 0)
		color->is_default = true;
	else if (!text || !color_read(text, &color->rgb))
		return error_set(err, EXIT_CONFIG, "write \"#RRGGBB\" or \"default\"");
	return true;
}

/* What a terminal with fewer colours shows, where the file does not say it. */
static void fill_indexes(struct theme_color *color)
{
	if (color->is_default)
		return;
	if (color->xterm256 < 0)
		color->xterm256 = color_nearest_256(color->rgb);
	if (color->ansi16 < 0)
		color->ansi16 = color_nearest_ansi(color->rgb, 16);
	if (color->ansi8 < 0)
		color->ansi8 = color_nearest_ansi(color->rgb, 8);
}

static bool read_color(config_setting_t *setting, struct theme_color *color, struct error *err)
{
	if (config_setting_type(setting) == CONFIG_TYPE_STRING) {
		if (!color_from_text(config_setting_get_string(setting), color, err))
			return false;
	} else if (config_setting_type(setting) == CONFIG_TYPE_LIST || config_setting_type(setting) == CONFIG_TYPE_ARRAY) {
		int length = config_setting_length(setting);
		if (length < 1 || length > 4)
			return error_set(err, EXIT_CONFIG, "write ( \"#RRGGBB\", xterm256, ansi16, ansi8 )");
		if (!color_from_text(config_setting_get_string_elem(setting, 0), color, err) ||
		    !read_index(setting, 1, 255, &color->xterm256, err) || !read_index(setting, 2, 15, &color->ansi16, err) ||
		    !read_index(setting, 3, 7, &color->ansi8, err))
			return false;
		if (color->is_default && length > 1)
			return error_set(err, EXIT_CONFIG, "\"default\" is the terminal's own colour and has no numbers: leave them out");
	} else {
		return error_set(err, EXIT_CONFIG, "write ( \"#RRGGBB\", xterm256, ansi16, ansi8 )");
	}
	fill_indexes(color);
	return true;
}

static bool read_palette(struct draft *draft, config_setting_t *group, struct error *err)
{
	for (int i = 0; i < config_setting_length(group); i++) {
		config_setting_t *setting = config_setting_get_elem(group, (unsigned)i);
		struct theme_color color;
		if (!read_color(setting, &color, err))
			return at(draft, setting, err);
		draft->palette = heap_resize(draft->palette, draft->palette_count + 1, sizeof *draft->palette);
		draft->palette[draft->palette_count++] = (struct draft_color){ heap_text(config_setting_name(setting)), color };
	}
	return true;
}

static bool read_role(struct draft *draft, config_setting_t *setting, struct draft_role *role, struct error *err)
{
	int length = config_setting_length(setting), type = config_setting_type(setting);
	if ((type != CONFIG_TYPE_LIST && type != CONFIG_TYPE_ARRAY) || length < 2 || length > PART_COUNT) {
		error_set(err, EXIT_CONFIG, "write ( \"foreground\", \"background\", \"attributes\", \"attributes without colour\" )");
		return at(draft, setting, err);
	}
	role->given = true;
	role->line = (int)config_setting_source_line(setting);
	for (int i = 0; i < length; i++) {
		unsigned attributes;
		const char *part = config_setting_get_string_elem(setting, i);
		if (!part) {
			error_set(err, EXIT_CONFIG, "entry %d: write a text in quotes", i + 1);
			return at(draft, setting, err);
		}
		if (i >= PART_ATTRIBUTES && strcmp(part, "-") != 0 && !attributes_read(part, &attributes, err))
			return at(draft, setting, err);
		role->parts[i] = heap_text(part);
	}
	return true;
}

static bool read_roles(struct draft *draft, config_setting_t *group, struct error *err)
{
	for (int i = 0; i < config_setting_length(group); i++) {
		config_setting_t *setting = config_setting_get_elem(group, (unsigned)i);
		const char *name = config_setting_name(setting);
		size_t role = 0;
		while (role < ROLE_COUNT && strcmp(role_words[role], name) != 0)
			role++;
		if (role == ROLE_COUNT && !contains(later_roles, COUNT(later_roles) - 1, name))
			return unknown(draft, setting, role_words, ROLE_COUNT, err);
		if (role < ROLE_COUNT && !read_role(draft, setting, &draft->roles[role], err))
			return false;
	}
	return true;
}

/* Ramps and glyphs are not drawn with yet, but what is wrong in them is wrong today. */
static bool check_ramps(struct draft *draft, config_setting_t *group, struct error *err)
{
	for (int i = 0; i < config_setting_length(group); i++) {
		config_setting_t *ramp = config_setting_get_elem(group, (unsigned)i);
		int type = config_setting_type(ramp);
		if (!contains(ramp_names, COUNT(ramp_names), config_setting_name(ramp)))
			return unknown(draft, ramp, ramp_names, COUNT(ramp_names), err);
		bool fine = (type == CONFIG_TYPE_LIST || type == CONFIG_TYPE_ARRAY) && config_setting_length(ramp) >= 2;
		for (int k = 0; fine && k < config_setting_length(ramp); k++)
			fine = config_setting_get_string_elem(ramp, k);
		if (!fine) {
			error_set(err, EXIT_CONFIG, "write two or more colours, as ( \"up\", \"down\" )");
			return at(draft, ramp, err);
		}
	}
	return true;
}

static bool check_glyphs(struct draft *draft, config_setting_t *group, struct error *err)
{
	for (int i = 0; i < config_setting_length(group); i++) {
		config_setting_t *setting = config_setting_get_elem(group, (unsigned)i);
		const char *name = config_setting_name(setting), *text = config_setting_get_string(setting);
		bool is_set = strcmp(name, "set") == 0, fine = false;
		if (!is_set && !contains(glyph_names, COUNT(glyph_names), name))
			return unknown(draft, setting, glyph_names, COUNT(glyph_names), err);
		if (text)
			fine = is_set ? contains(glyph_sets, COUNT(glyph_sets), text) : text_width(text) == 1 && text_is_clean(text);
		if (!fine) {
			error_set(err, EXIT_CONFIG, is_set ? "write auto, braille, block, vt or ascii, in quotes" :
			    "write one character that is one cell wide, in quotes");
			return at(draft, setting, err);
		}
	}
	return true;
}

static bool read_text(struct draft *draft, config_setting_t *setting, struct error *err)
{
	const char *name = config_setting_name(setting), *text = config_setting_get_string(setting);
	if (!text) {
		error_set(err, EXIT_CONFIG, "write one text in quotes");
		return at(draft, setting, err);
	}
	if (strcmp(name, "inherit") == 0 && *text) {
		draft->inherit = heap_text(text);
		draft->inherit_line = (int)config_setting_source_line(setting);
	} else if (strcmp(name, "variant") == 0) {
		draft->variant = strcmp(text, "light") == 0 ? VARIANT_LIGHT : VARIANT_DARK;
		if (draft->variant == VARIANT_DARK && strcmp(text, "dark") != 0) {
			error_set(err, EXIT_CONFIG, "write \"dark\" or \"light\"");
			return at(draft, setting, err);
		}
	}
	return true;
}

static bool read_version(struct draft *draft, config_setting_t *setting, struct error *err)
{
	if (config_setting_type(setting) == CONFIG_TYPE_INT && config_setting_get_int(setting) == 1)
		return true;
	error_set(err, EXIT_CONFIG, "this kumatop reads themes of version 1: write 1");
	return at(draft, setting, err);
}

static bool read_top(struct draft *draft, config_setting_t *setting, struct error *err)
{
	static const struct {
		const char *name;
		bool (*read)(struct draft *draft, config_setting_t *group, struct error *err);
	} groups[] = { { "palette", read_palette }, { "roles", read_roles }, { "ramps", check_ramps }, { "glyphs", check_glyphs } };
	const char *name = config_setting_name(setting);
	if (!contains(top_words, COUNT(top_words), name))
		return unknown(draft, setting, top_words, COUNT(top_words), err);
	if (strcmp(name, "version") == 0)
		return read_version(draft, setting, err);
	for (size_t i = 0; i < COUNT(groups); i++) {
		if (strcmp(groups[i].name, name) != 0)
			continue;
		if (config_setting_is_group(setting))
			return groups[i].read(draft, setting, err);
		error_set(err, EXIT_CONFIG, "write a group, as %s = { … };", name);
		return at(draft, setting, err);
	}
	return read_text(draft, setting, err);
}

/* The first thing that is wrong with the text itself. */
static bool tell_first(struct faults *faults, struct error *err)
{
	struct text_list list = { 0 };
	faults_give(faults, &list);
	error_set(err, EXIT_CONFIG, "%s", list.items[0]);
	text_list_finish(&list);
	return false;
}

bool draft_read(struct draft *draft, const char *path, struct error *err)
{
	struct source source = { .path = heap_text(path) };
	struct faults faults = { 0 };
	size_t length = 0;
	bool fine = false;
	*draft = (struct draft){ .path = heap_text(path) };
	char *text = source_slurp(path, &length, NULL, err);
	if (text) {
		source_parse(&source, text, length, &faults);
		fine = faults.count > 0 ? tell_first(&faults, err) : true;
	}
	config_setting_t *root = fine ? config_root_setting(&source.config) : NULL;
	for (int i = 0; fine && i < config_setting_length(root); i++)
		fine = read_top(draft, config_setting_get_elem(root, (unsigned)i), err);
	free(text);
	source_finish(&source);
	if (!fine)
		draft_finish(draft);
	return fine;
}

void draft_finish(struct draft *draft)
{
	for (size_t i = 0; i < draft->palette_count; i++)
		free(draft->palette[i].name);
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		for (int part = 0; part < PART_COUNT; part++)
			free(draft->roles[i].parts[part]);
	}
	free(draft->palette);
	free(draft->inherit);
	free(draft->path);
	*draft = (struct draft){ 0 };
}
