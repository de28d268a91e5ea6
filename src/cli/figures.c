/* Figures of many monitors; see figures.h. */
#include "figures.h"

#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

static bool is_chosen(const struct text_list *patterns, const char *name)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (strcmp(patterns->items[i], name) == 0 || text_glob(patterns->items[i], name))
			return true;
	return !patterns->count;
}

static int by_name(const void *a, const void *b)
{
	const struct roster_entry *left = *(const struct roster_entry *const *)a, *right = *(const struct roster_entry *const *)b;
	int order = strcmp(left->name, right->name);

	return order ? order : left->id < right->id ? -1 : left->id > right->id;
}

void chosen_find(struct chosen *chosen, const struct roster *roster, const struct text_list *patterns)
{
	*chosen = (struct chosen){ .entries = heap_zero(roster->count + 1, sizeof(struct roster_entry *)) };
	for (size_t i = 0; i < roster->count; i++)
		if (is_chosen(patterns, roster->entries[i].name))
			chosen->entries[chosen->count++] = &roster->entries[i];
	if (chosen->count > 1)
		qsort(chosen->entries, chosen->count, sizeof(struct roster_entry *), by_name);
}

void chosen_finish(struct chosen *chosen)
{
	free(chosen->entries);
	*chosen = (struct chosen){ 0 };
}

static void fill_latencies(struct uptime *uptime, const struct summary *summary)
{
	if (!summary->answers)
		return;
	uptime->mean_us = (summary->latency_sum_us + summary->answers / 2) / summary->answers;
	uptime->p50_us = summary_quantile_us(summary, 0.50);
	uptime->p90_us = summary_quantile_us(summary, 0.90);
	uptime->p95_us = summary_quantile_us(summary, 0.95);
	uptime->p99_us = summary_quantile_us(summary, 0.99);
}

static size_t known_ids(const struct chosen *chosen, monitor_id **ids)
{
	size_t count = 0;

	*ids = heap_zero(chosen->count + 1, sizeof **ids);
	for (size_t i = 0; i < chosen->count; i++)
		if (chosen->entries[i]->id)
			(*ids)[count++] = chosen->entries[i]->id;
	return count;
}

struct place {
	monitor_id id;
	size_t at;
};

static int by_id(const void *a, const void *b)
{
	const struct place *left = a, *right = b;

	return left->id < right->id ? -1 : left->id > right->id;
}

/* Which record of a window is whose, in the order in which summaries come. */
struct sharing {
	struct figures *figures;
	struct place *places;
	size_t window, next;
};

static void take_summary(struct uptime *uptime, const struct summary *summary)
{
	uptime->amounts = summary->amounts;
	fill_latencies(uptime, summary);
}

static bool share_out(void *arg, monitor_id monitor, const struct summary *summary)
{
	struct sharing *sharing = arg;
	const struct figures *figures = sharing->figures;

	while (sharing->places[sharing->next].id != monitor)
		sharing->next++;
	take_summary(&figures->records[sharing->places[sharing->next].at * figures->window_count + sharing->window].uptime, summary);
	return true;
}

/* All monitors in one go, which is only as exact as five minutes where an edge cuts them: so of windows that cut none. */
static bool read_board(struct figures *figures, struct archive *archive, size_t window, struct error *err)
{
	struct sharing sharing = { .figures = figures, .window = window };
	monitor_id *ids;
	size_t count = known_ids(&figures->chosen, &ids);
	bool fine;

	sharing.places = heap_zero(figures->chosen.count + 1, sizeof *sharing.places);
	for (size_t i = 0; i < figures->chosen.count; i++)
		sharing.places[i] = (struct place){ figures->chosen.entries[i]->id, i };
	if (figures->chosen.count > 1)
		qsort(sharing.places, figures->chosen.count, sizeof *sharing.places, by_id);
	fine = archive_summaries(archive, ids, count, figures->windows[window].from_us, figures->windows[window].to_us, share_out, &sharing, err);
	free(sharing.places);
	free(ids);
	return fine;
}

static bool read_each(struct figures *figures, struct archive *archive, size_t window, struct error *err)
{
	const struct window *of = &figures->windows[window];

	for (size_t i = 0; i < figures->chosen.count; i++) {
		struct summary summary = { 0 };

		if (!figures->chosen.entries[i]->id)
			continue;
		if (!archive_summary(archive, figures->chosen.entries[i]->id, of->from_us, of->to_us, &summary, err))
			return false;
		take_summary(&figures->records[i * figures->window_count + window].uptime, &summary);
		summary_finish(&summary);
	}
	return true;
}

static bool cuts_five_minutes(const struct window *window)
{
	return window->from_us % rollup_length_us(ROLLUP_5MIN) || window->to_us % rollup_length_us(ROLLUP_5MIN);
}

