/*
 * The table of kinds, and which of them a target on the command line means.
 */
#include "kumatop/probe.h"

#include <assert.h>
#include <strings.h>

#include "kinds.h"
#include "kumatop/buf.h"
#include "kumatop/heap.h"
#include "kumatop/resolver.h"
#include "target.h"

const struct probe_kind *const probe_kinds[] = {
	&probe_http,
	&probe_tcp,
	&probe_ping,
	NULL,
};

const struct probe_kind *probe_kind_find(const char *name)
{
	for (size_t i = 0; probe_kinds[i] != NULL; i++)
		if (strcmp(probe_kinds[i]->kind.name, name) == 0)
			return probe_kinds[i];
	return NULL;
}

const struct probe_kind *probe_kind_of(const struct monitor_spec *spec)
{
	return (const struct probe_kind *)(const void *)spec->kind;
}

/* "https://" is the http kind with its scheme kept; of the others the scheme is the kind's name and no part of the target. */
static const struct probe_kind *kind_of_scheme(const char *scheme, size_t length, bool *keep)
{
	*keep = false;
	if (length == 5 && strncasecmp(scheme, "https", length) == 0) {
		*keep = true;
		return &probe_http;
	}
	for (size_t i = 0; probe_kinds[i] != NULL; i++) {
		const char *name = probe_kinds[i]->kind.name;
		if (strlen(name) != length || strncasecmp(scheme, name, length) != 0)
			continue;
		*keep = probe_kinds[i] == &probe_http;
		return probe_kinds[i];
	}
	return NULL;
}

static bool refuse_scheme(const char *text, size_t length, struct error *err)
{
	struct buf known;
	buf_init(&known, 512);
	buf_add_text(&known, "https://");
	for (size_t i = 0; probe_kinds[i] != NULL; i++)
		buf_print(&known, ", %s://", probe_kinds[i]->kind.name);
	error_set(err, EXIT_USAGE, "\"%.*s://\" is no kind of check: there are %s", (int)length, text, known.data);
	buf_finish(&known);
	return false;
}

static const struct probe_kind *kind_of_bare(const char *text)
{
	struct sockaddr_storage address;
	const char *colon = strrchr(text, ':');
	if (colon == NULL || address_read(text, &address))
		return &probe_ping;
	return &probe_tcp;
}

bool probe_target_parse(const char *text, const struct kind **kind, char **target, struct error *err)
{
	if (!target_is_plain(text, err))
		return false;
	const struct probe_kind *found;
	const char *separator = strstr(text, "://");
	char *rest;
	if (separator != NULL) {
		bool keep;
		size_t length = (size_t)(separator - text);
		found = kind_of_scheme(text, length, &keep);
		if (found == NULL)
			return refuse_scheme(text, length, err);
		rest = heap_text(keep ? text : separator + 3);
		/* "tcp://host:80/" is how browsers and people end it. */
		size_t end = strlen(rest);
		if (!keep && end > 0 && rest[end - 1] == '/')
			rest[end - 1] = '\0';
	} else {
		found = kind_of_bare(text);
		rest = heap_text(text);
	}
	bool good = found->kind.read_target(rest, target, err);
	if (good)
		*kind = &found->kind;
	free(rest);
	return good;
}

char *probe_target_name(const struct kind *kind, const char *target)
{
	(void)kind;
	const char *separator = strstr(target, "://");
	const char *name = separator != NULL ? separator + 3 : target;
	size_t length = strlen(name);
	if (separator != NULL && length > 0 && strchr(name, '/') == name + length - 1)
		length--;	/* nothing but a host: its slash tells nothing */
	if (length > SPEC_NAME_MOST)
		length = SPEC_NAME_MOST;
	while (length > 0 && length < strlen(name) && ((unsigned char)name[length] & 0xc0) == 0x80)
		length--;
	return heap_text_n(name, length);
}
