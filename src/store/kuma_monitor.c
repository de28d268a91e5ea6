/*
 * A monitor of Uptime Kuma as one of kumatop: its columns as settings. What a setting may be is the table's of its kind; here is only what
 * a column is called there. What has no place there is said.
 */
#include "kuma.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/json.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

#include "rows.h"

enum { SETTINGS_MOST = 40, DEPTH_MOST = 20, JSON_DEPTH_MOST = 8 };

/* A monitor in the making; its texts are owned. */
struct draft {
	struct kuma *kuma;
	sqlite3_stmt *row;
	const struct kuma_monitor *monitor;
	char *target, *untaken;
	struct import_setting settings[SETTINGS_MOST];
	struct text_list values[SETTINGS_MOST];
	size_t count;
	struct text_list notes;
};

static void append(struct text_list *list, char *text)
{
	list->items = heap_resize(list->items, list->count + 1, sizeof(char *));
	list->items[list->count++] = text;
}

static void __attribute__((format(printf, 2, 3))) note(struct draft *draft, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	append(&draft->notes, heap_text(text));
}

/* A new setting; its value is to be appended. */
static struct text_list *set_list(struct draft *draft, const char *section, const char *name, bool is_list)
{
	draft->settings[draft->count] = (struct import_setting){ .section = section, .name = name, .is_list = is_list };
	return &draft->values[draft->count++];
}

static void set(struct draft *draft, const char *section, const char *name, const char *value)
{
	append(set_list(draft, section, name, false), heap_text(value));
}

static void set_if(struct draft *draft, const char *section, const char *name, const char *column)
{
	const char *value = kuma_text(draft->row, column);

	if (*value)
		set(draft, section, name, value);
}

static void set_number(struct draft *draft, const char *name, int64_t number)
{
	char text[32];

	snprintf(text, sizeof text, "%" PRId64, number);
	set(draft, NULL, name, text);
}

static void set_duration(struct draft *draft, const char *name, int64_t ms)
{
	char text[32];

	set(draft, NULL, name, duration_print(ms, text, sizeof text));
}

static bool has_header(const struct text_list *headers, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < headers->count; i++)
		if (sqlite3_strnicmp(headers->items[i], name, (int)length) == 0 && headers->items[i][length] == ':')
			return true;
	return false;
}

/* Kuma's headers are an object of JSON. What they hold is a secret now and then, and is not repeated. */
static void draft_headers(struct draft *draft)
{
	const char *text = kuma_text(draft->row, "headers"), *encoding = kuma_text(draft->row, "http_body_encoding");
	struct json *object = *text ? json_parse(text, strlen(text), JSON_DEPTH_MOST, NULL) : NULL;
	struct text_list headers = { 0 };

	if (*text && !object)
		note(draft, "headers: they are no JSON: none is taken");
	for (size_t i = 0; json_key(object, i); i++) {
		const char *name = json_key(object, i), *value = json_get_text(object, name);
		int64_t number;

		if (value)
			append(&headers, heap_print("%s: %s", name, value));
		else if (json_get_integer(object, name, &number))
			append(&headers, heap_print("%s: %" PRId64, name, number));
		else
			note(draft, "headers: the value of %.100s is no text: it is left out", name);
	}
	json_free(object);
	if (*kuma_text(draft->row, "body") && !has_header(&headers, "Content-Type")) {
		if (strcmp(encoding, "xml") == 0)
			append(&headers, heap_text("Content-Type: text/xml; charset=utf-8"));
		else if (strcmp(encoding, "form") == 0)
			append(&headers, heap_text("Content-Type: application/x-www-form-urlencoded"));
	}
	if (headers.count > 0)
		*set_list(draft, NULL, "headers", true) = headers;
}

