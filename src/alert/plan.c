/* Sealing: secrets are read and templates compiled once, so that nothing on the alert thread opens a file or can find a mistake. */
#include "plan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "digest.h"
#include "kumatop/heap.h"
#include "kumatop/json.h"
#include "kumatop/text.h"
#include "kumatop/when.h"
#include "values.h"

enum { HIDDEN_LEAST = 6, JSON_DEPTH = 20 };	/* a shorter piece of a URL is no secret, and would hide half of an answer */

static const bool plain_values[VALUE_COUNT] = {
#define X(name, word, plain) plain,
	VALUE_TABLE(X)
#undef X
};

static size_t count_rows(const struct setting *rows)
{
	size_t count = 0;

	while (rows[count].name)
		count++;
	return count;
}

/* A list is an array in JSON, which is where lists are used. */
static char *list_as_json(const struct text_list *list)
{
	struct json *array = json_new_array();
	struct buf out;

	buf_init(&out, BODY_MOST);
	for (size_t i = 0; i < list->count; i++)
		json_append_text(array, list->items[i]);
	json_print(array, &out);
	json_free(array);
	return buf_take(&out);
}

static bool read_setting(const struct channel_spec *spec, const struct setting *row, char **out, struct error *err)
{
	const void *field = (const char *)&spec->settings + row->offset;
	struct buf text;

	if (row->type == SETTING_SECRET)
		return secret_read(*(char *const *)field, out, err) || error_prefix(err, "%s: ", row->name);
	if (row->type == SETTING_LIST) {
		*out = list_as_json(field);
		return true;
	}
	buf_init(&text, BODY_MOST);
	setting_print(row, &spec->settings, &text);
	*out = text.length > 0 ? heap_text(text.data) : NULL;
	buf_finish(&text);
	return true;
}

/* "https://host/" and "https://host" are one server; paths are put behind it. */
static void trim_server(char *server)
{
	size_t length = server ? strlen(server) : 0;

	while (length > 0 && server[length - 1] == '/')
		server[--length] = '\0';
}

static bool read_settings(struct channel_plan *plan, const struct channel_spec *spec, struct error *err)
{
	for (size_t i = 0; i < plan->setting_count; i++) {
		const struct setting *row = &spec->kind->settings[i];

		if (!read_setting(spec, row, &plan->settings[i], err))
			return false;
		if (row->offset == offsetof(struct channel_settings, server))
			trim_server(plan->settings[i]);
		if (row->type == SETTING_SECRET && plan->settings[i] && strpbrk(plan->settings[i], "\r\n"))
			return error_set(err, EXIT_CONFIG, "%s: holds a line end", row->name);
	}
	return true;
}

static void make_names(struct channel_plan *plan, const struct channel_spec *spec)
{
	plan->setting_names = heap_zero(plan->setting_count + 1, sizeof *plan->setting_names);
	plan->names = heap_zero(VALUE_COUNT + plan->setting_count + 1, sizeof *plan->names);
	for (size_t i = 0; i < VALUE_COUNT; i++)
		plan->names[i] = (struct template_name){ .name = channel_value_names[i], .plain = plain_values[i] };
	plan->names[VALUE_JSON].ready = plan->names[VALUE_SIGNATURE].ready = true;
	plan->names[VALUE_JSON].ready_for = plan->names[VALUE_SIGNATURE].ready_for = TEMPLATE_JSON;
	for (size_t i = 0; i < plan->setting_count; i++) {
		const struct setting *row = &spec->kind->settings[i];
		bool server = row->offset == offsetof(struct channel_settings, server), list = row->type == SETTING_LIST;

		plan->setting_names[i] = heap_print("channel.%s", row->name);
		plan->names[VALUE_COUNT + i] = (struct template_name){
			.name = plan->setting_names[i], .plain = true, .ready = server || list, .ready_for = list ? TEMPLATE_JSON : TEMPLATE_URL,
		};
	}
}

const char *plan_value(const struct channel_spec *spec, size_t offset)
{
	for (size_t i = 0; spec->plan && i < spec->plan->setting_count; i++) {
		if (spec->kind->settings[i].offset == offset)
			return spec->plan->settings[i];
	}
	return NULL;
}

static const char *own_value(const struct channel_plan *plan, const struct channel_spec *spec, size_t offset)
{
	for (size_t i = 0; i < plan->setting_count; i++) {
		if (spec->kind->settings[i].offset == offset)
			return plan->settings[i];
	}
	return NULL;
}

static bool compile(struct channel_plan *plan, const char *text, enum template_place place, const char *label, struct template **out,
    struct error *err)
{
	*out = text ? template_parse(text, place, place == TEMPLATE_URL || place == TEMPLATE_HEADER ? MARKUP_NONE : plan->markup, plan->names, err)
	    : NULL;
	return !text || *out || error_prefix(err, "%s: ", label);
}

