/*
 * The words of libconfig's language, with their lines, so that scan.c can say what libconfig cannot. Private to src/conf.
 */
#ifndef CONF_TOKEN_H
#define CONF_TOKEN_H

#include <stddef.h>

enum token_kind {
	TOKEN_END,
	TOKEN_NAME,
	TOKEN_ASSIGN,		/* = or : */
	TOKEN_TEXT,		/* with its quotes */
	TOKEN_INTEGER,
	TOKEN_FLOAT,
	TOKEN_FLAG,		/* true, false */
	TOKEN_OPEN,		/* ( [ { */
	TOKEN_CLOSE,		/* ) ] } */
	TOKEN_COMMA,
	TOKEN_SEMICOLON,
	TOKEN_INCLUDE,
	TOKEN_WORD,		/* anything that libconfig cannot read: 5s, _x, http//… */
	TOKEN_ENDLESS_TEXT,	/* a " without its partner */
	TOKEN_ENDLESS_COMMENT,	/* a comment that is never closed */
};

struct token {
	enum token_kind kind;
	const char *start;
	size_t length;
	int line, last_line;
};

struct tokens {
	const char *at, *end;
	int line;
};

/* Borrows text. */
void tokens_init(struct tokens *tokens, const char *text, size_t length);

struct token token_next(struct tokens *tokens);

/*
 * Lets a bare word grow to what its writer meant by it: up to a blank or a separator, so that a URL without quotes, which
 * holds ':' and '//', is one word.
 */
void token_stretch(struct tokens *tokens, struct token *token);

#endif
