/*
 * A view: something that fills the screen or lies over it, and answers actions. Views stand on a stack; the top one gets the keys.
 * The screen draws the key bar (and messages over the last line of a view) and does what all views have in common: help, theme,
 * clock, repaint, suspend, back. To add a view: a file with one const struct view_kind, and its row in views.c.
 *
 * Everything here runs on the screen thread and must not block: questions to the board are answered later, by reply() and answer().
 */
#ifndef KUMATOP_TUI_VIEW_H
#define KUMATOP_TUI_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "action.h"
#include "input.h"
#include "paint.h"

#include "kumatop/board.h"
#include "kumatop/screen.h"
#include "kumatop/when.h"

struct view;

/* What a view is opened with; each may be unset. Borrowed for the length of the call. */
struct opening {
	monitor_id monitor;
	const char *text;	/* of a form: what was pasted; of a page: what to show */
	const struct question *question;
	int choice;		/* of an add form: 1 clones `monitor` */
};

/*
 * A question answered by keys: Enter, Esc and n are no, y is yes; p is the other way out, if it has a label. With `leave`
 * Enter and l are that.
 */
struct question {
	const char *title;
	const char *lines[4];
	const char *yes, *instead, *leave;	/* labels; the last two may be NULL */
	bool quits;			/* Q is yes */
	bool danger;
	void (*answered)(struct view *asker, enum action answer);	/* ACTION_YES, _NO, _INSTEAD or _LEAVE; the question is closed */
};

/* One entry of the key bar; label NULL: the action's own. */
struct hint {
	enum action action;
	const char *label;
};

struct view_kind {
	const char *name;		/* "detail": what it is opened by */
	const char *title;		/* for the help: "Monitor" */
	unsigned place;			/* its bit of enum place */
	bool overlay;			/* lies over the view below, which is drawn first */
	size_t state_size;
	const struct hint *hints;	/* for the key bar, the most needed first, ended by ACTION_NONE; the last one stays with the first */

	/* Each but draw() and act() may be NULL. */
	bool (*open)(struct view *view, const struct opening *opening);	/* false: it is not opened; a toast says why */
	void (*close)(struct view *view);
	void (*draw)(struct view *view, struct area area);	/* everything above the key bar; blank when called */
	bool (*input)(struct view *view, const struct input_event *event);	/* the first look at a key or paste, for text; true: taken */
	bool (*act)(struct view *view, enum action action);	/* true: done; false: what all views do for it */
	void (*wake)(struct view *view);			/* there is a new snapshot */
	bool (*reply)(struct view *view, const struct reply *reply);	/* true: taken, else the text becomes a toast */
	bool (*answer)(struct view *view, struct history_answer *answer);	/* true: takes ownership */
	const struct hint *(*hints_now)(struct view *view);	/* instead of `hints` */
	unsigned (*place_now)(struct view *view);		/* instead of `place`, while a line is being typed, say */
};

struct view {
	const struct view_kind *kind;
	struct tui *tui;
	struct view *below;
	void *state;		/* state_size bytes, zeroed before open() */
};

/* The explicit table of all views, ended by NULL. */
extern const struct view_kind *const view_kinds[];

enum toast_kind { TOAST_OK, TOAST_WARN, TOAST_ERROR };

/*
 * What the screen does for its views.
 */
struct tui;

/* false when there is no such view or it refused. */
bool tui_open(struct tui *tui, const char *name, const struct opening *opening);
void tui_close(struct view *view);	/* after the present call; its memory stays until then */

/* One line above the key bar for 4 s; the newest replaces. */
void tui_toast(struct tui *tui, enum toast_kind kind, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The picture the screen shows now; NULL before the first. Valid until the call returns; hold it to keep it. */
const struct snapshot *tui_snapshot(const struct tui *tui);
const struct monitor_view *tui_monitor(const struct tui *tui, monitor_id id);	/* of that snapshot; NULL */
int64_t tui_now_us(const struct tui *tui);	/* wall time of what this frame shows: it stands still while the picture is frozen or a past one */
int64_t tui_clock_us(const struct tui *tui);	/* for a clock: wall time of this frame, or the moment of a past picture */
int64_t tui_events_until_us(const struct tui *tui);	/* the end of a question for events: what is not in a frozen or past picture is not asked for */
int64_t tui_past_us(const struct tui *tui);	/* the moment of a past picture; 0: it is the newest, or a frozen one */
bool tui_is_utc(const struct tui *tui);

/* As strftime(3), in local time or UTC as chosen. Returns out. */
char *tui_time(const struct tui *tui, int64_t us, const char *format, char *out, size_t size) __attribute__((format(strftime, 3, 0)));

const struct board *tui_board(const struct tui *tui);
const struct screen_settings *tui_settings(const struct tui *tui);
const struct theme *tui_theme(const struct tui *tui);

/*
 * Sends a command with who asks and a ticket of its own, which comes back in the reply. 0: refused, and a toast has said so. Takes
 * the command.
 */
uint64_t tui_submit(struct tui *tui, struct command *command);

/* Asks for history; the answer comes to every view on the stack until one takes it. 0: refused; err says why. */
uint64_t tui_ask(struct tui *tui, const struct history_query *query, struct error *err);

/*
 * Gives the terminal to a program ($EDITOR) until it ends, then takes it back and repaints; checks go on, frames do not. argv[0] is
 * searched in PATH. false: it could not be started, or ended with another status than 0.
 */
bool tui_run(struct tui *tui, char *const argv[], struct error *err);

/* Draw again soon, though nothing came. A view that counts seconds says how far away the next one is. */
void tui_dirty(struct tui *tui);

/* What the list selects, for views opened over it, and a way to move it along with them. */
monitor_id tui_selected(const struct tui *tui);
void tui_select(struct tui *tui, monitor_id id);
monitor_id tui_neighbour(const struct tui *tui, monitor_id id, int step);	/* in the order of the list; 0 at its end */

#endif
