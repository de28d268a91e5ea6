#include "scan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "token.h"

/*
 * What is found is never quoted back unless it cannot be somebody's password, or the rest of one that was badly quoted: messages
 * end up in journals and in the output of CI.
 */
enum {
	MOST_DEPTH = 16,	/* brackets inside brackets */
	MOST_NOTES = 100,
};

struct scanner {
	struct tokens tokens;
	struct token token;	/* the one looked at */
	struct scan *scan;
	const char *text;
	const struct token *name;	/* the setting whose value is read, or NULL */
	int long_text_line;	/* where the last text of more than one line began; 0: there was none */
	int depth;
};

static bool scan_settings(struct scanner *s, const struct token *open);

static void step(struct scanner *s)
{
	s->token = token_next(&s->tokens);
	if (s->token.last_line > s->token.line)
		s->long_text_line = s->token.line;
}

__attribute__((format(printf, 3, 4))) static void note(struct scanner *s, int line, const char *format, ...)
{
	if (s->scan->count >= MOST_NOTES)
		return;
	char message[512], clean[512];
	va_list args;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	text_sanitize(clean, sizeof clean, message, strlen(message));

	s->scan->notes = heap_resize(s->scan->notes, s->scan->count + 1, sizeof *s->scan->notes);
	struct scan_note *added = &s->scan->notes[s->scan->count++];
	*added = (struct scan_note){ .line = line };
	if (s->name) {
		added->name = heap_text_n(s->name->start, s->name->length);
		added->text = heap_print("%s: %s", added->name, clean);
	} else {
		added->text = heap_text(clean);
	}
}

/* What stops the reading; says so, with a hint when a text ran over several lines. Always false. */
static bool stop(struct scanner *s, int line, const char *text)
{
	s->scan->fatal = true;
	if (s->long_text_line)
		note(s, line, "%s (is the closing \" missing on line %d?)", text, s->long_text_line);
	else
		note(s, line, "%s", text);
	return false;
}

static char closing(char open)
{
	return open == '(' ? ')' : open == '[' ? ']' : '}';
}

static bool is_word(const struct token *token, const char *word)
{
	return token->length == strlen(word) && strncasecmp(token->start, word, token->length) == 0;
}

/* "60s", "1h30m" */
static bool resembles_duration(const struct token *token)
{
	enum { LONGEST = 8 };
	if (token->length > LONGEST || *token->start < '0' || *token->start > '9')
		return false;
	for (size_t i = 1; i < token->length; i++) {
		if (!strchr("0123456789.mshdw", token->start[i]))
			return false;
	}
	return true;
}

/* A word without quotes where a value belongs. What is meant is plain, so the reading goes on behind it. */
static void bare_word(struct scanner *s)
{
	struct token word = s->token;
	token_stretch(&s->tokens, &word);
	s->scan->fatal = true;
	if (is_word(&word, "yes") || is_word(&word, "on"))
		note(s, word.line, "write true instead of %.*s", (int)word.length, word.start);
	else if (is_word(&word, "no") || is_word(&word, "off"))
		note(s, word.line, "write false instead of %.*s", (int)word.length, word.start);
	else if (resembles_duration(&word))
		note(s, word.line, "write \"%.*s\", in quotes", (int)word.length, word.start);
	else
		note(s, word.line, "write the value in quotes");
	step(s);
}

static void check_integer(struct scanner *s)
{
	const struct token *token = &s->token;
	char digits[40];
	bool hex = token->length > 2 && (token->start[1] == 'x' || token->start[1] == 'X');
	size_t length = token->length;
	bool wide = token->start[length - 1] == 'L';
	while (token->start[length - 1] == 'L')
		length--;
	if (length >= sizeof digits) {
		note(s, token->line, "the number is too large");
		return;
	}
	memcpy(digits, token->start, length);
	digits[length] = '\0';
	errno = 0;
	long long value = strtoll(digits, NULL, hex ? 16 : 10);
	if (errno == ERANGE || (!wide && (value > INT32_MAX || value < INT32_MIN)))
		note(s, token->line, "the number is too large");
	size_t sign = *digits == '-' || *digits == '+';
	size_t zeros = strspn(digits + sign, "0");
	if (!hex && zeros > 0 && digits[sign + 1] != '\0')
		note(s, token->line, "write the number without zeros before it");
}

