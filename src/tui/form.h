/*
 * The form that adds and edits a monitor: its fields come from the tables of settings (form_fields.c), the view answers keys
 * (form.c) and form_draw.c draws.
 */
#ifndef KUMATOP_TUI_FORM_H
#define KUMATOP_TUI_FORM_H

#include "lineedit.h"
#include "view.h"

#include "kumatop/spec.h"

enum field_part {
	FIELD_TARGET,
	FIELD_NAME,
	FIELD_COMMON,		/* a setting every kind has */
	FIELD_KIND,		/* a setting of one kind */
};

struct field {
	enum field_part part;
	const struct kind *kind;	/* of a FIELD_KIND: shows while the target is of it */
	const struct setting *row;	/* NULL for target and name */
	char label[32];
	struct lineedit edit;
	bool touched;			/* somebody typed in it */
	bool shows_error;		/* typed in or left: what is wrong with it shows */
	bool kept;			/* has a value of the base that does not stand in the line: a secret, several lines */
	char error[160];		/* "": fine */
	char placeholder[96];		/* what holds while it is empty */
};

enum { FIELDS_MOST = 96, FORM_TEXT_SIZE = 256 };

/* One place the focus can be: a field, or the line that opens the rest. */
struct form_item {
	struct field *field;	/* NULL: "more" */
	bool half;		/* stands beside the next or the previous one */
};

enum form_test { TEST_NONE, TEST_RUNS, TEST_DONE, TEST_REFUSED };

struct form {
	bool editing;
	bool foreign;			/* another process checks it: what only the owner can know of it is left to it */
	monitor_id id;			/* EDIT: which */
	struct monitor_spec *base;	/* held; what is edited or cloned, or NULL */
	const struct kind *kind;	/* of the target as it stands; NULL: it is none yet */

	struct field *fields[FIELDS_MOST];
	size_t field_count;
	struct form_item items[FIELDS_MOST + 1];	/* what shows, in order */
	size_t item_count;
	size_t focus;			/* of items */
	size_t top;			/* first row that shows, when not all do */
	bool more;			/* the rest shows */
	bool typed;			/* something would be lost */

	char trouble[FORM_TEXT_SIZE];	/* wrong, but not with one field */
	enum form_test test;
	char test_text[FORM_TEXT_SIZE];
	struct check_result result;	/* of a test DONE */
	uint64_t test_ticket, save_ticket;
};

/* form_fields.c */

/* Makes the fields; base NULL: an empty form. */
void form_begin(struct form *form, const struct monitor_spec *base, const struct conf_settings *defaults);
void form_finish(struct form *form);

/* After a change: which kind it is, what shows, what is wrong with single fields. Cheap enough for every key. */
void form_update(struct form *form, const struct snapshot *snapshot, const struct conf_settings *defaults);

/*
 * The monitor as the form has it, sealed; NULL when something is wrong, and then errors say where. Looks at all fields, also those
 * nobody has been in.
 */
struct monitor_spec *form_build(struct form *form, const struct snapshot *snapshot, const struct conf_settings *defaults);

/* The first item with an error that shows, or SIZE_MAX. */
size_t form_first_error(const struct form *form);

/* A field whose value is one of few; steps through them. false: it is none. */
bool field_step(struct field *field, int step);

/* form_draw.c */
void form_draw(struct view *view, struct area area);

#endif
