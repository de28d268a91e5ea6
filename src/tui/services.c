/*
 * What views get from the screen without knowing it: the picture, the time, the board.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tui.h"

#include "kumatop/text.h"

const struct snapshot *tui_snapshot(const struct tui *tui)
{
	return tui->snapshot;
}

int64_t tui_now_us(const struct tui *tui)
{
	if (tui->travel.shown_us)
		return tui->travel.shown_us;
	return tui->frozen ? tui->frozen_us : tui->now_us;
}

int64_t tui_clock_us(const struct tui *tui)
{
	return tui->travel.shown_us ? tui->travel.shown_us : tui->now_us;
}

int64_t tui_events_until_us(const struct tui *tui)
{
	if (tui->travel.shown_us)
		return tui->travel.shown_us + 1;
	return tui->frozen ? tui->frozen_us : INT64_MAX;
}

char *tui_print_frozen(const struct tui *tui, char *out, size_t size)
{
	char when[32];

	snprintf(out, size, "FROZEN since %s, Z goes on", tui_time(tui, tui->frozen_us, "%H:%M:%S", when, sizeof when));
	return out;
}

int64_t tui_past_us(const struct tui *tui)
{
	return tui->travel.shown_us;
}

bool tui_is_utc(const struct tui *tui)
{
	return tui->utc;
}

/* The format is checked where this is called: the header says it is one of strftime(3). */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

char *tui_time(const struct tui *tui, int64_t us, const char *format, char *out, size_t size)
{
	time_t seconds = (time_t)(us / SECOND_US);
	struct tm parts;

	if (!tui->utc)
		return moment_print_local(us, format, out, size);
	out[0] = '\0';
	if (!gmtime_r(&seconds, &parts)) {
		text_copy(out, size, "?");
		return out;
	}
	parts.tm_zone = "UTC";	/* the C library says GMT */
	if (strftime(out, size, format, &parts) == 0)
		text_copy(out, size, "?");
	return out;
}

#pragma GCC diagnostic pop

const struct board *tui_board(const struct tui *tui)
{
	return tui->board;
}

const struct screen_settings *tui_settings(const struct tui *tui)
{
	return &tui->settings;
}

const struct theme *tui_theme(const struct tui *tui)
{
	return &tui->theme;
}

uint64_t tui_submit(struct tui *tui, struct command *command)
{
	struct error err;

	command->ticket = ++tui->ticket;
	text_copy(command->who, sizeof command->who, tui->who);
	command->reply = post_reply;
	if (tui->board->submit(tui->board->arg, command, &err))
		return tui->ticket;
	tui_toast(tui, TOAST_ERROR, "%s", err.text);
	return 0;
}

uint64_t tui_ask(struct tui *tui, const struct history_query *query, struct error *err)
{
	struct history_query asked = *query;

	asked.ticket = ++tui->ticket;
	return tui->board->ask(tui->board->arg, &asked, post_answer, NULL, err) ? asked.ticket : 0;
}

void tui_dirty(struct tui *tui)
{
	tui->dirty = true;
}

void tui_draw_in(struct tui *tui, int ms)
{
	struct mono at = mono_add_ms(tui->now, ms);

	if (!tui->data_dirty || mono_between_us(at, tui->data_at) > 0)
		tui->data_at = at;
	tui->data_dirty = true;
}
