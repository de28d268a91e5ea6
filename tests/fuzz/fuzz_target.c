/*
 * Any text as a target: a refusal says why in text that may be shown, and what is taken is kept in one form: clean, read back as
 * itself, with a name of its own, and good enough for a monitor.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/probe.h"
#include "kumatop/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fine)
{
	if (!fine)
		abort();
}

static void check_taken(const struct kind *kind, const char *target)
{
	struct error err = { 0 };
	char *again, *name;
	struct monitor_spec *spec;

	require(kind && *target && text_is_clean(target));
	require(kind->read_target(target, &again, &err) && strcmp(target, again) == 0);
	free(again);
	name = probe_target_name(kind, target);
	require(name && *name && text_is_clean(name));
	spec = spec_create(kind, name, target, &err);
	require(spec && strcmp(spec->target, target) == 0);
	require(spec_seal(spec, &err));
	spec_release(spec);
	free(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct kind *kind = NULL;
	struct error err = { 0 };
	char *text, *target = NULL;

	if (size > 1 << 14)
		return 0;
	text = heap_text_n((const char *)data, size);
	if (probe_target_parse(text, &kind, &target, &err)) {
		check_taken(kind, target);
		free(target);
	} else
		require(*err.text && text_is_clean(err.text));
	free(text);
	return 0;
}
