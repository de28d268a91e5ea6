/*
 * Themes: colour arithmetic against published values, files against the rules, our own themes against the promises of contrast
 * and of being told apart by colour-blind eyes.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kumatop/heap.h"
#include "kumatop/theme.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static char directory[64];	/* of our own, as $XDG_CONFIG_HOME */

static const char *const shipped[] = { "default", "light", "mono", "high-contrast", "cvd-dark", "cvd-light" };

static char *shipped_path(const char *name)
{
	const char *source = getenv("SOURCE");
	return heap_print("%s/themes/%s.theme", source ? source : ".", name);
}

static void load_shipped(const char *name, struct theme *theme)
{
	struct error err = { 0 };
	char *path = shipped_path(name);
	if (!theme_load(path, theme, &err))
		fail_msg("%s", err.text);
	free(path);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* A theme of the user, found by its name. */
static void write_theme(const char *name, const char *text)
{
	char *path = heap_print("%s/kumatop/themes/%s.theme", directory, name);
	write_file(path, text);
	free(path);
}

static int make_directory(void **state)
{
	(void)state;
	snprintf(directory, sizeof directory, "/tmp/kumatop-theme-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	char *path = heap_print("%s/kumatop", directory), *themes = heap_print("%s/kumatop/themes", directory);
	int made = mkdir(path, 0700) == 0 && mkdir(themes, 0700) == 0 ? setenv("XDG_CONFIG_HOME", directory, 1) : -1;
	free(themes);
	free(path);
	return made;
}

static int remove_directory(void **state)
{
	(void)state;
	static const char *const files[] = { "mine", "broken", "ring-a", "ring-b", "default", "light", "small" };
	char *path;
	for (size_t i = 0; i < COUNT(files); i++) {
		path = heap_print("%s/kumatop/themes/%s.theme", directory, files[i]);
		unlink(path);
		free(path);
	}
	path = heap_print("%s/kumatop/themes", directory);
	rmdir(path);
	free(path);
	path = heap_print("%s/kumatop", directory);
	rmdir(path);
	free(path);
	return rmdir(directory);
}

/* Contrasts and distances as SCREENS gives them, and the two ends. */
static void test_arithmetic(void **state)
{
	(void)state;
	assert_true(fabs(theme_contrast(0x000000, 0xFFFFFF) - 21) < 0.001);
	assert_true(fabs(theme_contrast(0x777777, 0xFFFFFF) - 4.478) < 0.005);
	assert_true(fabs(theme_contrast(0xFFFFFF, 0x777777) - 4.478) < 0.005);
	assert_true(fabs(theme_contrast(0xC9D1D9, 0x0D1117) - 12.3) < 0.06);
	assert_true(theme_distance(0x123456, 0x123456) == 0);
	assert_true(fabs(theme_distance(0x000000, 0xFFFFFF) - 100) < 0.01);
	static const struct {
		uint32_t up, down;
		double distance;
	} rows[] = {
		{ 0x5CDD8B, 0xF0484F, 75 }, { 0x00FF5F, 0xFF5F5F, 83 }, { 0x56B4E9, 0xD55E00, 52 }, { 0x0072B2, 0xB34700, 48 },
		{ 0x859900, 0xDC322F, 56 }, { 0xA3BE8C, 0xBF616A, 48 }, { 0x50FA7B, 0xFF5555, 80 }, { 0x006D77, 0xD00000, 50 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_true(fabs(theme_distance(rows[i].up, rows[i].down) - rows[i].distance) < 0.6);
		assert_true(fabs(theme_distance(rows[i].up, rows[i].down) - theme_distance(rows[i].down, rows[i].up)) < 1e-9);
	}
}

/* Left-out indexes are the nearest ones; the rows are those of the table of themes. */
static void test_nearest(void **state)
{
	(void)state;
	static const struct {
		const char *color;
		int xterm256;
	} rows[] = {
		{ "#5cdd8b", 78 }, { "#f8a306", 214 }, { "#f0484f", 167 }, { "#d7ba4a", 178 }, { "#6b8cff", 69 }, { "#8b949e", 246 },
		{ "#c9d1d9", 252 }, { "#0d1117", 233 }, { "#21303f", 236 }, { "#000000", 16 }, { "#ffffff", 231 }, { "#0000af", 19 },
		{ "#56b4e9", 74 }, { "#d55e00", 166 }, { "#cc79a7", 175 }, { "#ddf4ff", 195 }, { "#6b5f00", 58 }, { "#2e3440", 236 },
		{ "#b48ead", 139 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct theme theme;
		struct error err = { 0 };
		char *text = heap_print("version = 1; palette = { fg = \"%s\"; };\n", rows[i].color);
		write_theme("mine", text);
		free(text);
		if (!theme_load("mine", &theme, &err))
			fail_msg("%s", err.text);
		if (theme.styles[ROLE_TEXT].foreground.xterm256 != rows[i].xterm256)
			fail_msg("%s: %d instead of %d", rows[i].color, theme.styles[ROLE_TEXT].foreground.xterm256, rows[i].xterm256);
	}
	struct theme theme;
	struct error err = { 0 };
	write_theme("mine", "palette = { up = ( \"#ff6060\" ); down = ( \"#b00000\", 100 ); paused = ( \"#0000a0\", 20, 12 ); };");
	assert_true(theme_load("mine", &theme, &err));
	assert_int_equal(theme.styles[ROLE_STATE_UP].foreground.ansi16, 9);
	assert_int_equal(theme.styles[ROLE_STATE_DOWN].foreground.xterm256, 100);
	assert_int_equal(theme.styles[ROLE_STATE_DOWN].foreground.ansi16, 1);
	assert_int_equal(theme.styles[ROLE_STATE_DOWN].foreground.ansi8, 1);
	assert_int_equal(theme.styles[ROLE_STATE_PAUSED].foreground.ansi16, 12);
	assert_int_equal(theme.styles[ROLE_STATE_PAUSED].foreground.ansi8, 4);
}

static void assert_same_color(const struct theme_color *a, const struct theme_color *b, const char *role)
{
	if (a->is_default != b->is_default || a->rgb != b->rgb || a->xterm256 != b->xterm256 || a->ansi16 != b->ansi16 || a->ansi8 != b->ansi8)
		fail_msg("%s: the colours differ", role);
}

static void assert_same_styles(const struct theme *a, const struct theme *b)
{
	assert_int_equal(a->dark, b->dark);
	for (int i = 0; i < ROLE_COUNT; i++) {
		assert_same_color(&a->styles[i].foreground, &b->styles[i].foreground, role_words[i]);
		assert_same_color(&a->styles[i].background, &b->styles[i].background, role_words[i]);
		if (a->styles[i].attributes != b->styles[i].attributes || a->styles[i].mono_attributes != b->styles[i].mono_attributes)
			fail_msg("%s: the attributes differ", role_words[i]);
	}
}

/* The file and the data in the program say the same. */
static void test_built_in_is_the_file(void **state)
{
	(void)state;
	struct theme built_in, file;
	struct error err = { 0 };
	assert_false(theme_load("/nowhere/at.all.theme", &built_in, &err));
	load_shipped("default", &file);
	assert_same_styles(&built_in, &file);
	assert_string_equal(built_in.name, "default");
	assert_string_equal(file.name, "default");
	assert_true(built_in.dark);
	assert_true(built_in.styles[ROLE_TEXT].background.is_default);
	assert_int_equal(built_in.styles[ROLE_STATE_UP].foreground.rgb, 0x5CDD8B);
	assert_int_equal(built_in.styles[ROLE_CURSOR].mono_attributes, THEME_REVERSE);
}

static char *read_file(const char *path)
{
	char text[16384];
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	size_t length = fread(text, 1, sizeof text, file);
	assert_in_range(length, 1, sizeof text - 1);
	assert_int_equal(fclose(file), 0);
	return heap_text_n(text, length);
}

/* Replaces every word in text[], which is freed. */
static char *replace(char *text, const char *word, const char *other)
{
	char *out = heap_text("");
	const char *from = text;
	for (const char *found = strstr(from, word); found; found = strstr(from, word)) {
		char *longer = heap_print("%s%.*s%s", out, (int)(found - from), from, other);
		free(out);
		out = longer;
		from = found + strlen(word);
	}
	char *whole = heap_print("%s%s", out, from);
	free(out);
	free(text);
	return whole;
}

/*
 * What default.theme leaves out would come from the built-in theme unseen. So a copy with other attributes and colours must leave
 * nothing of the built-in ones.
 */
static void test_file_is_whole(void **state)
{
	(void)state;
	struct theme theme;
	struct error err = { 0 };
	char *path = shipped_path("default"), *text = read_file(path);
	text = replace(replace(replace(text, "bold", "italic"), "reverse", "standout"), "underline", "blink");
	for (char *c = strstr(text, "( \"#"); c; c = strstr(c + 4, "( \"#"))
		for (int i = 0; i < 6; i++)
			c[4 + i] = "010101"[i];
	write_theme("mine", text);
	if (!theme_load("mine", &theme, &err))
		fail_msg("%s", err.text);
	for (int role = 0; role < ROLE_COUNT; role++) {
		const struct theme_style *style = &theme.styles[role];
		unsigned attributes = style->attributes | style->mono_attributes;
		if (style->foreground.rgb != 0x010101 || (!style->background.is_default && style->background.rgb != 0x010101) ||
		    (attributes & (THEME_BOLD | THEME_REVERSE | THEME_UNDERLINE)))
			fail_msg("%s: default.theme leaves it to the program", role_words[role]);
	}
	free(text);
	free(path);
}

static void test_parents_come_first(void **state)
{
	(void)state;
	static const int parents[] = {
#define X(name, parent, word) ROLE_##parent,
		ROLE_TABLE(X)
#undef X
	};
	for (int i = 1; i < ROLE_COUNT; i++) {
		if (parents[i] >= i)
			fail_msg("%s stands before its parent", role_words[i]);
	}
	assert_int_equal(parents[0], 0);
}

/* A child sets what it sets; "-" and what is left out come from the parent, layers from the one below. */
static void test_inheritance(void **state)
{
	(void)state;
	struct theme theme, light;
	struct error err = { 0 };
	char *path = shipped_path("light"), *text = heap_print("inherit = \"small\"; roles = { spark = ( \"-\", \"#102030\" ); };");
	write_theme("small", "variant = \"light\"; palette = { fg = \"#010203\"; mine = \"#0a0b0c\"; };\n"
	    "roles = { header = ( \"mine\", \"-\", \"-\", \"underline\" ); clock = ( \"-\", \"default\", \"normal\" ); };");
	write_theme("mine", text);
	if (!theme_load("mine", &theme, &err))
		fail_msg("%s", err.text);
	assert_string_equal(theme.name, "mine");
	assert_false(theme.dark);
	assert_int_equal(theme.styles[ROLE_TEXT].foreground.rgb, 0x010203);
	assert_int_equal(theme.styles[ROLE_HEADER].foreground.rgb, 0x0A0B0C);
	assert_int_equal(theme.styles[ROLE_HEADER].attributes, 0);
	assert_int_equal(theme.styles[ROLE_HEADER].mono_attributes, THEME_UNDERLINE);
	assert_int_equal(theme.styles[ROLE_CLOCK].foreground.rgb, 0x0A0B0C);
	assert_int_equal(theme.styles[ROLE_CLOCK].mono_attributes, THEME_UNDERLINE);
	assert_int_equal(theme.styles[ROLE_SPARK].background.rgb, 0x102030);
	assert_int_equal(theme.styles[ROLE_SPARK].foreground.rgb, 0x010203);
	assert_int_equal(theme.styles[ROLE_BEAT_DOWN].foreground.rgb, 0xF0484F);
	assert_int_equal(theme.styles[ROLE_BEAT_DOWN].attributes, THEME_BOLD);

	/* A theme by the name of a shipped one goes before it. */
	write_theme("light", "palette = { fg = \"#445566\"; };");
	assert_true(theme_load("light", &light, &err));
	assert_int_equal(light.styles[ROLE_TEXT].foreground.rgb, 0x445566);
	free(text);
	free(path);
}

static void test_default_may_be_shadowed(void **state)
{
	(void)state;
	struct theme theme;
	struct error err = { 0 };
	write_theme("default", "inherit = \"default\"; palette = { up = \"#112233\"; };");
	if (!theme_load("default", &theme, &err))
		fail_msg("%s", err.text);
	assert_int_equal(theme.styles[ROLE_STATE_UP].foreground.rgb, 0x112233);
	assert_int_equal(theme.styles[ROLE_STATE_DOWN].foreground.rgb, 0xF0484F);
	assert_true(theme_load("auto", &theme, &err));
	assert_string_equal(theme.name, "default");
	char *path = heap_print("%s/kumatop/themes/default.theme", directory);
	assert_int_equal(unlink(path), 0);
	free(path);
}

/* Every fault: its line, what to do, and the default instead. */
static void test_faults(void **state)
{
	(void)state;
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "version = 2;", ":1: version: this kumatop reads themes of version 1: write 1" },
		{ "version = 1;\npallete = { };", ":2: pallete: is not known to themes: did you mean palette?" },
		{ "palette = 3;", ":1: palette: write a group, as palette = { … };" },
		{ "palette = {\n  up = ( \"#12345\" );\n};", ":2: up: write \"#RRGGBB\" or \"default\"" },
		{ "palette = { up = ( \"#12345g\" ); };", ":1: up: write \"#RRGGBB\" or \"default\"" },
		{ "palette = { up = ( \"#123456\", 256 ); };", ":1: up: entry 2: write a number from 0 to 255" },
		{ "palette = { up = ( \"#123456\", 25, 16 ); };", ":1: up: entry 3: write a number from 0 to 15" },
		{ "palette = { up = ( \"#123456\", 25, 1, 8 ); };", ":1: up: entry 4: write a number from 0 to 7" },
		{ "palette = { up = ( \"#123456\", \"25\" ); };", ":1: up: entry 2: write a number from 0 to 255" },
		{ "palette = { up = ( \"#123456\", 25, 1, 1, 1 ); };", ":1: up: write ( \"#RRGGBB\", xterm256, ansi16, ansi8 )" },
		{ "palette = { up = ( \"default\", 3 ); };", ":1: up: \"default\" is the terminal's own colour and has no numbers: leave them out" },
		{ "palette = { up = 3; };", ":1: up: write ( \"#RRGGBB\", xterm256, ansi16, ansi8 )" },
		{ "roles = {\n\n state-dwon = ( \"up\", \"-\" ); };", ":3: state-dwon: is not known to themes: did you mean state-down?" },
		{ "roles = {\n state-up = ( \"gren\", \"-\" ); };", ":2: state-up: there is no colour \"gren\" in the palette: "
		    "write one of it, \"#RRGGBB\", \"default\" or \"-\"" },
		{ "roles = { state-up = \"up\"; };", ":1: state-up: write ( \"foreground\", \"background\", \"attributes\", "
		    "\"attributes without colour\" )" },
		{ "roles = { state-up = ( \"up\", 3 ); };", ":1: state-up: entry 2: write a text in quotes" },
		{ "roles = { state-up = ( \"up\", \"-\", \"bald\" ); };", ":1: state-up: \"bald\" is no attribute: write normal, bold, dim, "
		    "italic, underline, reverse, standout or blink" },
		{ "ramps = { latency = ( \"up\" ); };", ":1: latency: write two or more colours, as ( \"up\", \"down\" )" },
		{ "ramps = { uptme = ( \"up\", \"down\" ); };", ":1: uptme: is not known to themes: did you mean uptime?" },
		{ "glyphs = { up = \"ab\"; };", ":1: up: write one character that is one cell wide, in quotes" },
		{ "glyphs = { up = \"\xE7\x86\x8A\"; };", ":1: up: write one character that is one cell wide, in quotes" },
		{ "glyphs = { set = \"fancy\"; };", ":1: set: write auto, braille, block, vt or ascii, in quotes" },
		{ "variant = \"grey\";", ":1: variant: write \"dark\" or \"light\"" },
		{ "name = 3;", ":1: name: write one text in quotes" },
		{ "version = 1;\ninherit = \"nobody\";", ":2: inherit: there is no theme \"nobody\"" },
		{ "palette = { up = ( \"#123456\" );\n up = ( \"#123456\" ); };", ":2: up: given twice, first on line 1: take one out" },
		{ "palette = { up = ( \"#123456\", ); };", ":1: up: take the comma after the last entry out" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct theme theme, built_in;
		struct error err = { 0 };
		write_theme("broken", rows[i].text);
		if (theme_load("broken", &theme, &err))
			fail_msg("taken: %s", rows[i].text);
		char *expected = heap_print("%s/kumatop/themes/broken.theme%s", directory, rows[i].says);
		assert_string_equal(err.text, expected);
		free(expected);
		assert_false(theme_load("/nowhere/at.all.theme", &built_in, &err));
		assert_same_styles(&theme, &built_in);
	}
}

static void test_faults_of_files(void **state)
{
	(void)state;
	struct theme theme;
	struct error err = { 0 };
	assert_false(theme_load("nobody", &theme, &err));
	assert_string_equal(err.text, "there is no theme \"nobody\"");
	assert_string_equal(theme.name, "default");
	assert_false(theme_load("/nowhere/x.theme", &theme, &err));
	assert_string_equal(err.text, "/nowhere/x.theme: cannot be read: No such file or directory");
	assert_false(theme_load(directory, &theme, &err));
	assert_non_null(strstr(err.text, "is a directory: name the file in it"));
	write_theme("ring-a", "inherit = \"ring-b\";");
	write_theme("ring-b", "inherit = \"ring-a\";");
	assert_false(theme_load("ring-a", &theme, &err));
	assert_non_null(strstr(err.text, "in a circle"));
}

static void test_taken(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"", "version = 1;\nroles = { cursor-blur = ( \"fg\", \"sel\" ); scrollbar = ( \"dim\", \"-\" ); };",
		"glyphs = { set = \"auto\"; up = \"\xE2\x97\x8F\"; affected = \"x\"; };", "ramps = { latency = ( \"up\", \"pending\", \"down\" ); };",
		"roles = { text = ( \"#102030\", \"default\", \"normal\", \"bold  reverse \" ); };", "palette = { up = \"#ABCDEF\"; down = [\"#abcdef\"]; };",
		"palette = { up = ( \"#00cd00\", 2, 2, 2 ); };",
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct theme theme;
		struct error err = { 0 };
		write_theme("mine", rows[i]);
		if (!theme_load("mine", &theme, &err))
			fail_msg("%s", err.text);
	}
}

static uint32_t shown_color(const struct theme *theme, const struct theme_color *color, bool background)
{
	if (!color->is_default)
		return color->rgb;
	return background == theme->dark ? 0x0D1117 : 0xFFFFFF;
}

static bool is_state(const char *word)
{
	static const char *const starts[] = { "state-", "beat-", "spark", "graph-", "cert-" };
	for (size_t i = 0; i < COUNT(starts); i++) {
		if (strncmp(word, starts[i], strlen(starts[i])) == 0)
			return true;
	}
	return false;
}

static void test_contrast(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(shipped); i++) {
		struct theme theme;
		load_shipped(shipped[i], &theme);
		if (strcmp(shipped[i], "mono") == 0)
			continue;
		for (int role = 0; role < ROLE_COUNT; role++) {
			const struct theme_style *style = &theme.styles[role];
			double contrast = theme_contrast(shown_color(&theme, &style->foreground, false), shown_color(&theme, &style->background, true));
			if (contrast < (is_state(role_words[role]) ? 4 : 4.5))
				fail_msg("%s: %s has a contrast of %.2f", shipped[i], role_words[role], contrast);
		}
	}
}

static void test_mono_has_no_colour(void **state)
{
	(void)state;
	struct theme theme;
	load_shipped("mono", &theme);
	for (int role = 0; role < ROLE_COUNT; role++) {
		const struct theme_style *style = &theme.styles[role];
		if (!style->foreground.is_default || !style->background.is_default || style->attributes != style->mono_attributes)
			fail_msg("%s", role_words[role]);
	}
	assert_int_equal(theme.styles[ROLE_STATE_DOWN].attributes, THEME_REVERSE | THEME_BOLD);
	assert_int_equal(theme.styles[ROLE_CURSOR].attributes, THEME_REVERSE);
}

/* Without colour, a cursor, a failure and a heading can still be seen in every theme. */
static void test_mono_attributes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(shipped); i++) {
		struct theme theme;
		load_shipped(shipped[i], &theme);
		assert_true(theme.styles[ROLE_CURSOR].mono_attributes & THEME_REVERSE);
		assert_true(theme.styles[ROLE_STATE_DOWN].mono_attributes & THEME_REVERSE);
		assert_true(theme.styles[ROLE_TABLE_HEAD].mono_attributes & THEME_REVERSE);
		assert_true(theme.styles[ROLE_BUTTON_FOCUS].mono_attributes != theme.styles[ROLE_BUTTON].mono_attributes);
	}
}