static void draft_statuses(struct draft *draft)
{
	const char *text = kuma_text(draft->row, "accepted_statuscodes_json");
	struct json *array = *text ? json_parse(text, strlen(text), JSON_DEPTH_MOST, NULL) : NULL;
	struct text_list statuses = { 0 };

	for (size_t i = 0; i < json_count(array); i++)
		if (json_read_text(json_at(array, i)))
			append(&statuses, heap_text(json_read_text(json_at(array, i))));
	json_free(array);
	if (statuses.count > 0)
		*set_list(draft, "expect", "status", true) = statuses;
	else if (*text)
		note(draft, "accepted_statuscodes_json: it is no list of statuses: 200-299 is taken");
}

static void draft_authentication(struct draft *draft)
{
	const char *method = kuma_text(draft->row, "auth_method");

	if (strcmp(method, "bearer") == 0) {
		set_if(draft, NULL, "token", "bearer_token");
	} else if (*method && strcmp(method, "basic") != 0) {
		note(draft, "authentication by %.40s: kumatop has none", method);
	} else {
		set_if(draft, NULL, "user", "basic_auth_user");
		set_if(draft, NULL, "password", "basic_auth_pass");
	}
}

static void draft_http(struct draft *draft)
{
	const char *method = kuma_text(draft->row, "method"), *body = kuma_text(draft->row, "body");
	bool keyword = strcmp(draft->monitor->type, "keyword") == 0, secure;

	draft->target = heap_text(kuma_text(draft->row, "url"));
	secure = sqlite3_strnicmp(draft->target, "https:", 6) == 0;
	if (*method && (*body || strcmp(method, "GET") != 0))
		set(draft, NULL, "method", method);
	if (*body)
		set(draft, NULL, "body", body);
	draft_headers(draft);
	draft_statuses(draft);
	draft_authentication(draft);
	if (keyword)
		set_if(draft, "expect", kuma_number(draft->row, "invert_keyword", 0) ? "body_not" : "body", "keyword");
	if (kuma_number(draft->row, "ignore_tls", 0))
		set(draft, NULL, "verify", "false");
	/* Kuma tells when a certificate is about to lapse, or not at all. */
	if (secure && !kuma_number(draft->row, "expiry_notification", 1))
		set(draft, NULL, "cert_warn", "0");
	set_number(draft, "follow", kuma_number(draft->row, "maxredirects", 10));
	if (*kuma_text(draft->row, "tls_ca") || *kuma_text(draft->row, "tls_cert"))
		note(draft, "its own certificates: write the authorities into a file and name it as ca_file");
	if (kuma_number(draft->row, "proxy_id", 0))
		note(draft, "its proxy: kumatop has none yet");
	if (kuma_number(draft->row, "cache_bust", 0))
		note(draft, "a changing parameter in its address: kumatop sends none");
}

static void draft_tcp(struct draft *draft)
{
	const char *host = kuma_text(draft->row, "hostname");
	bool six = strchr(host, ':') != NULL && *host != '[';

	draft->target = heap_print("tcp://%s%s%s:%" PRId64, six ? "[" : "", host, six ? "]" : "", kuma_number(draft->row, "port", 0));
}

static void draft_ping(struct draft *draft)
{
	int64_t count = kuma_number(draft->row, "ping_count", 1), size = kuma_number(draft->row, "packet_size", 56);

	draft->target = heap_print("ping://%s", kuma_text(draft->row, "hostname"));
	if (count > 0)
		set_number(draft, "count", count);
	if (size > 0 && size != 56)
		set_number(draft, "size", size);
}

/* Kuma's kinds: those that kumatop has, and of some others why not. */
static const struct {
	const char *type;
	void (*make)(struct draft *draft);
	const char *untaken;
} kinds[] = {
	{ "http", draft_http, NULL },
	{ "keyword", draft_http, NULL },
	{ "port", draft_tcp, NULL },
	{ "ping", draft_ping, NULL },
	{ "group", NULL, "a group: it becomes the group of its monitors" },
	{ "json-query", NULL, "kumatop does not look into JSON yet" },
	{ "dns", NULL, "kumatop has no checks of name servers yet" },
	{ "push", NULL, "kumatop takes no heartbeats yet" },
	{ "docker", NULL, "kumatop has no checks of containers" },
	{ "real-browser", NULL, "kumatop runs no browser" },
	{ "manual", NULL, "kumatop checks by itself" },
};