/* What the body is, when nobody says: the first character tells JSON from text. */
static enum template_place place_of(const struct channel_spec *spec, const char *body)
{
	static const enum template_place places[] = {
		[CHANNEL_FORMAT_JSON] = TEMPLATE_JSON, [CHANNEL_FORMAT_FORM] = TEMPLATE_FORM, [CHANNEL_FORMAT_TEXT] = TEMPLATE_TEXT,
		[CHANNEL_FORMAT_HTML] = TEMPLATE_HTML,
	};
	char first = body ? body[strspn(body, " \t\r\n")] : '{';

	if (spec->kind->provider->body)
		return spec->kind->provider->place;
	if (spec->settings.format != CHANNEL_FORMAT_AUTO)
		return places[spec->settings.format];
	return first == '{' || first == '[' ? TEMPLATE_JSON : TEMPLATE_TEXT;
}

static bool add_header(struct channel_plan *plan, const char *text, const char *label, struct error *err)
{
	if (plan->header_count == PLAN_HEADERS_MOST)
		return error_set(err, EXIT_CONFIG, "%s: there are more than %d", label, PLAN_HEADERS_MOST);
	return compile(plan, text, TEMPLATE_HEADER, label, &plan->headers[plan->header_count], err) && ++plan->header_count > 0;
}

static bool header_is(const char *line, const char *name)
{
	size_t length = strlen(name);

	return strncasecmp(line, name, length) == 0 && line[length] == ':';
}

static bool names_header(const struct text_list *headers, const char *line)
{
	char *name = heap_text_n(line, strcspn(line, ":"));
	bool found = false;

	for (size_t i = 0; i < headers->count && !found; i++)
		found = header_is(headers->items[i], name);
	free(name);
	return found;
}

/* "Name: value", where the value may stand in a file or in the environment. */
static bool add_own_header(struct channel_plan *plan, const char *text, struct error *err)
{
	size_t name = strcspn(text, ":");	/* there is one: see kinds_check_header() */
	const char *said = text + name + 1 + strspn(text + name + 1, " \t");
	int length = (int)name;
	char *value = NULL, *line;
	bool fine;

	if (!secret_read(said, &value, err))
		return error_prefix(err, "headers: %.*s: ", length, text);
	fine = !strpbrk(value, "\r\n") || error_set(err, EXIT_CONFIG, "headers: %.*s: holds a line end", length, text);
	line = heap_print("%.*s: %s", length, text, value);
	fine = fine && add_header(plan, line, "headers", err);
	explicit_bzero(line, strlen(line));
	explicit_bzero(value, strlen(value));
	free(line);
	free(value);
	return fine;
}

static bool compile_http(struct channel_plan *plan, const struct channel_spec *spec, struct error *err)
{
	static const char *const types[] = {
		[TEMPLATE_JSON] = "Content-Type: application/json", [TEMPLATE_FORM] = "Content-Type: application/x-www-form-urlencoded",
		[TEMPLATE_TEXT] = "Content-Type: text/plain; charset=utf-8", [TEMPLATE_HTML] = "Content-Type: text/html; charset=utf-8",
	};
	const struct provider *provider = spec->kind->provider;
	const struct text_list *own = &spec->settings.headers;
	const char *body = provider->body ? provider->body : spec->settings.body;
	const char *url = provider->url ? provider->url : own_value(plan, spec, offsetof(struct channel_settings, url));

	plan->markup = provider->body ? provider->markup : (enum template_markup)spec->settings.markup;
	plan->place = place_of(spec, body);
	if (!compile(plan, url, TEMPLATE_URL, "url", &plan->url, err) || !compile(plan, provider->url_good, TEMPLATE_URL, "url", &plan->url_good, err)
	    || !compile(plan, body ? body : "{{json}}", plan->place, "body", &plan->body, err)
	    || !compile(plan, provider->body_good, plan->place, "body", &plan->body_good, err))
		return false;
	assert(types[plan->place]);	/* no body is a URL or a header */
	if (!names_header(own, types[plan->place]) && !add_header(plan, types[plan->place], "headers", err))
		return false;
	for (size_t i = 0; i < PROVIDER_HEADERS && provider->headers[i]; i++) {
		if (!names_header(own, provider->headers[i]) && !add_header(plan, provider->headers[i], "headers", err))
			return false;
	}
	for (size_t i = 0; i < own->count; i++) {
		if (!add_own_header(plan, own->items[i], err))
			return false;
	}
	return true;
}

static void hide(struct channel_plan *plan, const char *text, size_t length)
{
	char **items = plan->hidden.items;
	size_t at = plan->hidden.count;

	if (length < HIDDEN_LEAST)
		return;
	items = plan->hidden.items = heap_resize(items, at + 1, sizeof *items);
	for (; at > 0 && strlen(items[at - 1]) < length; at--)
		items[at] = items[at - 1];
	items[at] = heap_text_n(text, length);
	plan->hidden.count++;
}

