/*
 * Themes found, laid over each other and resolved: every role ends with its colours and attributes.
 */
#include "kumatop/theme.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "color.h"
#include "draft.h"
#include "kumatop/heap.h"
#include "kumatop/text.h"

enum { LAYERS_MOST = 8, PLACES_MOST = 6 };

#define SUFFIX ".theme"

const char *const role_words[ROLE_COUNT] = {
#define X(name, parent, word) [ROLE_##name] = (word),
	ROLE_TABLE(X)
#undef X
};

static const enum role role_parents[ROLE_COUNT] = {
#define X(name, parent, word) [ROLE_##name] = ROLE_##parent,
	ROLE_TABLE(X)
#undef X
};

/* The directories with themes, in the order of search. */
struct places {
	char *paths[PLACES_MOST];
	size_t count;
};

static void add_place(struct places *places, char *path)
{
	if (path)
		places->paths[places->count++] = path;
}

static char *user_place(void)
{
	const char *directory = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	if (directory && *directory == '/')
		return heap_print("%s/kumatop/themes", directory);
	return home && *home == '/' ? heap_print("%s/.config/kumatop/themes", home) : NULL;
}

/*
 * Beside the program: a checkout has themes/ next to ./kumatop, and two floors above build/<mode>/kumatop; an installation
 * that was moved as a whole has ../share/.
 */
static void add_program_places(struct places *places)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
	if (length <= 0)
		return;
	path[length] = '\0';
	char *slash = strrchr(path, '/');
	*slash = '\0';
	add_place(places, heap_print("%s/themes", path));
	if (strstr(path, "/build/"))
		add_place(places, heap_print("%s/../../themes", path));
	add_place(places, heap_print("%s/../share/kumatop/themes", path));
}

static void places_init(struct places *places)
{
	*places = (struct places){ 0 };
	add_place(places, user_place());
	add_program_places(places);
	add_place(places, heap_text(KUMATOP_PREFIX "/share/kumatop/themes"));
}

static void places_finish(struct places *places)
{
	for (size_t i = 0; i < places->count; i++)
		free(places->paths[i]);
}

