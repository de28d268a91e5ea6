/* What the forms of a report share; see sheet.h. */
#include "sheet.h"

#include <stdio.h>
#include <string.h>

#include "kumatop/text.h"
#include "kumatop/when.h"
#include "put.h"

const char sheet_legend[] = "= up  ~ degraded  ! failed, but not down  X down  m maintenance  ? not observed  . to come";

char *sheet_moment(int64_t us, char *out, size_t size)
{
	char text[40];

	moment_print(us, text, sizeof text);
	snprintf(out, size, "%.10s %.8s", text, strlen(text) > 11 ? text + 11 : "");
	return out;
}

char *sheet_date(int64_t us, char *out, size_t size)
{
	char text[40];

	snprintf(out, size, "%.10s", moment_print(us, text, sizeof text));
	return out;
}

char *sheet_percent(double part, char *out, size_t size)
{
	char text[32];

	if (part < 0)
		snprintf(out, size, "not observed");
	else
		snprintf(out, size, "%s %%", percent_print(part, 3, text, sizeof text));
	return out;
}

char *sheet_known(const struct amounts *amounts, char *out, size_t size)
{
	char text[32];

	snprintf(out, size, "%s %%", percent_print(amounts_known(amounts), 1, text, sizeof text));
	return out;
}

char *sheet_length(int64_t us, char *out, size_t size)
{
	if (us < 0)
		snprintf(out, size, "-");
	else
		length_print(us, out, size);
	return out;
}

char *sheet_latency(int64_t us, char *out, size_t size)
{
	if (us < 0)
		snprintf(out, size, "-");
	else
		snprintf(out, size, us < 100000 ? "%.1f ms" : "%.0f ms", (double)us / 1000);
	return out;
}

char *sheet_objective(const struct month_monitor *monitor, char *out, size_t size)
{
	double uptime = amounts_uptime(&monitor->uptime.amounts);

	if (!monitor->slo_ppm || uptime < 0)
		snprintf(out, size, "-");
	else
		snprintf(out, size, "%.6g %s", (double)monitor->slo_ppm / 10000, uptime * 1e6 >= (double)monitor->slo_ppm ? "met" : "missed");
	return out;
}

bool sheet_has_objectives(const struct month *report)
{
	for (size_t i = 0; i < report->count; i++)
		if (report->monitors[i].slo_ppm)
			return true;
	return false;
}

void sheet_caution(const struct month *report, const struct month_total *total, struct buf *out)
{
	char text[32];

	if (amounts_known(&total->amounts) < 1)
		buf_print(out, "%s of the time was observed; what was not is neither up nor down.", sheet_known(&total->amounts, text, sizeof text));
	if (total->unseen)
		buf_print(out, " %zu of %zu monitors %s not observed at all.", total->unseen, report->count, total->unseen == 1 ? "was" : "were");
}

char sheet_mark(enum state look)
{
	static const char marks[STATE_COUNT] = {
		[STATE_NEW] = '.', [STATE_UP] = '=', [STATE_DEGRADED] = '~', [STATE_PENDING] = '!', [STATE_DOWN] = 'X', [STATE_UNKNOWN] = '?',
		[STATE_MAINTENANCE] = 'm', [STATE_PAUSED] = '?',
	};

	return marks[look];
}

void sheet_cause(const struct incident *incident, struct buf *out)
{
	size_t before = out->length;

	add_reason(out, incident->outcome == OUTCOME_NONE ? -1 : incident->outcome, shared_read(incident->detail));
	if (out->length == before)
		buf_add_text(out, "its beginning was not kept");
	if (incident->acknowledged)
		buf_print(out, "%s%s", *shared_read(incident->who) ? ", acknowledged by " : ", acknowledged", shared_read(incident->who));
}
