/*
 * Editing a declared monitor where it is declared: kumatop never writes a person's file.
 */
#include "editor.h"

#include "kumatop/heap.h"

enum { WORDS_MOST = 8 };

static const char *editor_name(void)
{
	const char *name = getenv("VISUAL");

	if (!name || !*name)
		name = getenv("EDITOR");
	return name && *name ? name : "vi";
}

void editor_open(struct tui *tui, const struct monitor_spec *spec)
{
	char *words[WORDS_MOST + 3], *command = heap_text(editor_name()), *rest = command, line[32];
	struct error err = { .code = EXIT_FINE };
	char *file;
	size_t count = 0;

	if (!spec->file) {
		tui_toast(tui, TOAST_WARN, "it is declared in the configuration: edit it there");
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
	if (tui_run(tui, words, &err))
		tui_toast(tui, TOAST_OK, "changes to %s hold from the next reload on", file);
	else
		tui_toast(tui, TOAST_WARN, "%s; it is declared at %s:%d", err.text, file, spec->line);
	free(file);
	free(command);
}
