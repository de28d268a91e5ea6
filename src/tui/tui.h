/*
 * The screen from the inside: what its thread holds, and what its files do for each other. Views know view.h only.
 */
#ifndef KUMATOP_TUI_TUI_H
#define KUMATOP_TUI_TUI_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "deeds.h"
#include "fleet.h"
#include "input.h"
#include "paint.h"
#include "terminal.h"
#include "travel.h"
#include "view.h"

#include "kumatop/screen.h"
#include "kumatop/theme.h"
#include "kumatop/when.h"

enum { TOAST_MS = 4000, ARMED_MS = 10000, TOAST_SIZE = 512 };

struct toast {
	enum toast_kind kind;
	char text[TOAST_SIZE];	/* "": none */
	struct mono until;
};

/* What the checks are handed over for. */
enum parting { PARTING_NONE, PARTING_SUSPEND, PARTING_LEAVE };

struct tui {
	const struct board *board;
	struct screen_settings settings;
	char who[64];
	struct terminal *terminal;
	struct canvas canvas;
	struct theme theme;
	char theme_asked[THEME_NAME_SIZE];	/* the last one asked for by key, which may be broken */
	struct input input;
	struct mono input_at;		/* when its last byte came */

	const struct snapshot *snapshot;	/* held; NULL before the first */
	bool frozen;			/* it is not replaced */
	int64_t frozen_us;		/* wall time at which it was frozen */
	struct travel travel;		/* a past picture in its place */
	struct fleet fleet;		/* as it goes on */
	struct fleet fleet_frozen;	/* as it was then */
	bool utc;
	int64_t now_us;			/* wall time of this frame */
	struct mono now;
	struct mono key_at;		/* when the last key came */
	bool any_key;			/* one has come */

	struct view *top;
	struct view *closed;		/* to be freed after the present call */
	struct toast toast;
	enum action armed;		/* asks to be pressed again */
	struct mono armed_until;
	struct deeds deeds;
	uint64_t ticket;

	bool dirty;			/* a key or an answer asks for a frame at once */
	bool data_dirty;		/* there is a new snapshot to be drawn in its time */
	struct mono data_at;		/* when that is */
	struct mono drawn_at;		/* when the last frame was made */
	uint64_t events_drawn;		/* health.events of the last frame */
	bool over, gone, left;		/* left: the checks go on elsewhere */
	enum parting parting;		/* waits for the checks to be handed over */
	bool summary;			/* Q: when it is over the last picture goes to the scrollback */
	_Atomic bool *end;		/* somebody asks the thread to end */
};

/* stack.c: the stack of views, and actions all views have in common. */
void stack_finish(struct tui *tui);
void stack_event(struct tui *tui, const struct input_event *event);
void stack_wake(struct tui *tui);
void stack_jump(struct tui *tui);		/* the picture is of another time: nothing is kept in its place */
void stack_reply(struct tui *tui, const struct reply *reply);
void stack_answer(struct tui *tui, struct history_answer *answer);	/* takes it */
void stack_sweep(struct tui *tui);		/* frees what was closed */
unsigned stack_place(struct tui *tui);		/* where keys go now */

/* leave.c: quit, suspend, cancel. */
void leave_quit(struct tui *tui, enum action action);
void leave_cancel(struct tui *tui);
void leave_suspend(struct tui *tui);
void leave_handed_over(struct tui *tui, const char *trouble);	/* trouble: "" if there is none */

/* services.c: a frame in so many ms at the latest, though nothing comes. */
void tui_draw_in(struct tui *tui, int ms);

/* services.c: that the picture is frozen, and since when, as a line says it. Returns out. */
char *tui_print_frozen(const struct tui *tui, char *out, size_t size);

/* frame.c: draws the stack, toast and key bar onto the canvas, which has been reset. */
void frame_draw(struct tui *tui);

/* post.c: replies and answers on their way from other threads to this one. */
void post_open(void (*wake)(void));
void post_take(struct tui *tui);
void post_handed_over(const char *trouble);				/* any thread; NULL: none */
void post_reply(void *arg, const struct reply *reply);			/* any thread */
void post_answer(void *arg, struct history_answer *answer);		/* any thread */

#endif