/* What an eye without one kind of cone sees: Machado, Oliveira and Fernandes 2009, full severity, in linear light. */
static uint32_t seen_by(const double matrix[9], uint32_t rgb)
{
	double linear[3];
	uint32_t seen = 0;
	for (int i = 0; i < 3; i++) {
		double value = (double)((rgb >> (16 - 8 * i)) & 0xFF) / 255;
		linear[i] = value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
	}
	for (int i = 0; i < 3; i++) {
		double value = matrix[3 * i] * linear[0] + matrix[3 * i + 1] * linear[1] + matrix[3 * i + 2] * linear[2];
		value = fmin(fmax(value, 0), 1);
		value = value <= 0.0031308 ? 12.92 * value : 1.055 * pow(value, 1 / 2.4) - 0.055;
		seen = seen << 8 | (uint32_t)lround(255 * value);
	}
	return seen;
}

static void test_colour_blind_themes(void **state)
{
	(void)state;
	static const double eyes[3][9] = {
		{ 0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881 },	/* deuteranopia */
		{ 0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998 },	/* protanopia */
		{ 1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900 },	/* tritanopia */
	};
	static const char *const names[] = { "cvd-dark", "cvd-light" };
	for (size_t i = 0; i < COUNT(names); i++) {
		struct theme theme;
		load_shipped(names[i], &theme);
		uint32_t up = theme.styles[ROLE_STATE_UP].foreground.rgb, down = theme.styles[ROLE_STATE_DOWN].foreground.rgb;
		for (size_t eye = 0; eye < COUNT(eyes); eye++) {
			double distance = theme_distance(seen_by(eyes[eye], up), seen_by(eyes[eye], down));
			if (distance < 45)
				fail_msg("%s: eye %zu tells up from down by %.1f only", names[i], eye, distance);
		}
	}
}