/* One escape, at its backslash; gives its length. */
static size_t check_escape(struct scanner *s, const char *at, const char *end, int line)
{
	if (end - at < 2 || strchr("nrtf\\\"", at[1]))
		return 2;
	if (at[1] == 'x' && end - at >= 4) {
		char digits[3] = { at[2], at[3], '\0' };
		if (strspn(digits, "0123456789abcdefABCDEF") == 2) {
			if (strcmp(digits, "00") == 0)
				note(s, line, "\\x00 ends a text early: take it out");
			return 4;
		}
	}
	if ((unsigned char)at[1] > ' ' && (unsigned char)at[1] < 0x7F)
		note(s, line, "\\%c is no escape: write \\\\%c for a backslash", at[1], at[1]);
	else
		note(s, line, "write \\\\ for a backslash");
	return 2;
}

static void check_text(struct scanner *s)
{
	int line = s->token.line;
	const char *end = s->token.start + s->token.length - 1;
	for (const char *c = s->token.start + 1; c < end;) {
		line += *c == '\n';
		c += *c == '\\' ? check_escape(s, c, end, line) : 1;
	}
}

/* One or, by mistake, several texts side by side. */
static void scan_texts(struct scanner *s)
{
	check_text(s);
	step(s);
	while (s->token.kind == TOKEN_TEXT) {
		note(s, s->token.line, "two texts side by side would be joined into one: write a comma between them, or one text");
		check_text(s);
		step(s);
	}
}

/* The entries of a list "(" or an array "[". */
static bool scan_entries(struct scanner *s, const struct token *open);

static bool scan_aggregate(struct scanner *s)
{
	struct token open = s->token;
	if (++s->depth > MOST_DEPTH)
		return stop(s, open.line, "too many brackets inside brackets");
	step(s);
	bool fine = *open.start == '{' ? scan_settings(s, &open) : scan_entries(s, &open);
	s->depth--;
	return fine;
}

static bool scan_value(struct scanner *s)
{
	switch (s->token.kind) {
	case TOKEN_TEXT:
		scan_texts(s);
		return true;
	case TOKEN_INTEGER:
		check_integer(s);
		step(s);
		return true;
	case TOKEN_FLOAT: case TOKEN_FLAG:
		step(s);
		return true;
	case TOKEN_NAME: case TOKEN_WORD:
		bare_word(s);
		return true;
	case TOKEN_OPEN:
		return scan_aggregate(s);
	case TOKEN_ENDLESS_TEXT:
		return stop(s, s->token.line, "the closing \" is missing");
	case TOKEN_ENDLESS_COMMENT:
		return stop(s, s->token.line, "the comment that begins here is never closed: */ is missing");
	case TOKEN_END:
		return stop(s, s->token.line, "the file ends where a value is expected");
	default:
		return stop(s, s->token.line, "a value is missing here");
	}
}

/* true, over the bracket, if it is the right one. */
static bool close_bracket(struct scanner *s, const struct token *open)
{
	char message[160];
	if (s->token.kind == TOKEN_CLOSE && *s->token.start == closing(*open->start)) {
		step(s);
		return true;
	}
	if (s->token.kind == TOKEN_END)
		snprintf(message, sizeof message, "%c is never closed: %c is missing", *open->start, closing(*open->start));
	else
		snprintf(message, sizeof message, "%c where a %c is expected, to close the %c of line %d", *s->token.start,
		    closing(*open->start), *open->start, open->line);
	return stop(s, s->token.kind == TOKEN_END ? open->line : s->token.line, message);
}

