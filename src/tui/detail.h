/*
 * One monitor: what the view knows and asks (detail.c, detail_windows.c), and how it is drawn (detail_draw.c and others).
 */
#ifndef KUMATOP_TUI_DETAIL_H
#define KUMATOP_TUI_DETAIL_H

#include "view.h"

#include "kumatop/when.h"

enum detail_range { RANGE_HOUR, RANGE_DAY, RANGE_WEEK, RANGE_MONTH, RANGE_QUARTER, RANGE_YEAR, RANGE_COUNT };

struct detail_asked {
	enum detail_range range;
	int64_t back_us;
	int64_t at_us;		/* of a past board; 0: it ended at the time of that frame */
	size_t columns;
	int64_t last_us;	/* the newest beat then */
};

struct detail_windows_asked {
	int64_t at_us;		/* of a past board; 0: they ended at the time of that frame */
	int64_t last_us;	/* the newest beat then */
	int64_t since_us;	/* and since when it was in its state */
};

/* The figures of windows of time, and outages. */
struct detail_windows {
	struct history_answer *answer;	/* NULL: none about this monitor yet */
	struct detail_windows_asked is, asked;
	uint64_t ticket;		/* 0: nothing is asked. One at a time, also when it is about another monitor by now */
	struct mono asked_at;
};

struct detail {
	monitor_id id;
	enum detail_range range;
	int64_t back_us;	/* how far the graph is moved into the past */
	bool logarithmic;
	size_t columns;		/* as the last frame had room for */

	struct history_answer *series, *events;		/* NULL: not answered yet */
	struct detail_windows windows;
	struct detail_asked series_is;			/* what the series was asked with */
	struct detail_asked asked;
	uint64_t series_ticket, events_ticket;		/* 0: nothing is asked */
	struct mono asked_at;
	uint64_t events_number;				/* health.events when they were asked */
	bool events_wanted;
	bool no_history;				/* nobody answers: what the view remembers has to do */
	bool beside;					/* it stands beside the list, which has the clock */
};

struct detail_range_row {
	const char *name;
	int64_t us;
	int again_ms;	/* new beats alone are not asked for sooner: what a long range is made of does not change by a beat */
};

extern const struct detail_range_row detail_ranges[RANGE_COUNT];

/* Another monitor, with the same range. */
void detail_show(struct view *view, monitor_id id);

/* Asks for what the frame needs and does not have; for new beats alone not at once. */
void detail_refresh(struct view *view);

void detail_draw(struct view *view, struct area area);

/* detail_windows.c: the question for them. */
const struct history_windows *detail_windows(const struct detail *detail);	/* NULL: there is no answer, or none that helps */
const char *detail_windows_trouble(const struct detail *detail);		/* why not */
void detail_ask_windows(struct view *view, const struct monitor_view *monitor);
bool detail_take_windows(struct detail *detail, struct history_answer *answer);	/* true: takes it */
void detail_forget_windows(struct detail *detail);

/* detail_figures.c: drawing them. */
int64_t detail_objective_us(const struct monitor_view *monitor);		/* the window of its objective; 0: it has none */
void detail_draw_uptime(const struct detail *detail, const struct monitor_view *monitor, struct area area);	/* one line */
void detail_draw_uptime_panel(const struct detail *detail, const struct monitor_view *monitor, struct area area);
void detail_draw_latencies(const struct detail *detail, struct area area);	/* p50 and p95 of each window, in 18 columns */
int detail_outage_rows(const struct detail *detail, int most);			/* how many there is something to say on */
void detail_draw_outage_rows(struct view *view, struct area area);		/* or why there are none */
void detail_draw_outages(struct view *view, struct area area);			/* with a rule, and a row of what they come to */
char *detail_print_outages(const struct detail *detail, const struct monitor_view *monitor, char *out, size_t size);	/* as a title */

/* detail_panels.c: the numbers side by side where there is room, and pieces that both ways of drawing share. */
extern const char *const detail_class_labels[TIME_CLASS_COUNT];
extern const enum role detail_class_roles[TIME_CLASS_COUNT];

int detail_panel_rows(int rows, int columns);	/* of a view of this size; 0: too narrow for panels */
/* wide: outages stand where the last check would be, which is then left to the blocks. */
void detail_draw_panels(struct view *view, const struct monitor_view *monitor, const struct history_series *series, struct area area, bool wide);
void detail_draw_last(struct view *view, const struct monitor_view *monitor, struct area area, bool with_cert);
void detail_draw_times(struct view *view, const struct monitor_view *monitor, struct area area, int y);	/* first failed … next check */
enum role detail_cert_role(const struct monitor_view *monitor, int64_t left_us);
void detail_print_cert(struct view *view, const struct monitor_view *monitor, char *out, size_t size);

/* detail_blocks.c: what a large view has below the panels, in two ways: wide, or one below the other. */
bool detail_blocks_are_wide(int rows, int columns);
int detail_block_rows(const struct detail *detail, int rows, int columns);	/* of a view of this size; 0: too small for them */
void detail_draw_blocks(struct view *view, const struct monitor_view *monitor, struct area area, bool wide);

#endif
