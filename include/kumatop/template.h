/*
 * Texts with places for values, "{{name}} is {{state}}": substitution and nothing else. A template says where its text stands (inside a JSON
 * document, a URL, a header …), and what a value holds is escaped for that place, whatever it is: a value never ends the text it stands
 * in. What a provider reads out of a text (markup, mentions) is taken from it by the markup the channel writes. Pure; any thread.
 */
#ifndef KUMATOP_TEMPLATE_H
#define KUMATOP_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "kumatop/buf.h"
#include "kumatop/error.h"

enum template_place {
	TEMPLATE_TEXT,		/* controls but line ends vanish */
	TEMPLATE_JSON,		/* inside the quotes of a JSON text */
	TEMPLATE_URL,		/* a part of a path or of a query */
	TEMPLATE_FORM,		/* a value of application/x-www-form-urlencoded */
	TEMPLATE_HEADER,	/* one line: line ends become blanks */
	TEMPLATE_HTML,		/* text or a quoted attribute of HTML and XML */
};

enum template_markup {
	MARKUP_NONE,
	MARKUP_HTML,		/* Telegram's HTML, Matrix: & < > " ' as entities */
	MARKUP_MARKDOWN,	/* a backslash before what Markdown reads */
	MARKUP_CHAT,		/* the same, and no mention: @ becomes the full-width one, which nobody is called by */
	MARKUP_SLACK,		/* & < > as entities, as Slack has it: no link and no mention without < */
	MARKUP_ANGLES,		/* < > become the quotation marks that look like them: Google Chat has no escape for <users/all> */
};

/* A name that may stand in a template. The value of some is written for one place already (a whole JSON object), and goes in there as it is. */
struct template_name {
	const char *name;
	bool plain;		/* what it stands for is not somebody's words: a colour, a setting; markup is not taken from it */
	bool ready;
	enum template_place ready_for;
};

struct template;

/*
 * NULL with err for braces that are not closed and for names that are not among these, with what may have been meant. names is borrowed for
 * as long as the template lives and ends with a row without a name.
 */
struct template *template_parse(const char *text, enum template_place place, enum template_markup markup,
    const struct template_name *names, struct error *err);
void template_free(struct template *template);	/* accepts NULL */

/* Whether a value of this number stands in it. */
bool template_uses(const struct template *template, size_t index);

/* values[i] is what names[i] stands for; NULL is empty. */
void template_render(const struct template *template, const char *const *values, struct buf *out);

/* One value by itself: its markup taken away, then escaped for the place. */
void template_escape(const char *text, enum template_place place, enum template_markup markup, struct buf *out);

/*
 * A text cut to `most` characters (0: any number), counted as a reader of that markup and of UTF-16 does once it is escaped. What does not
 * fit is cut between characters and ends with "…".
 */
void template_cut(const char *text, enum template_markup markup, size_t most, struct buf *out);

#endif
