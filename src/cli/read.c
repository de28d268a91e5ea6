/* Reads the words of a command by its table of options, and prints its help from the same table. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"

struct reading {
	const struct cli_command *command;
	void *values;
	struct cli_words *words;
	bool (*unknown)(void *arg, const char *name, const char *value, struct error *err);
	void *unknown_arg;
	int argc, at;
	char **argv;
};

void cli_done(const struct cli_command *command, void *values, struct cli_words *words)
{
	settings_finish(command->options, values);
	free(words->items);
	*words = (struct cli_words){ 0 };
}

static const char *by_letter(const struct cli_command *command, char letter)
{
	for (const struct cli_letter *at = command->letters; at && at->letter; at++)
		if (at->letter == letter)
			return at->name;
	return letter == 'h' ? "help" : NULL;
}

static bool refuse_unknown(const struct reading *reading, const char *name, struct error *err)
{
	const char *names[64];
	const char *nearest;
	size_t count = 0;

	for (const struct setting *row = reading->command->options; row->name && count < 64; row++)
		if (row->summary)
			names[count++] = row->name;
	nearest = text_nearest(name, names, count);
	if (nearest)
		return error_set(err, EXIT_USAGE, "there is no option --%s; did you mean --%s?", name, nearest);
	return error_set(err, EXIT_USAGE, "there is no option --%s; see kumatop %s%s--help", name,
	    reading->command->name ? reading->command->name : "", reading->command->name ? " " : "");
}

/* The value behind an option: after "=", or the next word. */
static bool take_value(struct reading *reading, const char *name, const char *attached, const char **value, struct error *err)
{
	if (attached) {
		*value = attached;
		return true;
	}
	if (reading->at + 1 >= reading->argc)
		return error_set(err, EXIT_USAGE, "--%s needs a value", name);
	*value = reading->argv[++reading->at];
	return true;
}

static bool add_to_list(const struct setting *row, void *values, const char *value, struct error *err)
{
	struct text_list *list = (struct text_list *)(void *)((char *)values + row->offset);
	const char **items = heap_zero(list->count + 1, sizeof(*items));
	bool fine;

	for (size_t i = 0; i < list->count; i++)
		items[i] = list->items[i];
	items[list->count] = value;
	fine = setting_from_list(row, values, items, list->count + 1, err);
	free(items);
	return fine;
}

static bool set_option(struct reading *reading, const char *name, const char *attached, struct error *err)
{
	const struct setting *row = setting_find(reading->command->options, NULL, name);
	const char *value = NULL;
	bool fine;

	if (!row && !reading->unknown)
		return refuse_unknown(reading, name, err);
	if (row && row->type == SETTING_FLAG)
		return attached ? error_set(err, EXIT_USAGE, "--%s takes no value", name) : setting_from_flag(row, reading->values, true, err);
	if (!take_value(reading, name, attached, &value, err))
		return false;
	if (!row)
		return reading->unknown(reading->unknown_arg, name, value, err);
	fine = row->type == SETTING_LIST ? add_to_list(row, reading->values, value, err)
	    : setting_from_text(row, reading->values, value, err);
	if (!fine && err)
		err->code = EXIT_USAGE;
	return fine || error_prefix(err, "--");
}

static bool read_letters(struct reading *reading, const char *word, struct error *err)
{
	const char *name = by_letter(reading->command, word[1]);

	if (!name)
		return error_set(err, EXIT_USAGE, "there is no option -%c; see --help", word[1]);
	return set_option(reading, name, word[2] ? word + 2 : NULL, err);
}

static bool read_word(struct reading *reading, bool *only_words, struct error *err)
{
	char *word = reading->argv[reading->at];
	char name[128];
	size_t length;

	if (*only_words || word[0] != '-' || !word[1]) {
		reading->words->items[reading->words->count++] = word;
		return true;
	}
	if (strcmp(word, "--") == 0) {
		*only_words = true;
		return true;
	}
	if (word[1] != '-')
		return read_letters(reading, word, err);
	length = strcspn(word + 2, "=");
	if (length >= sizeof(name))
		return error_set(err, EXIT_USAGE, "no option is as long as that");
	memcpy(name, word + 2, length);
	name[length] = '\0';
	if (!text_is_clean(name))
		return error_set(err, EXIT_USAGE, "an option with control characters");
	return set_option(reading, name, word[2 + length] ? word + 3 + length : NULL, err);
}

bool cli_read(const struct cli_command *command, int argc, char **argv, void *values, struct cli_words *words,
    bool (*unknown)(void *arg, const char *name, const char *value, struct error *err), void *unknown_arg, int *status)
{
	struct reading reading = {
		.command = command, .values = values, .words = words, .unknown = unknown, .unknown_arg = unknown_arg,
		.argc = argc, .at = 1, .argv = argv,
	};
	struct cli_common *common = values;
	bool only_words = false;
	struct error err;

	settings_init(command->options, values);
	words->items = heap_zero((size_t)argc + 1, sizeof(char *));
	words->count = 0;
	for (; reading.at < argc; reading.at++) {
		if (!read_word(&reading, &only_words, &err)) {
			*status = cli_fail(&err);
			cli_done(command, values, words);
			return false;
		}
	}
	if (!common->help)
		return true;
	cli_print_help(command);
	*status = EXIT_FINE;
	cli_done(command, values, words);
	return false;
}

static const char *placeholder(const struct setting *row)
{
	if (row->type == SETTING_FLAG)
		return "";
	return row->example ? row->example : row->type == SETTING_INTEGER ? "N" : row->type == SETTING_DURATION ? "TIME" : "TEXT";
}

static char letter_of(const struct cli_command *command, const char *name)
{
	for (const struct cli_letter *at = command->letters; at && at->letter; at++)
		if (strcmp(at->name, name) == 0)
			return at->letter;
	return strcmp(name, "help") == 0 ? 'h' : 0;
}

void cli_print_help(const struct cli_command *command)
{
	printf("usage: kumatop%s%s %s\n\n%s.\n", command->name ? " " : "", command->name ? command->name : "", command->usage, command->summary);
	if (command->help)
		printf("\n%s\n", command->help);
	printf("\noptions:\n");
	for (const struct setting *row = command->options; row->name; row++) {
		char letter = letter_of(command, row->name);
		char left[64];

		if (!row->summary)
			continue;
		snprintf(left, sizeof(left), "%s--%s %s", letter ? (char[]){ '-', letter, ',', ' ', 0 } : "    ", row->name, placeholder(row));
		printf("  %-26s %s\n", left, row->summary);
	}
	if (!command->name) {
		printf("\ncommands:\n");
		for (const struct cli_command *const *other = cli_commands; *other; other++)
			printf("  %-10s %s\n", (*other)->name, (*other)->summary);
		printf("\nA target: https://host/path  tcp://host:port  host:port  ping://host  host\n");
	}
}

int cli_fail(const struct error *err)
{
	cli_say("%s", err->text);
	return (int)err->code;
}
