/*
 * What to say of a word that kumatop.conf does not know: that it belongs to a part that is not built yet, to another kind or
 * into a group, what it is called here, or what was probably meant. A word for alerts must never be taken silently: somebody
 * would believe in them.
 */
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "reading.h"

struct word_row {
	const char *word, *text;
};

static const struct word_row later_at_top[] = {
	{ "alerts", "write channels: ( { kind = \"email\"; \xe2\x80\xa6 } ), and on a monitor alert = [\"email\"]" },
	{ "keys", "keys of one's own are not built yet" },
	{ "probe_loops", "more than one probe loop is not built yet" },
	{ "gateway_check", "the check of the own network is not built yet" },
	{ "maintenance", "maintenance windows are not built yet: pause the monitor instead" },
	{ "web", "the HTTP listener is not built yet" },
	{ "listen", "the HTTP listener is not built yet" },
	{ "metrics", "metrics are not built yet" },
	{ 0 },
};

static const struct word_row later_in_monitors[] = {
	{ "resend", "alerts are not built yet, nobody would be told: take it out until they are" },
	{ "depends_on", "dependencies are not built yet" },
	{ "maintenance", "maintenance windows are not built yet: pause the monitor instead" },
	{ 0 },
};

static const struct word_row later_kinds[] = {
	{ "dns", "this kind is not built yet" },
	{ "tls", "this kind is not built yet: http and https monitors watch their certificate" },
	{ "exec", "this kind is not built yet" },
	{ "push", "this kind is not built yet" },
	{ "quorum", "this kind is not built yet" },
	{ 0 },
};

/* Words of other programs. */
static const struct word_row foreign[] = {
	{ "kind", "the kind is the key that holds the target: write http = \"https://host/\" or tcp = \"host:port\" or ping = \"host\"" },
	{ "type", "the kind is the key that holds the target: write http = \"https://host/\" or tcp = \"host:port\" or ping = \"host\"" },
	{ "url", "write http = \"https://host/\"" },
	{ "target", "write http = \"https://host/\" or tcp = \"host:port\" or ping = \"host\"" },
	{ "host", "write http = \"https://host/\" or tcp = \"host:port\" or ping = \"host\"" },
	{ "port", "write tcp = \"host:port\"" },
	{ 0 },
};

static const char *const common_words[] = { "name", "use" };
static const char *const top_words[] = { "access", "channels", "monitors", "templates" };

static const char *look_up(const struct word_row *rows, const char *word)
{
	for (; rows->word; rows++) {
		if (strcmp(rows->word, word) == 0)
			return rows->text;
	}
	return NULL;
}

struct candidates {
	const char **words;
	size_t count;
};

static void add_candidate(struct candidates *candidates, const char *word)
{
	candidates->words = heap_resize(candidates->words, candidates->count + 1, sizeof *candidates->words);
	candidates->words[candidates->count++] = word;
}

static bool same_section(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static void add_rows(struct candidates *candidates, const struct setting *rows, const char *section)
{
	for (; rows && rows->name; rows++) {
		if (same_section(rows->section, section))
			add_candidate(candidates, rows->name);
		else if (!section && rows->section)
			add_candidate(candidates, rows->section);
	}
}

/* "unknown setting …", with the nearest of the candidates; frees their list. */
static char *did_you_mean(const char *word, struct candidates *candidates, const char **nearest)
{
	*nearest = text_nearest(word, candidates->words, candidates->count);
	free(candidates->words);
	if (*nearest)
		return heap_print("%s: is no setting: did you mean %s?", word, *nearest);
	return heap_print("%s: is no setting", word);
}

bool section_exists(const struct kind *kind, const char *section)
{
	if (!kind) {
		for (size_t i = 0; probe_kinds[i]; i++) {
			if (section_exists(&probe_kinds[i]->kind, section))
				return true;
		}
		return false;
	}
	for (const struct setting *row = kind->settings; row && row->name; row++) {
		if (row->section && strcmp(row->section, section) == 0)
			return true;
	}
	return false;
}

/* The group in which the kind has a setting of this name, or NULL. */
static const char *section_of(const struct kind *kind, const char *word)
{
	for (const struct setting *row = kind->settings; row && row->name; row++) {
		if (row->section && strcmp(row->name, word) == 0)
			return row->section;
	}
	return NULL;
}

/* Another kind that knows the word, or NULL. */
static const struct kind *other_kind(const struct kind *kind, const char *section, const char *word)
{
	for (size_t i = 0; probe_kinds[i]; i++) {
		const struct kind *other = &probe_kinds[i]->kind;
		if (other != kind && (kind_setting(other, section, word) || (!section && section_exists(other, word))))
			return other;
	}
	return NULL;
}

static char *misplaced(const struct kind *kind, const char *section, const char *word)
{
	const char *group = section ? NULL : section_of(kind, word);
	if (group)
		return heap_print("%s: stands inside %s: write %s = { %s = …; };", word, group, group, word);
	if (section && (kind_setting(kind, NULL, word) || setting_find(spec_settings, NULL, word)))
		return heap_print("%s: does not stand inside %s, but beside it", word, section);
	const struct kind *other = other_kind(kind, section, word);
	return other ? heap_print("%s: is a setting of %s, not of %s", word, other->name, kind->name) : NULL;
}

char *unknown_word(const struct kind *kind, const char *section, const char *word, bool *is_kind)
{
	*is_kind = false;
	const char *text = section ? NULL : look_up(later_in_monitors, word);
	if (!text && !section) {
		text = look_up(later_kinds, word);
		if (!text)
			text = look_up(foreign, word);
		*is_kind = text;
	}
	if (text)
		return heap_print("%s: %s", word, text);
	char *told = kind ? misplaced(kind, section, word) : NULL;
	if (told)
		return told;

	struct candidates candidates = { 0 };
	const char *nearest = NULL;
	for (size_t i = 0; probe_kinds[i]; i++) {
		const struct kind *other = &probe_kinds[i]->kind;
		if (!kind && !section)
			add_candidate(&candidates, other->name);
		if (!kind || other == kind)
			add_rows(&candidates, other->settings, section);
	}
	if (!section) {
		add_rows(&candidates, spec_settings, NULL);
		for (size_t i = 0; i < sizeof common_words / sizeof *common_words; i++)
			add_candidate(&candidates, common_words[i]);
	}
	told = did_you_mean(word, &candidates, &nearest);
	*is_kind = nearest && probe_kind_find(nearest);
	return told;
}

char *unknown_word_among(const char *word, const char *const *words, size_t count)
{
	struct candidates candidates = { 0 };
	const char *nearest = NULL;
	for (size_t i = 0; i < count; i++)
		add_candidate(&candidates, words[i]);
	return did_you_mean(word, &candidates, &nearest);
}

char *unknown_word_at_top(const char *word)
{
	const char *text = look_up(later_at_top, word), *nearest = NULL;
	if (text)
		return heap_print("%s: %s", word, text);
	if (setting_find(spec_settings, NULL, word) || probe_kind_find(word))
		return heap_print("%s: is a setting of a monitor: write it inside monitors: ( { … } );", word);
	struct candidates candidates = { 0 };
	add_rows(&candidates, conf_settings, NULL);
	for (size_t i = 0; i < sizeof top_words / sizeof *top_words; i++)
		add_candidate(&candidates, top_words[i]);
	return did_you_mean(word, &candidates, &nearest);
}