static void draft_kind(struct draft *draft)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(kinds[i].type, draft->monitor->type) != 0)
			continue;
		if (kinds[i].make)
			kinds[i].make(draft);
		else
			draft->untaken = heap_text(kinds[i].untaken);
		return;
	}
	draft->untaken = heap_print("kumatop has no checks of the kind \"%.40s\"", draft->monitor->type);
}

static const struct kuma_monitor *find_monitor(const struct kuma *kuma, int64_t id)
{
	for (size_t i = 0; i < kuma->count; i++)
		if (kuma->monitors[i].id == id)
			return &kuma->monitors[i];
	return NULL;
}

/* A text that a person typed, as one plain line. Heap. */
static char *clean_line(const char *text)
{
	size_t size = strlen(text) * 3 + 1, from, length;
	char *clean = heap_zero(size, 1);

	length = text_sanitize(clean, size, text, strlen(text));
	while (length > 0 && clean[length - 1] == ' ')
		clean[--length] = '\0';
	from = strspn(clean, " ");
	memmove(clean, clean + from, length - from + 1);
	return clean;
}

/* "Shop/Payments"; a group that is in itself ends there. */
static void draft_group(struct draft *draft)
{
	const struct kuma_monitor *group = find_monitor(draft->kuma, draft->monitor->parent), *below = NULL;
	char *path = NULL;

	for (int depth = 0; group && group != below && depth < DEPTH_MOST; depth++) {
		char *name = clean_line(group->name), *longer = path ? heap_print("%s/%s", name, path) : heap_text(name);

		free(name);
		free(path);
		path = longer;
		below = group;
		group = find_monitor(draft->kuma, group->parent);
	}
	if (path && *path)
		set(draft, NULL, "group", path);
	free(path);
}

/* A tag is one word here. */
static void add_tag(struct draft *draft, struct text_list *tags, const char *name, const char *value)
{
	char *raw = *value ? heap_print("%s:%s", name, value) : heap_text(name), *tag = clean_line(raw);
	bool changed = false;

	for (char *c = tag; *c; c++) {
		if (!strchr(" ,|\"", *c))
			continue;
		*c = '_';
		changed = true;
	}
	if (changed)
		note(draft, "tags: \"%.100s\" becomes \"%.100s\"", raw, tag);
	free(raw);
	if (*tag && !text_list_has(tags, tag))
		append(tags, tag);
	else
		free(tag);
}

/* Two columns of what belongs to the monitor; NULL: there is no such thing. */
static sqlite3_stmt *look_up(struct draft *draft, const char *table, const char *sql)
{
	sqlite3_stmt *row = kuma_has_table(draft->kuma, table) ? kuma_prepare(draft->kuma, sql, NULL) : NULL;

	if (row && sqlite3_bind_int64(row, 1, draft->monitor->id) == SQLITE_OK)
		return row;
	sqlite3_finalize(row);
	return NULL;
}

static void draft_tags(struct draft *draft)
{
	sqlite3_stmt *row = look_up(draft, "monitor_tag", "SELECT t.name, m.value FROM monitor_tag m JOIN tag t ON t.id = m.tag_id"
	    " WHERE m.monitor_id = ?1 ORDER BY m.id");
	struct text_list tags = { 0 };

	while (row && sqlite3_step(row) == SQLITE_ROW) {
		char *name = heap_text(rows_text(row, 0));

		add_tag(draft, &tags, name, rows_text(row, 1));
		free(name);
	}
	sqlite3_finalize(row);
	if (tags.count > 0)
		*set_list(draft, NULL, "tags", true) = tags;
}

