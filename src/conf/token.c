/*
 * Cuts configuration text into the tokens of libconfig 1.5. What two tokens of libconfig would be without a blank between
 * them ("5s": a number and a name) is one word here, because that is how its writer sees it.
 */
#include "token.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

void tokens_init(struct tokens *tokens, const char *text, size_t length)
{
	*tokens = (struct tokens){ .at = text, .end = text + length, .line = 1 };
}

static bool looking_at(const struct tokens *tokens, const char *text)
{
	size_t length = strlen(text);
	return (size_t)(tokens->end - tokens->at) >= length && memcmp(tokens->at, text, length) == 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool at_comment(const struct tokens *tokens)
{
	return *tokens->at == '#' || looking_at(tokens, "//") || looking_at(tokens, "/*");
}

/* Moves over n bytes and counts their line ends. */
static void advance(struct tokens *tokens, size_t n)
{
	for (size_t i = 0; i < n; i++)
		tokens->line += tokens->at[i] == '\n';
	tokens->at += n;
}

/* false at a comment without an end. */
static bool skip_comment(struct tokens *tokens)
{
	size_t left = (size_t)(tokens->end - tokens->at);
	if (looking_at(tokens, "/*")) {
		const char *close = memmem(tokens->at + 2, left - 2, "*/", 2);
		if (!close)
			return false;
		advance(tokens, (size_t)(close + 2 - tokens->at));
		return true;
	}
	const char *newline = memchr(tokens->at, '\n', left);
	advance(tokens, newline ? (size_t)(newline - tokens->at) : left);
	return true;
}

static void take_text(struct tokens *tokens, struct token *token)
{
	const char *c = tokens->at + 1;
	while (c < tokens->end && *c != '"')
		c += *c == '\\' && c + 1 < tokens->end ? 2 : 1;
	bool closed = c < tokens->end;
	token->kind = closed ? TOKEN_TEXT : TOKEN_ENDLESS_TEXT;
	token->length = (size_t)(c - tokens->at) + (closed ? 1 : 0);
	advance(tokens, token->length);
	token->last_line = tokens->line;
}

static size_t count_digits(const char *text, size_t length, bool hex)
{
	size_t n = 0;
	while (n < length && (hex ? isxdigit((unsigned char)text[n]) : isdigit((unsigned char)text[n])))
		n++;
	return n;
}

static bool is_integer(const char *text, size_t length)
{
	size_t n = 0;
	if (length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		n = 2 + count_digits(text + 2, length - 2, true);
		if (n == 2)
			return false;
	} else {
		size_t sign = *text == '-' || *text == '+';
		n = sign + count_digits(text + sign, length - sign, false);
		if (n == sign)
			return false;
	}
	return n == length || (length - n == 1 && text[n] == 'L') || (length - n == 2 && memcmp(text + n, "LL", 2) == 0);
}

static bool is_float(const char *text, size_t length)
{
	size_t n = *text == '-' || *text == '+';
	size_t whole = count_digits(text + n, length - n, false), part = 0;
	n += whole;
	bool point = n < length && text[n] == '.';
	if (point) {
		n++;
		part = count_digits(text + n, length - n, false);
		n += part;
	}
	if (whole + part == 0)
		return false;
	if (n == length)
		return point;
	if (text[n] != 'e' && text[n] != 'E')
		return false;
	n++;
	n += n < length && (text[n] == '-' || text[n] == '+');
	size_t power = count_digits(text + n, length - n, false);
	return power > 0 && n + power == length;
}

static bool is_name(const char *text, size_t length)
{
	if (!isalpha((unsigned char)*text) && *text != '*')
		return false;
	for (size_t i = 1; i < length; i++) {
		if (!isalnum((unsigned char)text[i]) && !strchr("-_*", text[i]))
			return false;
	}
	return true;
}

static enum token_kind word_kind(const char *text, size_t length)
{
	if ((length == 4 && strncasecmp(text, "true", 4) == 0) || (length == 5 && strncasecmp(text, "false", 5) == 0))
		return TOKEN_FLAG;
	if (is_integer(text, length))
		return TOKEN_INTEGER;
	if (is_float(text, length))
		return TOKEN_FLOAT;
	if (is_name(text, length))
		return TOKEN_NAME;
	return length == 8 && memcmp(text, "@include", 8) == 0 ? TOKEN_INCLUDE : TOKEN_WORD;
}

static void take_word(struct tokens *tokens, struct token *token)
{
	while (tokens->at < tokens->end && *tokens->at != '\0' && !is_blank(*tokens->at) && !strchr("=:,;(){}[]\"", *tokens->at) &&
	    !at_comment(tokens))
		tokens->at++;
	if (tokens->at == token->start)
		tokens->at++;
	token->length = (size_t)(tokens->at - token->start);
	token->kind = word_kind(token->start, token->length);
}

struct token token_next(struct tokens *tokens)
{
	while (tokens->at < tokens->end && (is_blank(*tokens->at) || at_comment(tokens))) {
		if (is_blank(*tokens->at)) {
			advance(tokens, 1);
		} else if (!skip_comment(tokens)) {
			struct token endless = { .kind = TOKEN_ENDLESS_COMMENT, .start = tokens->at, .length = 2, .line = tokens->line,
			    .last_line = tokens->line };
			tokens->at = tokens->end;
			return endless;
		}
	}
	struct token token = { .start = tokens->at, .length = 1, .line = tokens->line, .last_line = tokens->line };
	if (tokens->at == tokens->end) {
		token.length = 0;
		return token;
	}
	switch (*tokens->at) {
	case '=': case ':': token.kind = TOKEN_ASSIGN; break;
	case ',': token.kind = TOKEN_COMMA; break;
	case ';': token.kind = TOKEN_SEMICOLON; break;
	case '(': case '[': case '{': token.kind = TOKEN_OPEN; break;
	case ')': case ']': case '}': token.kind = TOKEN_CLOSE; break;
	case '"': take_text(tokens, &token); return token;
	default: take_word(tokens, &token); return token;
	}
	tokens->at++;
	return token;
}

void token_stretch(struct tokens *tokens, struct token *token)
{
	while (tokens->at < tokens->end && !is_blank(*tokens->at) && !strchr(",;(){}[]\"", *tokens->at))
		tokens->at++;
	token->length = (size_t)(tokens->at - token->start);
}