/* Beside states, colours serve as a second sign: no two states have one colour, but for those that mean nothing is happening. */
static void test_states_differ(void **state)
{
	(void)state;
	static const enum role states[] = { ROLE_STATE_UP, ROLE_STATE_DEGRADED, ROLE_STATE_PENDING, ROLE_STATE_DOWN, ROLE_STATE_MAINTENANCE,
	    ROLE_STATE_PAUSED, ROLE_STATE_UNKNOWN };
	for (size_t i = 0; i < COUNT(shipped); i++) {
		struct theme theme;
		load_shipped(shipped[i], &theme);
		for (size_t a = 0; a < COUNT(states) && strcmp(shipped[i], "mono") != 0; a++) {
			for (size_t b = a + 1; b < COUNT(states); b++) {
				if (theme_distance(theme.styles[states[a]].foreground.rgb, theme.styles[states[b]].foreground.rgb) < 5)
					fail_msg("%s: %s and %s look alike", shipped[i], role_words[states[a]], role_words[states[b]]);
			}
		}
	}
}

static void test_list(void **state)
{
	(void)state;
	char **names;
	size_t count;
	bool mine = false, has_default = false;
	write_theme("mine", "version = 1;");
	theme_list(&names, &count);
	for (size_t i = 0; i < count; i++) {
		assert_true(i == 0 || strcmp(names[i - 1], names[i]) < 0);
		mine |= strcmp(names[i], "mine") == 0;
		has_default |= strcmp(names[i], "default") == 0;
	}
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	assert_true(mine);
	assert_true(has_default);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arithmetic),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_built_in_is_the_file),
		cmocka_unit_test(test_file_is_whole),
		cmocka_unit_test(test_parents_come_first),
		cmocka_unit_test(test_inheritance),
		cmocka_unit_test(test_default_may_be_shadowed),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_faults_of_files),
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_contrast),
		cmocka_unit_test(test_mono_has_no_colour),
		cmocka_unit_test(test_mono_attributes),
		cmocka_unit_test(test_colour_blind_themes),
		cmocka_unit_test(test_states_differ),
		cmocka_unit_test(test_list),
	};
	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