static bool read_window(struct figures *figures, struct archive *archive, size_t window, struct error *err)
{
	const struct window *of = &figures->windows[window];

	for (size_t i = 0; i < figures->chosen.count; i++) {
		struct uptime_record *record = &figures->records[i * figures->window_count + window];

		record->name = figures->chosen.entries[i]->name;
		record->uptime = (struct uptime){ .window = *of, .mean_us = -1, .p50_us = -1, .p90_us = -1, .p95_us = -1, .p99_us = -1 };
		record->uptime.amounts.us[TIME_UNKNOWN] = of->to_us - of->from_us;
	}
	if (figures->chosen.count > 1 && !cuts_five_minutes(of))
		return read_board(figures, archive, window, err);
	return read_each(figures, archive, window, err);
}

static bool read_amounts(struct archive *archive, monitor_id id, int64_t from_us, int64_t to_us, struct amounts *amounts, struct error *err)
{
	struct summary summary = { 0 };

	*amounts = (struct amounts){ 0 };
	if (!id)
		return true;
	if (!archive_summary(archive, id, from_us, to_us, &summary, err))
		return false;
	*amounts = summary.amounts;
	summary_finish(&summary);
	return true;
}

static bool account_for(struct archive *archive, const struct roster_entry *entry, int64_t to_us, struct slo_account *account, struct error *err)
{
	const struct spec_common *common = entry->spec ? &entry->spec->common : NULL;
	struct amounts amounts, late;

	*account = (struct slo_account){ 0 };
	if (!common || !common->slo_ppm)
		return true;
	if (!read_amounts(archive, entry->id, to_us - common->slo_window_ms * 1000, to_us, &amounts, err)
	    || !read_amounts(archive, entry->id, to_us - HOUR_US, to_us, &late, err))
		return false;
	*account = slo_account(common->slo_ppm, common->slo_window_ms * 1000, &amounts, &late);
	return true;
}

/* Incidents come ordered by name, and so are the monitors: the place is sought from where the last one was. */
struct counting {
	struct figures *figures;
	size_t at;
};

static bool count_incident(void *arg, const char *name, const struct incident *incident)
{
	struct counting *counting = arg;
	struct figures *figures = counting->figures;
	const struct chosen *chosen = &figures->chosen;

	for (size_t tried = 0; tried < chosen->count && chosen->entries[counting->at]->id != incident->monitor; tried++)
		counting->at = (counting->at + 1) % chosen->count;
	if (!chosen->count || chosen->entries[counting->at]->id != incident->monitor)
		return true;
	for (size_t w = 0; w < figures->window_count; w++)
		incident_count(&figures->records[counting->at * figures->window_count + w].uptime.outages, incident, figures->windows[w].from_us,
		    figures->windows[w].to_us);
	return true;
}

static bool count_incidents(struct figures *figures, struct archive *archive, const struct text_list *patterns, struct error *err)
{
	struct archive_range range = {
		.patterns = (const char *const *)patterns->items, .pattern_count = patterns->count, .from_us = INT64_MAX, .to_us = INT64_MIN,
	};
	struct counting counting = { .figures = figures };

	for (size_t w = 0; w < figures->window_count; w++) {
		if (figures->windows[w].from_us < range.from_us)
			range.from_us = figures->windows[w].from_us;
		if (figures->windows[w].to_us > range.to_us)
			range.to_us = figures->windows[w].to_us;
	}
	return archive_incidents(archive, &range, count_incident, &counting, err);
}

bool figures_read(struct figures *figures, const struct hindsight *hindsight, const struct text_list *patterns, const struct window *windows,
    size_t window_count, struct error *err)
{
	*figures = (struct figures){ .windows = windows, .window_count = window_count };
	chosen_find(&figures->chosen, &hindsight->roster, patterns);
	figures->records = heap_zero(figures->chosen.count * window_count + 1, sizeof *figures->records);
	for (size_t w = 0; w < window_count; w++)
		if (!read_window(figures, hindsight->archive, w, err))
			return false;
	return count_incidents(figures, hindsight->archive, patterns, err);
}

bool figures_account(struct figures *figures, const struct hindsight *hindsight, struct error *err)
{
	for (size_t i = 0; i < figures->chosen.count; i++) {
		struct slo_account account;

		if (!account_for(hindsight->archive, figures->chosen.entries[i], figures->windows[0].to_us, &account, err))
			return false;
		for (size_t w = 0; w < figures->window_count; w++)
			figures->records[i * figures->window_count + w].uptime.slo = account;
	}
	return true;
}

void figures_finish(struct figures *figures)
{
	free(figures->records);
	chosen_finish(&figures->chosen);
	*figures = (struct figures){ 0 };
}

bool figures_is_shown(const struct figures *figures, size_t at, const struct text_list *patterns)
{
	const struct roster_entry *entry = figures->chosen.entries[at];

	if (entry->spec || text_list_has(patterns, entry->name))
		return true;
	for (size_t w = 0; w < figures->window_count; w++)
		if (amounts_known(&figures->records[at * figures->window_count + w].uptime.amounts) > 0)
			return true;
	return false;
}