/* A server that complains may repeat a part of what it was sent: the path without the host, a token alone. */
static void hide_pieces(struct channel_plan *plan, const char *text)
{
	const char *behind = strstr(text, "://");
	const char *path = behind ? strchr(behind + 3, '/') : NULL;
	const char *at = path ? path : behind ? text + strlen(text) : text;

	hide(plan, text, strlen(text));
	if (path)
		hide(plan, path, strlen(path));
	for (at += strspn(at, "/?&= "); *at; at += strspn(at, "/?&= ")) {
		size_t length = strcspn(at, "/?&= ");

		hide(plan, at, length);
		at += length;
	}
}

static void gather_hidden(struct channel_plan *plan, const struct channel_spec *spec)
{
	for (size_t i = 0; i < plan->setting_count; i++) {
		if (spec->kind->settings[i].type == SETTING_SECRET && plan->settings[i])
			hide_pieces(plan, plan->settings[i]);
	}
	for (size_t i = 0; i < spec->settings.headers.count; i++) {
		const char *text = spec->settings.headers.items[i], *said = strchr(text, ':') + 1;
		char *value = NULL;

		if (secret_read(said + strspn(said, " \t"), &value, NULL) && value)
			hide_pieces(plan, value);
		free(value);
	}
	if (spec->settings.user && spec->settings.password) {
		const char *password = own_value(plan, spec, offsetof(struct channel_settings, password));
		char *pair = heap_print("%s:%s", spec->settings.user, password ? password : "");
		char *coded = digest_base64(pair, strlen(pair));

		hide(plan, coded, strlen(coded));
		free(pair);
		free(coded);
	}
}

struct channel_plan *plan_make(const struct channel_spec *spec, struct error *err)
{
	struct channel_plan *plan = heap_zero(1, sizeof *plan);

	plan->setting_count = count_rows(spec->kind->settings);
	plan->settings = heap_zero(plan->setting_count + 1, sizeof *plan->settings);
	make_names(plan, spec);
	if (read_settings(plan, spec, err) && (spec->kind->way->kind != WAY_HTTP || compile_http(plan, spec, err))) {
		gather_hidden(plan, spec);
		return plan;
	}
	plan_free(plan);
	return NULL;
}

static void wipe(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

void plan_free(struct channel_plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->setting_count; i++) {
		wipe(plan->settings[i]);
		free(plan->setting_names[i]);
	}
	free(plan->setting_names);
	free(plan->settings);
	template_free(plan->url);
	template_free(plan->url_good);
	template_free(plan->body);
	template_free(plan->body_good);
	for (size_t i = 0; i < plan->header_count; i++)
		template_free(plan->headers[i]);
	for (size_t i = 0; i < plan->hidden.count; i++)
		wipe(plan->hidden.items[i]);
	free(plan->hidden.items);
	free(plan->names);
	free(plan);
}

bool plan_try(const struct channel_spec *spec, struct error *err)
{
	struct alert_message *message;
	struct json *json = NULL;
	struct post post;
	bool fine;

	if (spec->kind->way->kind != WAY_HTTP)
		return true;
	message = alert_message_create(ALERT_DOWN);
	message->time_us = message->since_us = SECOND_US;
	alert_set(&message->name, "a \"name\"");
	alert_set(&message->id, "1");
	post_make(&post, spec, message, SECOND_US);
	fine = post_check_url(post.url, err) || error_prefix(err, "%s: ", spec->kind->provider->url ? "server" : "url");
	if (fine && spec->plan->place == TEMPLATE_JSON && post.body) {
		json = json_parse(post.body, post.body_length, JSON_DEPTH, err);
		fine = json || error_prefix(err, "body: with values in it, it is no JSON (texts stand in quotes: \"{{name}}\"): ");
	}
	json_free(json);
	post_finish(&post);
	alert_message_release(message);
	return fine;
}

/* The bytes of what is hidden that text begins with. */
static size_t hidden_here(const struct channel_plan *plan, const char *text, size_t length)
{
	for (size_t i = 0; i < plan->hidden.count; i++) {
		size_t hidden = strlen(plan->hidden.items[i]);

		if (hidden <= length && memcmp(text, plan->hidden.items[i], hidden) == 0)
			return hidden;
	}
	return 0;
}

void plan_hide(const struct channel_plan *plan, const char *text, size_t length, char *out, size_t size)
{
	struct buf shown;

	buf_init(&shown, BODY_MOST);
	for (size_t at = 0; at < length;) {
		size_t hidden = hidden_here(plan, text + at, length - at);

		if (hidden > 0)
			buf_add_text(&shown, "***");
		else
			buf_add_char(&shown, text[at]);
		at += hidden > 0 ? hidden : 1;
	}
	text_sanitize(out, size, shown.data, shown.length);
	for (size_t last = strlen(out); last > 0 && out[last - 1] == ' '; last--)
		out[last - 1] = '\0';
	explicit_bzero(shown.data, shown.length);
	buf_finish(&shown);
}
