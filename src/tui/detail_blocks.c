/*
 * What only a large detail view has room for: outages, the certificate, what the first failure showed. Says what was observed,
 * and where there is nothing, that there is nothing.
 */
#include "detail.h"

#include <stdio.h>
#include <string.h>

#include "line.h"
#include "why.h"

#include "kumatop/shared.h"
#include "kumatop/text.h"

enum {
	WIDE_COLUMNS = 118, WIDE_ROWS = 38, WIDE_BLOCK_ROWS = 9, WIDE_MORE_ROWS = 14, WIDE_MORE_FROM_ROWS = 50,
	STACK_COLUMNS = 70, STACK_ROWS = 44, STACK_EVENT_ROWS = 6, STACK_OUTAGE_ROWS = 6, STACK_EVIDENCE_ROWS = 6,
	EVIDENCE_LEFT = 70, CERT_ROWS = 4, LAST_WITHOUT_CERT_ROWS = 5, BODY_ROWS = 3,
};

bool detail_blocks_are_wide(int rows, int columns)
{
	return columns >= WIDE_COLUMNS && rows >= WIDE_ROWS;
}

int detail_block_rows(const struct detail *detail, int rows, int columns)
{
	if (detail_blocks_are_wide(rows, columns))
		return rows >= WIDE_MORE_FROM_ROWS ? WIDE_MORE_ROWS : WIDE_BLOCK_ROWS;
	if (columns < STACK_COLUMNS || rows < STACK_ROWS + (detail->beside ? 0 : STACK_EVENT_ROWS))
		return 0;
	return STACK_OUTAGE_ROWS + STACK_EVIDENCE_ROWS;
}

static void draw_cert(struct view *view, const struct monitor_view *monitor, struct area area)
{
	int64_t left_us = monitor->cert_expires_us - tui_now_us(view->tui);
	char text[96], age[32];

	paint_rule(area, 0, ROLE_TEXT_DIM, "certificate");
	if (!monitor->cert_expires_us) {
		paint_text(area, 1, 1, ROLE_TEXT_DIM, "none was seen");
		return;
	}
	age_print(left_us < 0 ? -left_us : left_us, age, sizeof age);
	paint_print(area, 1, 1, detail_cert_role(monitor, left_us), left_us < 0 ? "expired %s ago" : "%s left", age);
	paint_print(area, 2, 1, ROLE_TEXT, "until %s", tui_time(view->tui, monitor->cert_expires_us, "%F %T %Z", text, sizeof text));
	if (monitor->spec->common.cert_warn_ms > 0)
		paint_print(area, 3, 1, ROLE_TEXT_DIM, "warns when less than %s are left", duration_print(monitor->spec->common.cert_warn_ms, text, sizeof text));
}

static int count_lines(const char *text)
{
	int lines = *text != '\0';

	for (; *text; text++)
		lines += *text == '\n' && text[1];
	return lines;
}

/* At most `most` rows of text; returns the rows used. Blank lines take none. */
static int draw_lines(struct area area, int y, int most, const char *text, const char *end)
{
	int used = 0;

	while (text < end && used < most) {
		size_t length = strcspn(text, "\n");

		if (length > (size_t)(end - text))
			length = (size_t)(end - text);
		if (length) {
			char line[512];

			text_sanitize(line, sizeof line, text, length < sizeof line ? length : sizeof line - 1);
			paint_text(area, y + used++, 1, ROLE_TEXT, line);
		}
		text += length + 1;
	}
	return used;
}

/* Of a long answer the end of its head gives way to the beginning of its body. */
static void draw_evidence(const struct monitor_view *monitor, struct area area)
{
	const char *evidence = shared_read(monitor->evidence), *head = why_answer(evidence), *body = why_answer_body(evidence);
	const char *end = head + strlen(head);
	int rows = area.rows - 1, body_rows = count_lines(body), y = 1;

	paint_rule(area, 0, ROLE_TEXT_DIM, monitor->standing.incident_open ? "first failure of the open incident" : "when it last began to fail");
	if (!*evidence) {
		paint_text(area, 1, 1, ROLE_TEXT_DIM, "no evidence of a failure is kept");
		return;
	}
	if (body_rows > BODY_ROWS)
		body_rows = BODY_ROWS;
	y += draw_lines(area, y, *body ? rows - body_rows : rows, head, *body ? body : end);
	if (*body)
		draw_lines(area, y, area.rows - y, body, end);
}

void detail_draw_blocks(struct view *view, const struct monitor_view *monitor, struct area area, bool wide)
{
	int side = area.columns - EVIDENCE_LEFT;

	if (!wide) {
		detail_draw_outages(view, area_part(area, 0, 0, STACK_OUTAGE_ROWS, area.columns));
		draw_evidence(monitor, area_part(area, STACK_OUTAGE_ROWS, 0, area.rows - STACK_OUTAGE_ROWS, area.columns));
		return;
	}
	draw_evidence(monitor, area_part(area, 0, 0, area.rows, EVIDENCE_LEFT));
	detail_draw_last(view, monitor, area_part(area, 0, EVIDENCE_LEFT, LAST_WITHOUT_CERT_ROWS, side), false);
	draw_cert(view, monitor, area_part(area, LAST_WITHOUT_CERT_ROWS, EVIDENCE_LEFT, CERT_ROWS, side));
}
