/*
 * Editing a declared monitor where it is declared: kumatop never writes a person's file.
 */
#include "editor.h"

#include <sys/stat.h>
#include <unistd.h>

#include "kumatop/heap.h"

enum { WORDS_MOST = 8 };

static const char *editor_name(void)
{
	const char *name = getenv("VISUAL");

	if (!name || !*name)
		name = getenv("EDITOR");
	return name && *name ? name : "vi";
}

static bool look_at(const char *file, struct stat *found)
{
	return stat(file, found) == 0;
}

static bool differ(const struct stat *a, const struct stat *b)
{
	return a->st_ino != b->st_ino || a->st_size != b->st_size || a->st_mtim.tv_sec != b->st_mtim.tv_sec
	    || a->st_mtim.tv_nsec != b->st_mtim.tv_nsec;
}

/* The directory of the configuration and its conf.d are watched; what is included from elsewhere is not. */
static bool is_watched(const struct tui *tui, const char *file)
{
	const char *main = tui_board(tui)->configuration, *slash = main ? strrchr(main, '/') : NULL;
	size_t length = slash ? (size_t)(slash - main) + 1 : 0;

	if (!main || strcmp(main, file) == 0)
		return main != NULL;
	return strncmp(main, file, length) == 0 && strncmp(file + length, "conf.d/", strlen("conf.d/")) == 0;
}

/* What became of it: an editor left without saving changes nothing. */
static void tell(struct tui *tui, const char *path, bool changed)
{
	/* Its directory would push what matters off the line. */
	const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;

	if (!changed)
		tui_toast(tui, TOAST_OK, "%s is as it was", file);
	else if (is_watched(tui, path))
		tui_toast(tui, TOAST_OK, "%s is saved: it is taken in a moment", file);
	else
		tui_toast(tui, TOAST_OK, "%s is saved: it holds from the next reload on (SIGHUP)", file);
}

/* A file of the same path on another machine is not the one that is meant. */
static bool is_here(const struct tui *tui, const char *file)
{
	const char *theirs = tui_board(tui)->host;
	char ours[256] = "";

	if (tui_board(tui)->checks_here)
		return true;
	if (!theirs || gethostname(ours, sizeof ours - 1) != 0)
		return false;
	size_t length = strcspn(ours, ".");

	return strncmp(theirs, ours, length) == 0 && (theirs[length] == '\0' || theirs[length] == '.') && access(file, W_OK) == 0;
}

void editor_open(struct tui *tui, const struct monitor_spec *spec)
{
	char *words[WORDS_MOST + 3], *command = heap_text(editor_name()), *rest = command, line[32];
	struct error err = { .code = EXIT_FINE };
	struct stat before = { 0 }, after = { 0 };
	char *file;
	size_t count = 0;

	if (!spec->file) {
		tui_toast(tui, TOAST_WARN, "it is declared in the configuration: edit it there");
		free(command);
		return;
	}
	if (!is_here(tui, spec->file)) {
		tui_toast(tui, TOAST_WARN, "%s is declared at %s:%d on %s: edit it there", spec->name, spec->file, spec->line,
		    tui_board(tui)->host ? tui_board(tui)->host : "its owner's host");
		free(command);
		return;
	}
	file = heap_text(spec->file);
	/* "code -w" is a program and an argument; no shell is asked */
	for (char *word; count < WORDS_MOST && (word = strtok_r(rest, " ", &rest));)
		words[count++] = word;
	snprintf(line, sizeof line, "+%d", spec->line);
	words[count++] = line;
	words[count++] = file;
	words[count] = NULL;
	bool known = look_at(file, &before);

	if (tui_run(tui, words, &err))
		tell(tui, file, look_at(file, &after) && (!known || differ(&before, &after)));
	else
		tui_toast(tui, TOAST_WARN, "%s; it is declared at %s:%d", err.text, file, spec->line);
	free(file);
	free(command);
}
