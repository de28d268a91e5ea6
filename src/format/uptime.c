/* Uptime as a table and as JSON: `uptime`. */
#include "kumatop/format.h"

#include <stdlib.h>

#include "kumatop/json.h"
#include "kumatop/text.h"
#include "kumatop/when.h"
#include "put.h"
#include "table.h"

static const char *const heads[] = {
	"MONITOR", "WINDOW", "UPTIME%", "KNOWN%", "DOWN", "OUTAGES", "MTTR", "MTBF", "MEAN", "P50", "P90", "P95", "P99",
	"SLO%", "BUDGET", "LEFT", "BURN",
};

enum { COLUMNS = sizeof heads / sizeof *heads, SLO_COLUMNS = 4 };

static void fill_length(struct table *table, int64_t us)
{
	char text[32];

	table_add(table, us < 0 ? "-" : length_print(us, text, sizeof text), 0);
}

static void fill_latency(struct table *table, int64_t us)
{
	if (us < 0)
		table_add(table, "-", 0);
	else if (us < 100000)
		table_print_cell(table, "%.1f", (double)us / 1000);
	else
		table_print_cell(table, "%.0f", (double)us / 1000);
}

static void fill_objective(struct table *table, const struct slo_account *account)
{
	char text[32];

	if (!account->target_ppm) {
		for (int i = 0; i < SLO_COLUMNS; i++)
			table_add(table, "-", 0);
		return;
	}
	table_print_cell(table, "%.6g", (double)account->target_ppm / 10000);
	fill_length(table, account->budget_us);
	if (account->observed)
		table_print_cell(table, "%s%s", account->left_us < 0 ? "-" : "", length_print(llabs(account->left_us), text, sizeof text));
	else
		table_add(table, "-", 0);
	if (account->burn_rate < 0)
		table_add(table, "-", 0);
	else
		table_print_cell(table, "%.1f", account->burn_rate);
}

static void fill_row(struct table *table, const struct uptime_record *record)
{
	const struct uptime *uptime = &record->uptime;
	const struct amounts *amounts = &uptime->amounts;
	bool observed = amounts_uptime(amounts) >= 0;
	char text[32];

	table_add(table, record->name, TABLE_NAME_CELLS_MOST);
	table_add(table, uptime->window.label, 0);
	table_add(table, percent_print(amounts_uptime(amounts), 3, text, sizeof text), 0);
	table_add(table, percent_print(amounts_known(amounts), 1, text, sizeof text), 0);
	fill_length(table, observed ? amounts->us[TIME_DOWN] : -1);
	table_print_cell(table, "%lld", (long long)uptime->outages.count);
	fill_length(table, incident_mttr_us(&uptime->outages));
	fill_length(table, incident_mtbf_us(&uptime->outages, amounts->us[TIME_UP]));
	fill_latency(table, uptime->mean_us);
	fill_latency(table, uptime->p50_us);
	fill_latency(table, uptime->p90_us);
	fill_latency(table, uptime->p95_us);
	fill_latency(table, uptime->p99_us);
	if (table->columns == COLUMNS)
		fill_objective(table, &uptime->slo);
}

void format_uptime_text(struct buf *out, const struct uptime_record *records, size_t count)
{
	size_t columns = COLUMNS - SLO_COLUMNS;
	struct table table;

	for (size_t i = 0; i < count; i++)
		if (records[i].uptime.slo.target_ppm)
			columns = COLUMNS;
	table_init(&table, heads, columns, ~UINT32_C(3));
	for (size_t i = 0; i < count; i++)
		fill_row(&table, &records[i]);
	table_write(&table, out);
	table_finish(&table);
}

static void put_latency(struct json *object, const char *key, int64_t us)
{
	if (us < 0)
		json_put_null(object, key);
	else
		json_put_real(object, key, (double)us / 1000.0);
}

static void put_amounts(struct json *object, const struct amounts *amounts)
{
	static const struct { const char *key; enum time_class time_class; } members[] = {
		{ "up_s", TIME_UP }, { "down_s", TIME_DOWN }, { "pending_s", TIME_PENDING }, { "maintenance_s", TIME_MAINTENANCE },
		{ "unknown_s", TIME_UNKNOWN },
	};
	double uptime = amounts_uptime(amounts);
	int64_t ms[TIME_CLASS_COUNT];

	amounts_round_ms(amounts, ms);
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		put_seconds(object, members[i].key, ms[members[i].time_class] * 1000);
	if (uptime >= 0)
		json_put_real(object, "uptime", uptime);
	else
		json_put_null(object, "uptime");
}

/* Only monitors that have an objective have these members. */
static void put_objective(struct json *object, const struct slo_account *account)
{
	int64_t left_ms = account->left_us / 1000;

	if (!account->target_ppm)
		return;
	json_put_real(object, "slo", (double)account->target_ppm / 10000);
	put_seconds(object, "budget_s", account->budget_us);
	if (account->observed)
		json_put_real(object, "budget_left_s", (double)left_ms / 1000);
	else
		json_put_null(object, "budget_left_s");
	if (account->burn_rate < 0)
		json_put_null(object, "burn_rate");
	else
		json_put_real(object, "burn_rate", account->burn_rate);
}

void format_uptime_json(struct buf *out, const struct uptime_record *record)
{
	const struct uptime *uptime = &record->uptime;
	struct json *object = json_new_object();
	char text[40];

	json_put_text(object, "monitor", record->name);
	json_put_text(object, "window", uptime->window.label);
	json_put_text(object, "from", moment_print(uptime->window.from_us, text, sizeof text));
	json_put_text(object, "to", moment_print(uptime->window.to_us, text, sizeof text));
	put_amounts(object, &uptime->amounts);
	json_put_integer(object, "incidents", uptime->outages.count);
	put_seconds(object, "mttr_s", incident_mttr_us(&uptime->outages));
	put_seconds(object, "mtbf_s", incident_mtbf_us(&uptime->outages, uptime->amounts.us[TIME_UP]));
	put_latency(object, "mean_ms", uptime->mean_us);
	put_latency(object, "p50_ms", uptime->p50_us);
	put_latency(object, "p90_ms", uptime->p90_us);
	put_latency(object, "p95_ms", uptime->p95_us);
	put_latency(object, "p99_ms", uptime->p99_us);
	put_objective(object, &uptime->slo);
	json_print(object, out);
	buf_add_char(out, '\n');
	json_free(object);
}
