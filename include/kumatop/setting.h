/*
 * Settings described by rows of a table: name, type, range, default and one sentence. The configuration, the command line,
 * the form on the screen, --help, the manual and `list --conf` all read the rows, so that adding a setting is adding a row
 * and the field it fills.
 *
 * A table is a const array ended by a row without a name. Its values live in a plain struct; a row says where. Pure; any
 * thread.
 */
#ifndef KUMATOP_SETTING_H
#define KUMATOP_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/buf.h"
#include "kumatop/error.h"

enum setting_type {
	SETTING_FLAG,		/* bool */
	SETTING_INTEGER,	/* int64_t; least..most are its values */
	SETTING_DURATION,	/* int64_t milliseconds; least..most are milliseconds; written with a unit */
	SETTING_PERCENT,	/* int64_t millionths of the whole, so up to four decimals of a per cent; least..most are millionths */
	SETTING_TEXT,		/* char *, NULL when unset; least..most are bytes */
	SETTING_SECRET,		/* as TEXT; "file:…" and "env:…" name where it is; never printed, logged or shown */
	SETTING_LIST,		/* struct text_list; least..most are bytes of each entry. Numbers are taken as their text */
	SETTING_CHOICE,		/* int: index into choices */
};

struct text_list {
	char **items;
	size_t count;
};

struct setting {
	const char *name;	/* the word in kumatop.conf */
	const char *section;	/* the group it stands in ("expect"), NULL at the top */
	enum setting_type type;
	size_t offset;		/* of its field in the struct of values */
	int64_t least, most;
	const char *fallback;	/* the default, as text for setting_from_text(); NULL: unset, false, 0, the first choice */
	/* Of a CHOICE, ended by NULL. Of a LIST: NULL, or the mark (":") behind which an entry ("Name: value") holds a secret. */
	const char *const *choices;
	bool (*check)(const char *text, struct error *err);	/* TEXT and each entry of a LIST: a further test; or NULL */
	const char *summary;	/* one line, no full stop */
	const char *example;	/* a value as kumatop.conf has it, for help; or NULL */
};

/* Gives every field its default. The struct must be zeroed. A default that does not parse is a bug and asserts. */
void settings_init(const struct setting *table, void *values);
void settings_finish(const struct setting *table, void *values);	/* frees what the fields own and zeroes them */
void settings_copy(const struct setting *table, void *to, const void *from);	/* to: zeroed */
bool settings_equal(const struct setting *table, const void *a, const void *b);

/*
 * Secrets that only stand for what was not shown ("***", "Name: ***") take what they have in from, which may be NULL. false with err,
 * naming the setting, when there is nothing to take.
 */
bool settings_keep_secrets(const struct setting *table, void *values, const void *from, struct error *err);

/* section may be NULL. NULL if there is no such row. */
const struct setting *setting_find(const struct setting *table, const char *section, const char *name);

/*
 * Set one field, from text as a person types it ("5s", "yes", "200-299, 404") or from a value a parser has read. On failure
 * the field keeps its value and err says what is wrong and what to write; it names the setting.
 */
bool setting_from_text(const struct setting *row, void *values, const char *text, struct error *err);
bool setting_from_integer(const struct setting *row, void *values, int64_t value, struct error *err);
bool setting_from_real(const struct setting *row, void *values, double value, struct error *err);
bool setting_from_flag(const struct setting *row, void *values, bool value, struct error *err);
bool setting_from_list(const struct setting *row, void *values, const char *const *items, size_t count, struct error *err);

/* The value as setting_from_text() reads it back; "" when unset. A secret prints as "***". */
void setting_print(const struct setting *row, const void *values, struct buf *out);

/*
 * The value as kumatop.conf has it (quoted, escaped, `[ … ]`). A secret given as "file:…" or "env:…" is printed as such, any
 * other as its own text only if reveal, else as "***".
 */
void setting_print_conf(const struct setting *row, const void *values, bool reveal, struct buf *out);

/* A text in quotes as kumatop.conf has it, escaped. */
void setting_print_quoted(const char *text, struct buf *out);

bool setting_is_default(const struct setting *row, const void *values);

/* The typed access by row, for code that walks tables. */
int64_t *setting_integer(const struct setting *row, void *values);
char **setting_text(const struct setting *row, void *values);

/* Whether a secret only names its place, "file:PATH" or "env:NAME", and may be shown. */
bool secret_is_reference(const char *value);

/* What a secret stands for: the text itself, or what "file:PATH" (first line) or "env:NAME" hold. Blocks on the file. */
bool secret_read(const char *value, char **out, struct error *err);

/*
 * "a, b, c" -> list; blanks around entries and empty entries are dropped. An entry in double quotes holds commas and blanks as
 * they are, and \" and \\.
 */
void text_list_from_text(struct text_list *list, const char *text);
void text_list_finish(struct text_list *list);
bool text_list_has(const struct text_list *list, const char *item);

#endif
