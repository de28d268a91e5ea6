/*
 * One monitor: what the view knows and asks (detail.c), and how it is drawn (detail_draw.c).
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

struct detail {
	monitor_id id;
	enum detail_range range;
	int64_t back_us;	/* how far the graph is moved into the past */
	bool logarithmic;
	size_t columns;		/* as the last frame had room for */

	struct history_answer *series, *events;		/* NULL: not answered yet */
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
void detail_draw_outages(struct view *view, const struct monitor_view *monitor, struct area area);
void detail_draw_blocks(struct view *view, const struct monitor_view *monitor, struct area area, bool wide);

#endif