static bool starts_value(const struct token *token)
{
	return token->kind == TOKEN_TEXT || token->kind == TOKEN_INTEGER || token->kind == TOKEN_FLOAT || token->kind == TOKEN_FLAG ||
	    token->kind == TOKEN_OPEN || token->kind == TOKEN_NAME || token->kind == TOKEN_WORD;
}

/* What follows an entry: true when another entry may follow. *more is false at the closing bracket. */
static bool after_entry(struct scanner *s, const struct token *open, bool *more)
{
	*more = false;
	if (s->token.kind == TOKEN_COMMA) {
		int line = s->token.line;
		step(s);
		if (s->token.kind == TOKEN_CLOSE || s->token.kind == TOKEN_END) {
			s->scan->fatal = true;
			note(s, line, "take the comma after the last entry out");
			return close_bracket(s, open);
		}
		*more = true;
		return true;
	}
	if (starts_value(&s->token)) {
		s->scan->fatal = true;
		note(s, s->token.line, "write a comma between the entries");
		*more = true;
		return true;
	}
	if (s->token.kind == TOKEN_SEMICOLON)
		return stop(s, s->token.line, "write a comma, not a semicolon, between entries, and nothing behind the last");
	return close_bracket(s, open);
}

static bool scan_entries(struct scanner *s, const struct token *open)
{
	bool array = *open->start == '[', more = true;
	enum token_kind first = TOKEN_END;
	if (s->token.kind == TOKEN_CLOSE)
		return close_bracket(s, open);
	while (more) {
		struct token entry = s->token;
		if (array && entry.kind == TOKEN_OPEN)
			return stop(s, entry.line, "write ( … ) instead of [ … ] around groups and lists");
		if (array && first != TOKEN_END && entry.kind != first && starts_value(&entry) && entry.kind != TOKEN_NAME &&
		    entry.kind != TOKEN_WORD) {
			s->scan->fatal = true;
			note(s, entry.line, "write ( … ) instead of [ … ] where numbers and texts are mixed");
		}
		if (first == TOKEN_END && entry.kind != TOKEN_NAME && entry.kind != TOKEN_WORD)
			first = entry.kind;
		if (!scan_value(s) || !after_entry(s, open, &more))
			return false;
	}
	return true;
}

struct seen {
	struct token *names;
	size_t count, room;
};

static void check_duplicate(struct scanner *s, struct seen *seen, const struct token *name)
{
	for (size_t i = 0; i < seen->count; i++) {
		if (seen->names[i].length == name->length && memcmp(seen->names[i].start, name->start, name->length) == 0) {
			s->scan->fatal = true;
			note(s, name->line, "given twice, first on line %d: take one out", seen->names[i].line);
			return;
		}
	}
	if (seen->count == seen->room) {
		seen->room = seen->room ? 2 * seen->room : 16;
		seen->names = heap_resize(seen->names, seen->room, sizeof *seen->names);
	}
	seen->names[seen->count++] = *name;
}

static bool not_a_name(struct scanner *s)
{
	char message[160];
	switch (s->token.kind) {
	case TOKEN_INCLUDE:
		return stop(s, s->token.line, "@include is not used: kumatop.conf has conf.d/ beside it, a theme has inherit");
	case TOKEN_SEMICOLON: case TOKEN_COMMA:
		snprintf(message, sizeof message, "take this extra \"%c\" out", *s->token.start);
		return stop(s, s->token.line, message);
	case TOKEN_CLOSE:
		snprintf(message, sizeof message, "this %c closes nothing", *s->token.start);
		return stop(s, s->token.line, message);
	case TOKEN_ENDLESS_COMMENT: case TOKEN_ENDLESS_TEXT:
		return scan_value(s);
	default:
		return stop(s, s->token.line, "the name of a setting is expected here");
	}
}

