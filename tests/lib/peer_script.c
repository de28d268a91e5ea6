/* See peer_script.h, and peer.h for the language. */
#include "peer_script.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/buf.h"
#include "kumatop/heap.h"

/* What follows the word: t text, m milliseconds, b bytes, n number, c certificate; behind ? not necessarily. */
static const struct step_word {
	const char *word;
	enum step_kind kind;
	const char *takes;
} step_words[] = {
	{ "accept", STEP_ACCEPT, "" },
	{ "read-request", STEP_READ_REQUEST, "" },
	{ "read-line", STEP_READ_LINE, "" },
	{ "read-some", STEP_READ_SOME, "" },
	{ "read-until", STEP_READ_UNTIL, "t" },
	{ "send", STEP_SEND, "t" },
	{ "send-file", STEP_SEND_FILE, "t" },
	{ "drip", STEP_DRIP, "tm" },
	{ "pause", STEP_PAUSE, "m" },
	{ "header", STEP_HEADER, "t" },
	{ "respond", STEP_RESPOND, "n?t" },
	{ "echo-request", STEP_ECHO_REQUEST, "" },
	{ "redirect", STEP_REDIRECT, "t" },
	{ "redirect-self", STEP_REDIRECT_SELF, "" },
	{ "body", STEP_BODY, "b" },
	{ "endless-body", STEP_ENDLESS_BODY, "" },
	{ "endless-headers", STEP_ENDLESS_HEADERS, "" },
	{ "gzip-bomb", STEP_GZIP_BOMB, "b" },
	{ "close", STEP_END, "" },
	{ "reset", STEP_RESET, "" },
	{ "hang", STEP_HANG, "" },
	{ "loop", STEP_LOOP, "" },
	{ "tls", STEP_TLS, "c?n" },
	{ "tls-asks", STEP_TLS_ASKS, "c?n" },
	{ "tls-hang", STEP_HANG, "" },
	{ "tls-garbage", STEP_TLS_GARBAGE, "" },
	{ "on", STEP_ON, "t" },
	{ "refuse", STEP_REFUSE, "" },
	{ "backlog-full", STEP_BACKLOG_FULL, "" },
	{ "listen", STEP_LISTEN, "t" },
};

struct reader {
	const char *at;
	unsigned line;
	struct error *err;
	bool failed;
	char *word;		/* the last read, unescaped */
	size_t length;
	bool quoted;
};

static bool fault(struct reader *reader, const char *what, const char *word)
{
	reader->failed = true;
	return error_set(reader->err, EXIT_DATA, "script line %u: %s%s%s", reader->line, what, word ? ": " : "", word ? word : "");
}

static void skip_blanks(struct reader *reader)
{
	while (*reader->at == ' ' || *reader->at == '\t' || *reader->at == '\r')
		reader->at++;
	if (*reader->at == '#')
		reader->at += strcspn(reader->at, "\n");
}

/* Also newlines and semicolons. */
static void skip_ends(struct reader *reader)
{
	for (;;) {
		skip_blanks(reader);
		if (*reader->at == '\n')
			reader->line++;
		else if (*reader->at != ';')
			return;
		reader->at++;
	}
}

static bool read_escape(struct reader *reader, struct buf *out)
{
	static const char from[] = "nrtabfve0", to[] = "\n\r\t\a\b\f\v\x1b\0";
	const char *known;
	char digits[3] = "";
	char c = *reader->at++;

	if (c == 'x') {
		size_t n = 0;
		while (n < 2 && isxdigit((unsigned char)*reader->at))
			digits[n++] = *reader->at++;
		return n ? buf_add_char(out, (char)strtoul(digits, NULL, 16)) : fault(reader, "\\x without digits", NULL);
	}
	if (!c)
		return fault(reader, "a text is not closed", NULL);
	known = strchr(from, c);
	return buf_add_char(out, known ? to[known - from] : c);
}

static bool read_quoted(struct reader *reader, struct buf *out)
{
	reader->at++;
	while (*reader->at != '"') {
		char c = *reader->at++;
		if (!c)
			return fault(reader, "a text is not closed", NULL);
		if (c == '\n')
			reader->line++;
		if (c == '\\') {
			if (!read_escape(reader, out))
				return false;
		} else
			buf_add_char(out, c);
	}
	reader->at++;
	return true;
}

/* The next word of the line into reader->word. false at the end of the line (word is NULL then), or after a fault. */
static bool read_word(struct reader *reader)
{
	struct buf out;

	free(reader->word);
	reader->word = NULL;
	skip_blanks(reader);
	if (strchr("\n;{}", *reader->at))
		return false;
	buf_init(&out, 1 << 20);
	reader->quoted = *reader->at == '"';
	if (reader->quoted) {
		if (!read_quoted(reader, &out)) {
			buf_finish(&out);
			return false;
		}
	} else {
		size_t n = strcspn(reader->at, " \t\r\n;{}");
		buf_add(&out, reader->at, n);
		reader->at += n;
	}
	reader->length = out.length;
	reader->word = buf_take(&out);
	return true;
}