static void draft_names(struct draft *draft, const char *table, const char *sql, const char *what, const char *why)
{
	sqlite3_stmt *row = look_up(draft, table, sql);
	char *names = NULL;

	while (row && sqlite3_step(row) == SQLITE_ROW) {
		char *longer = heap_print("%s%s%.100s", names ? names : "", names ? ", " : "", rows_text(row, 0));

		free(names);
		names = longer;
	}
	sqlite3_finalize(row);
	if (names)
		note(draft, "%s %.400s: %s", what, names, why);
	free(names);
}

static void draft_common(struct draft *draft)
{
	const struct kuma_monitor *monitor = draft->monitor;
	int64_t retries = kuma_number(draft->row, "maxretries", 0), retry_s = kuma_number(draft->row, "retry_interval", 0);
	char *description = clean_line(kuma_text(draft->row, "description"));

	set_duration(draft, "interval", monitor->interval_ms);
	set_duration(draft, "timeout", monitor->timeout_ms);
	if (retry_s > 0 && retry_s < 1000000)
		set_duration(draft, "retry_interval", retry_s * 1000);
	set_number(draft, "fall", retries >= 0 && retries < INT64_MAX ? retries + 1 : 1);
	set_number(draft, "rise", 1);
	if (kuma_number(draft->row, "upside_down", 0))
		set(draft, NULL, "invert", "true");
	if (*description)
		set(draft, NULL, "description", description);
	free(description);
	draft_group(draft);
	draft_tags(draft);
	if (kuma_number(draft->row, "resend_interval", 0) > 0)
		note(draft, "alerts sent again every %" PRId64 " checks: alert channels come later", kuma_number(draft->row, "resend_interval", 0));
	if (*kuma_text(draft->row, "ip_family"))
		note(draft, "only by %.10s: kumatop takes the address that answers", kuma_text(draft->row, "ip_family"));
	draft_names(draft, "monitor_notification", "SELECT n.name FROM monitor_notification m JOIN notification n ON n.id = m.notification_id"
	    " WHERE m.monitor_id = ?1 ORDER BY n.id", "alerts to", "alert channels come later");
	draft_names(draft, "monitor_maintenance", "SELECT n.title FROM monitor_maintenance m JOIN maintenance n ON n.id = m.maintenance_id"
	    " WHERE m.monitor_id = ?1 ORDER BY n.id", "the maintenance", "maintenance windows come later");
}

static void give(struct draft *draft, struct kuma_monitor *monitor)
{
	struct import_monitor given = {
		.key = monitor->id,
		.name = monitor->name,
		.kind = monitor->type,
		.target = draft->target,
		.settings = draft->settings,
		.setting_count = draft->count,
		.paused = kuma_number(draft->row, "active", 1) == 0,
		.untaken = draft->untaken,
		.notes = (const char *const *)draft->notes.items,
		.note_count = draft->notes.count,
	};

	for (size_t i = 0; i < draft->count; i++) {
		draft->settings[i].items = (const char *const *)draft->values[i].items;
		draft->settings[i].count = draft->values[i].count;
	}
	monitor->taken = !draft->untaken;
	if (!draft->kuma->sink->monitor(draft->kuma->sink->arg, &given))
		draft->kuma->stopped = true;
}

void kuma_give_monitor(struct kuma *kuma, sqlite3_stmt *row, struct kuma_monitor *monitor)
{
	struct draft draft = { .kuma = kuma, .row = row, .monitor = monitor };

	draft_kind(&draft);
	if (!draft.untaken)
		draft_common(&draft);
	give(&draft, monitor);
	free(draft.target);
	free(draft.untaken);
	text_list_finish(&draft.notes);
	for (size_t i = 0; i < draft.count; i++)
		text_list_finish(&draft.values[i]);
}