/* The file of a theme in the places from *place on, where *place then is. NULL: nowhere. Heap. */
static char *find_file(const struct places *places, const char *name, size_t *place)
{
	for (; *place < places->count; ++*place) {
		char *path = heap_print("%s/%s" SUFFIX, places->paths[*place], name);
		if (access(path, F_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

struct layers {
	struct draft items[LAYERS_MOST];	/* the last one lies at the bottom */
	size_t count;
};

static void layers_finish(struct layers *layers)
{
	for (size_t i = 0; i < layers->count; i++)
		draft_finish(&layers->items[i]);
}

static bool add_file(struct layers *layers, const char *path, struct error *err)
{
	if (!draft_read(&layers->items[layers->count], path, err))
		return false;
	layers->count++;
	return true;
}

/* What the theme inherits from. One that inherits from its own name means the next of that name on the path. */
static bool add_inherited(struct layers *layers, const struct places *places, const char *name, size_t place, struct error *err)
{
	char *current = heap_text(name);
	bool fine = true;
	for (const struct draft *top = &layers->items[layers->count - 1]; fine && top->inherit; top = &layers->items[layers->count - 1]) {
		place = strcmp(top->inherit, current) == 0 ? place + 1 : 0;
		free(current);
		current = heap_text(top->inherit);
		char *path = strchr(current, '/') ? NULL : find_file(places, current, &place);
		if (!path && strcmp(current, "default") == 0)
			break;
		if (!path)
			fine = error_set(err, EXIT_CONFIG, "%s:%d: inherit: there is no theme \"%s\"", top->path, top->inherit_line, current);
		else if (layers->count == LAYERS_MOST - 1)
			fine = error_set(err, EXIT_CONFIG, "%s:%d: inherit: themes that inherit from each other in a circle, or too many", top->path,
			    top->inherit_line);
		else
			fine = add_file(layers, path, err);
		free(path);
	}
	free(current);
	return fine;
}

static const struct theme_color *find_color(const struct layers *layers, const char *name)
{
	for (size_t i = 0; i < layers->count; i++) {
		const struct draft *draft = &layers->items[i];
		for (size_t k = 0; k < draft->palette_count; k++) {
			if (strcmp(draft->palette[k].name, name) == 0)
				return &draft->palette[k].color;
		}
	}
	return NULL;
}

/* A colour as a role names it: a word of the palette, "#RRGGBB" or "default". */
static bool resolve_color(const struct layers *layers, const char *text, struct theme_color *color, struct error *err)
{
	const struct theme_color *found = find_color(layers, text);
	uint32_t rgb;
	if (found) {
		*color = *found;
	} else if (strcmp(text, "default") == 0) {
		*color = (struct theme_color){ .is_default = true, .xterm256 = -1, .ansi16 = -1, .ansi8 = -1 };
	} else if (color_read(text, &rgb)) {
		*color = (struct theme_color){ .rgb = rgb, .xterm256 = color_nearest_256(rgb), .ansi16 = color_nearest_ansi(rgb, 16),
		    .ansi8 = color_nearest_ansi(rgb, 8) };
	} else {
		return error_set(err, EXIT_CONFIG, "there is no colour \"%s\" in the palette: write one of it, \"#RRGGBB\", \"default\" or \"-\"", text);
	}
	return true;
}

static bool is_given(const char *part)
{
	return part && strcmp(part, "-") != 0;
}

static bool resolve_parts(const struct layers *layers, char *const *parts, struct theme_style *style, struct error *err)
{
	return (!is_given(parts[PART_FOREGROUND]) || resolve_color(layers, parts[PART_FOREGROUND], &style->foreground, err)) &&
	    (!is_given(parts[PART_BACKGROUND]) || resolve_color(layers, parts[PART_BACKGROUND], &style->background, err)) &&
	    (!is_given(parts[PART_ATTRIBUTES]) || attributes_read(parts[PART_ATTRIBUTES], &style->attributes, err)) &&
	    (!is_given(parts[PART_MONO]) || attributes_read(parts[PART_MONO], &style->mono_attributes, err));
}

/* A parent stands before its children in ROLE_TABLE. */
static bool resolve_role(const struct layers *layers, enum role role, struct theme *theme, struct error *err)
{
	struct theme_style *style = &theme->styles[role];
	if (role != ROLE_TEXT)
		*style = theme->styles[role_parents[role]];
	for (size_t i = 0; i < layers->count; i++) {
		const struct draft *draft = &layers->items[i];
		if (!draft->roles[role].given)
			continue;
		if (resolve_parts(layers, draft->roles[role].parts, style, err))
			return true;
		return error_prefix(err, "%s:%d: %s: ", draft->path ? draft->path : "built-in theme", draft->roles[role].line, role_words[role]);
	}
	return true;
}

static bool resolve(const struct layers *layers, const char *name, struct theme *theme, struct error *err)
{
	*theme = (struct theme){ 0 };
	text_copy(theme->name, sizeof theme->name, name);
	for (size_t i = layers->count; i-- > 0;) {
		if (layers->items[i].variant != VARIANT_UNSAID)
			theme->dark = layers->items[i].variant == VARIANT_DARK;
	}
	for (int role = 0; role < ROLE_COUNT; role++) {
		if (!resolve_role(layers, (enum role)role, theme, err))
			return false;
	}
	return true;
}

static void add_built_in(struct layers *layers)
{
	draft_built_in(&layers->items[layers->count++]);
}

/* "some/where/light.theme" -> "light". Heap. */
static char *name_of_path(const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	size_t length = strlen(base), suffix = strlen(SUFFIX);
	if (length > suffix && strcmp(base + length - suffix, SUFFIX) == 0)
		length -= suffix;
	return heap_text_n(base, length);
}

/* The theme's own file, if it has one, as the first layer. *place: where on the path it was found. */
static bool add_first(struct layers *layers, const struct places *places, const char *name, size_t *place, struct error *err)
{
	if (strchr(name, '/')) {
		*place = SIZE_MAX;	/* the next on the path is its first */
		return add_file(layers, name, err);
	}
	char *path = find_file(places, name, place);
	if (!path)
		return strcmp(name, "default") == 0 || error_set(err, EXIT_CONFIG, "there is no theme \"%s\"", name);
	bool fine = add_file(layers, path, err);
	free(path);
	return fine;
}

bool theme_load(const char *name, struct theme *theme, struct error *err)
{
	struct layers layers = { 0 };
	struct places places;
	struct error ignored;
	size_t place = 0;
	if (*name == '\0' || strcmp(name, "auto") == 0)
		name = "default";
	char *short_name = name_of_path(name);
	places_init(&places);
	bool fine = add_first(&layers, &places, name, &place, err);
	if (fine && layers.count > 0)
		fine = add_inherited(&layers, &places, short_name, place, err);
	if (fine) {
		add_built_in(&layers);
		fine = resolve(&layers, short_name, theme, err);
	}
	layers_finish(&layers);
	if (!fine) {
		layers = (struct layers){ 0 };
		add_built_in(&layers);
		if (!resolve(&layers, "default", theme, &ignored))
			abort();	/* our own data, held right by a test */
		layers_finish(&layers);
	}
	places_finish(&places);
	free(short_name);
	return fine;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_name(char ***names, size_t *count, char *name)
{
	for (size_t i = 0; i < *count; i++) {
		if (strcmp((*names)[i], name) == 0) {
			free(name);
			return;
		}
	}
	*names = heap_resize(*names, *count + 1, sizeof(char *));
	(*names)[(*count)++] = name;
}

static int is_theme(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name), suffix = strlen(SUFFIX);
	return entry->d_name[0] != '.' && length > suffix && strcmp(entry->d_name + length - suffix, SUFFIX) == 0 &&
	    text_is_clean(entry->d_name);
}

static void add_directory(char ***names, size_t *count, const char *path)
{
	struct dirent **entries = NULL;
	int found = scandir(path, &entries, is_theme, alphasort);
	for (int i = 0; i < found; i++) {
		add_name(names, count, name_of_path(entries[i]->d_name));
		free(entries[i]);
	}
	free(entries);
}

void theme_list(char ***names, size_t *count)
{
	struct places places;
	*names = NULL;
	*count = 0;
	places_init(&places);
	add_name(names, count, heap_text("default"));
	for (size_t i = 0; i < places.count; i++)
		add_directory(names, count, places.paths[i]);
	places_finish(&places);
	qsort(*names, *count, sizeof(char *), compare_names);
}
