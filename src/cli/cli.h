/*
 * What the commands share: how a command is described, how its words are read, how the configuration is found. One file per
 * command; src/main.c picks one.
 */
#ifndef KUMATOP_CLI_CLI_H
#define KUMATOP_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "kumatop/conf.h"
#include "kumatop/error.h"
#include "kumatop/setting.h"

struct cli_letter {
	char letter;
	const char *name;	/* of the option it stands for */
};

struct cli_command {
	const char *name;	/* NULL: the screen, which has no word */
	const char *usage;	/* what follows the name */
	const char *summary;	/* one line */
	const char *help;	/* more, or NULL */
	const struct setting *options;	/* ended by a row without a name; those without a summary are not for people */
	const struct cli_letter *letters;	/* ended by a letter 0; may be NULL */
	int (*run)(const struct cli_command *command, int argc, char **argv);	/* argv[0] is the command's word; returns the exit status */
};

/* All commands that have a word, ended by NULL. */
extern const struct cli_command *const cli_commands[];
const struct cli_command *cli_find(const char *name);	/* NULL if there is none */
const char *cli_nearest(const char *word);	/* the command that a word that looks like no target may have meant, or NULL */

/* The first members of every command's struct of options, and their rows. */
struct cli_common {
	char *config;
	char *database;
	char *socket;		/* of commands with CLI_SOCKET_ROW; else NULL */
	bool help;
};

#define CLI_COMMON_ROWS(type) \
	{ "config", NULL, SETTING_TEXT, offsetof(type, common.config), 1, 4096, NULL, NULL, NULL, "configuration file", "FILE" }, \
	{ "database", NULL, SETTING_TEXT, offsetof(type, common.database), 0, 4096, NULL, NULL, NULL, \
	    "database, instead of the configuration's; \"none\" keeps no history", "FILE" }, \
	{ "help", NULL, SETTING_FLAG, offsetof(type, common.help), 0, 0, NULL, NULL, NULL, "show this help", NULL }

/* Of the commands that talk to a running kumatop. */
#define CLI_SOCKET_ROW(type) \
	{ "socket", NULL, SETTING_TEXT, offsetof(type, common.socket), 1, 4096, NULL, NULL, NULL, \
	    "socket of the running kumatop to talk to, and to no other", "PATH" }

#define CLI_END_ROW { NULL, NULL, SETTING_FLAG, 0, 0, 0, NULL, NULL, NULL, NULL, NULL }

/* Words that were no options, in order; the texts are argv's. */
struct cli_words {
	char **items;
	size_t count;
};

/*
 * Reads a command's words into values, a zeroed struct that begins with struct cli_common. Options may stand anywhere before "--".
 * An option the table does not have goes to unknown(), if given, with its value ("--interval 30s" and "--interval=30s" alike). On
 * failure, or when help was asked for, prints what is to be said, frees values and words, and returns false with *status set.
 */
bool cli_read(const struct cli_command *command, int argc, char **argv, void *values, struct cli_words *words,
    bool (*unknown)(void *arg, const char *name, const char *value, struct error *err), void *unknown_arg, int *status);
void cli_done(const struct cli_command *command, void *values, struct cli_words *words);

void cli_print_help(const struct cli_command *command);
/* "kumatop: …" on stderr, made harmless: what is said may come from a database or a file. */
void cli_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
int cli_fail(const struct error *err);		/* says it and returns its exit code */

/* The configuration as the options say: NULL after printing every fault. without: what to do when there is no file at all. */
struct conf *cli_load(const struct cli_common *common, int *status);

/* "kumatop.conf:3: …" for the warnings of a configuration. */
void cli_print_warnings(const struct conf *conf);

/* The configuration's name servers as probe_loop_create() takes them, NULL for the system's. Heap. */
char *cli_nameservers(const struct conf *conf);

/* Writes a buffer to stdout. false when output must end: a reader that has gone (| head) is no failure, and leaves *status alone. */
struct buf;
bool cli_write(const struct buf *out, int *status);

/* The login name of a user, or "uid N". It may take as long as a directory server does. */
void cli_name_user(uid_t uid, char *out, size_t size);

/* That of who runs this. */
void cli_who(char *out, size_t size);

#endif