/* What may stand behind a setting: one separator, the next name, or the end of the group. */
static bool after_setting(struct scanner *s)
{
	switch (s->token.kind) {
	case TOKEN_SEMICOLON: case TOKEN_COMMA:
		step(s);
		return true;
	case TOKEN_NAME: case TOKEN_CLOSE: case TOKEN_END: case TOKEN_INCLUDE: case TOKEN_ENDLESS_COMMENT:
		return true;
	default:
		return stop(s, s->token.line, "write ; behind the value, and only one value");
	}
}

static bool begins_line(const struct scanner *s, const struct token *token)
{
	const char *c = token->start;
	while (c > s->text && (c[-1] == ' ' || c[-1] == '\t'))
		c--;
	return c == s->text || c[-1] == '\n';
}

/* No name, if it may be what a quote too many has left over of a text. */
static bool no_value(struct scanner *s, const struct token *name)
{
	if (!begins_line(s, name))
		s->name = NULL;
	return stop(s, name->line, "= and a value are missing");
}

static bool scan_setting(struct scanner *s, struct seen *seen)
{
	struct token name = s->token;
	if (name.kind != TOKEN_NAME)
		return not_a_name(s);
	if (name.start > s->text && name.start[-1] == '"')
		return stop(s, name.line, "write ; behind the value; in a text, \\\" instead of \"");
	const struct token *outer = s->name;
	s->name = &name;
	check_duplicate(s, seen, &name);
	step(s);
	bool fine = false;
	if (s->token.kind == TOKEN_ASSIGN) {
		step(s);
		fine = scan_value(s) && after_setting(s);
	} else {
		no_value(s, &name);
	}
	s->name = outer;
	return fine;
}

/* The settings of a group, or of the whole file when open is NULL. */
static bool scan_settings(struct scanner *s, const struct token *open)
{
	struct seen seen = { 0 };
	bool fine = true;
	const struct token *outer = s->name;
	s->name = NULL;
	while (fine && s->token.kind != TOKEN_END && !(open && s->token.kind == TOKEN_CLOSE))
		fine = scan_setting(s, &seen);
	free(seen.names);
	if (fine && open)
		fine = close_bracket(s, open);
	s->name = outer;
	return fine;
}

/* Bytes that have no place in the text at all. */
static bool scan_bytes(struct scanner *s, const char *text, size_t length)
{
	int line = 1;
	for (size_t i = 0; i < length;) {
		uint32_t point = 0;
		size_t bytes = text_decode(text + i, length - i, &point);
		if (text[i] == '\0')
			return stop(s, line, "holds a zero byte: this is no text file");
		if (point == 0xFFFD && (bytes != 3 || memcmp(text + i, "\xEF\xBF\xBD", 3) != 0))
			return stop(s, line, "holds bytes that are not UTF-8: save the file as UTF-8");
		line += text[i] == '\n';
		i += bytes;
	}
	return true;
}

void scan_text(struct scan *scan, const char *text, size_t length)
{
	*scan = (struct scan){ 0 };
	struct scanner s = { .scan = scan };
	if (!scan_bytes(&s, text, length))
		return;
	if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
		scan->fatal = true;
		note(&s, 1, "begins with a byte order mark: save the file as UTF-8 without one");
		text += 3;
		length -= 3;
	}
	s.text = text;
	tokens_init(&s.tokens, text, length);
	step(&s);
	scan_settings(&s, NULL);
}

void scan_finish(struct scan *scan)
{
	for (size_t i = 0; i < scan->count; i++) {
		free(scan->notes[i].name);
		free(scan->notes[i].text);
	}
	free(scan->notes);
	*scan = (struct scan){ 0 };
}

bool scan_noted(const struct scan *scan, int line, const char *name)
{
	for (size_t i = 0; i < scan->count; i++) {
		if (scan->notes[i].line == line && scan->notes[i].name && strcmp(scan->notes[i].name, name) == 0)
			return true;
	}
	return false;
}