static bool read_number(struct reader *reader, char what, int64_t *number)
{
	static const struct { const char *unit; char of; int64_t factor; } units[] = {
		{ "", 'n', 1 }, { "", 'm', 1 }, { "ms", 'm', 1 }, { "s", 'm', 1000 },
		{ "", 'b', 1 }, { "k", 'b', 1 << 10 }, { "m", 'b', 1 << 20 }, { "g", 'b', 1 << 30 },
	};
	char *end;
	size_t i;

	*number = strtoll(reader->word, &end, 10);
	for (i = 0; end != reader->word && *number >= 0 && i < sizeof units / sizeof *units; i++)
		if (units[i].of == what && strcmp(units[i].unit, end) == 0) {
			*number *= units[i].factor;
			return true;
		}
	return fault(reader, "not a number as this step takes it", reader->word);
}

static bool read_argument(struct reader *reader, char what, struct step *step)
{
	switch (what) {
	case 't':
		step->text = reader->word;
		step->length = reader->length;
		reader->word = NULL;
		return true;
	case 'c':
		return peer_cert_find(reader->word, &step->cert) || fault(reader, "no such certificate", reader->word);
	default:
		return read_number(reader, what, &step->number);
	}
}

static bool read_arguments(struct reader *reader, const struct step_word *known, struct step *step)
{
	bool optional = false;
	const char *takes;

	for (takes = known->takes; *takes; takes++) {
		if (*takes == '?') {
			optional = true;
			continue;
		}
		if (!read_word(reader)) {
			if (reader->failed || optional)
				break;
			return fault(reader, "this step takes more", known->word);
		}
		if (!read_argument(reader, *takes, step))
			return false;
	}
	if (!reader->failed && read_word(reader))
		return fault(reader, "too much behind a step", reader->word);
	return !reader->failed;
}

static const struct step_word *find_word(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof step_words / sizeof *step_words; i++)
		if (strcmp(step_words[i].word, word) == 0)
			return &step_words[i];
	return NULL;
}

static struct step *add_step(struct script *script, enum step_kind kind)
{
	script->steps = heap_resize(script->steps, script->count + 1, sizeof *script->steps);
	script->steps[script->count] = (struct step){ .kind = kind };
	return &script->steps[script->count++];
}

static bool apply_to_set(struct reader *reader, struct script_set *set, const struct step *step)
{
	switch (step->kind) {
	case STEP_REFUSE:
		set->mode = LISTEN_REFUSE;
		return true;
	case STEP_BACKLOG_FULL:
		set->mode = LISTEN_FULL;
		return true;
	case STEP_LISTEN:
		assert(step->text);
		set->ipv4 = strcmp(step->text, "::1") != 0;
		set->ipv6 = strcmp(step->text, "127.0.0.1") != 0;
		if (set->ipv4 && set->ipv6 && strcmp(step->text, "both") != 0)
			return fault(reader, "listen on 127.0.0.1, ::1 or both, not", step->text);
		return true;
	default:
		return true;
	}
}

static bool read_step(struct reader *reader, struct script_set *set, struct script *script)
{
	const struct step_word *known;
	struct step *step;

	if (!read_word(reader))
		return fault(reader, "a step is expected", NULL);
	known = reader->quoted ? NULL : find_word(reader->word);
	if (!known)
		return fault(reader, "no such step", reader->word);
	step = add_step(script, known->kind);
	if (known->kind == STEP_TLS || known->kind == STEP_TLS_ASKS)
		step->number = -1;
	return read_arguments(reader, known, step) && apply_to_set(reader, set, step);
}

static bool at_separator(const struct reader *reader)
{
	return strncmp(reader->at, "---", 3) == 0 && (reader->at[3] == '\n' || reader->at[3] == '\0' || reader->at[3] == '\r');
}

/* Steps up to the end of the script, or of the block. */
static bool read_steps(struct reader *reader, struct script_set *set, struct script *script, bool in_block)
{
	for (;;) {
		size_t on = script->count;

		skip_ends(reader);
		if (!*reader->at || at_separator(reader)) {
			add_step(script, STEP_END);
			return in_block ? fault(reader, "a block is not closed", NULL) : true;
		}
		if (*reader->at == '}') {
			if (!in_block)
				return fault(reader, "} without {", NULL);
			reader->at++;
			add_step(script, STEP_END);
			return true;
		}
		if (!read_step(reader, set, script))
			return false;
		assert(script->steps);
		if (script->steps[on].kind == STEP_ON) {
			if (*reader->at != '{')
				return fault(reader, "on PATH wants a { block }", NULL);
			reader->at++;
			if (!read_steps(reader, set, script, true))
				return false;
			script->steps[on].skip = script->count;
		}
	}
}

struct script_set *script_parse(const char *text, struct error *err)
{
	struct reader reader = { .at = text, .line = 1, .err = err };
	struct script_set *set = heap_zero(1, sizeof *set);
	bool good;

	set->holders = 1;
	set->ipv4 = true;
	do {
		set->scripts = heap_resize(set->scripts, set->count + 1, sizeof *set->scripts);
		set->scripts[set->count++] = (struct script){ 0 };
		good = read_steps(&reader, set, &set->scripts[set->count - 1], false);
		if (good && *reader.at) {	/* a separator; one at the very end parts nothing */
			reader.at += 3;
			skip_ends(&reader);
		}
	} while (good && *reader.at);
	free(reader.word);
	if (good)
		return set;
	script_release(set);
	return NULL;
}

void script_release(struct script_set *set)
{
	size_t i, j;

	if (!set || --set->holders)
		return;
	for (i = 0; i < set->count; i++) {
		for (j = 0; j < set->scripts[i].count; j++)
			free(set->scripts[i].steps[j].text);
		free(set->scripts[i].steps);
	}
	free(set->scripts);
	free(set);
}
