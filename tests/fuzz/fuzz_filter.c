/*
 * Any text as a filter: a refusal says why in text that may be shown; what is taken judges every monitor the same way each time,
 * and saying a thing twice changes nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/filter.h"
#include "kumatop/heap.h"
#include "kumatop/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NOW = 1700000000 };

static void require(bool fine)
{
	if (!fine)
		abort();
}

static const struct kind kind = { .name = "http", .summary = "a web page", .target_form = "https://host/" };

/* Monitors unlike each other: one with everything set, one with nothing known. */
static void make_views(struct monitor_view views[2], struct monitor_spec specs[2])
{
	static char name[] = "website", target[] = "https://example.com/", group[] = "shop", nothing[] = "";
	static char prod[] = "prod", db[] = "db", *tags[] = { prod, db };

	memset(views, 0, 2 * sizeof *views);
	memset(specs, 0, 2 * sizeof *specs);
	specs[0].name = name;
	specs[0].target = target;
	specs[1].name = specs[1].target = nothing;
	specs[0].kind = specs[1].kind = &kind;
	specs[0].common.group = group;
	specs[0].common.tags.items = tags;
	specs[0].common.tags.count = 2;
	views[0].spec = &specs[0];
	views[1].spec = &specs[1];
	views[0].id = 7;
	views[0].has_result = true;
	views[0].last_us = NOW * INT64_C(1000000) - 5;
	views[0].cert_expires_us = NOW * INT64_C(1000000) + 86400;
	for (int i = 0; i < PHASE_COUNT; i++) {
		views[0].phase_us[i] = 1000 * i;
		views[1].phase_us[i] = -1;
	}
	view_add_mark(&views[0], STATE_UP, 1234);
}

static bool takes(const struct filter *filter, const struct monitor_view *view)
{
	bool first = filter_takes(filter, view, NOW * INT64_C(1000000));

	require(first == filter_takes(filter, view, NOW * INT64_C(1000000)));
	return first;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct monitor_view views[2];
	struct monitor_spec specs[2];
	struct error err = { 0 };
	struct filter *filter, *twice = NULL;
	char *text, *doubled;
	int i;

	if (size > 4096)
		return 0;
	text = heap_text_n((const char *)data, size);
	filter = filter_create(text, &err);
	if (filter) {
		make_views(views, specs);
		doubled = heap_print("%s %s", text, text);
		if (!strchr(text, '"'))		/* one that is not closed goes on in the next */
			twice = filter_create(doubled, NULL);
		for (i = 0; i < 2; i++) {
			bool taken = takes(filter, &views[i]);
			require(!twice || takes(twice, &views[i]) == taken);
		}
		free(doubled);
	} else
		require(*err.text && text_is_clean(err.text));
	filter_destroy(twice);
	filter_destroy(filter);
	free(text);
	return 0;
}
