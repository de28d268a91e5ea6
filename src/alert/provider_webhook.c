/* The plain webhook: any server, and the way to a provider that has no row. */
#include "kinds.h"

static const char *const formats[] = { "auto", "json", "form", "text", "html", NULL };
static const char *const markups[] = { "none", "html", "markdown", "chat", "slack", "angles", NULL };
static const char *const header_mark[] = { ":", NULL };

static bool check_method(const char *text, struct error *err)
{
	static const char *const methods[] = { "POST", "PUT", "PATCH", "GET", "DELETE" };

	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		if (strcmp(text, methods[i]) == 0)
			return true;
	}
	return error_set(err, EXIT_CONFIG, "\"%.20s\" is not known here: write POST, PUT, PATCH, GET or DELETE", text);
}

static const struct setting settings[] = {
	{ .name = "url", .type = SETTING_SECRET, SETTING_AT(url), .most = 4000, .check = kinds_check_url,
	  .summary = "Where it is sent; {{name}} and the like stand for values", .example = "\"https://chat.example/hook\"" },
	{ .name = "method", .type = SETTING_TEXT, SETTING_AT(method), .most = 10, .check = check_method, .fallback = "POST",
	  .summary = "The method of the request", .example = "\"PUT\"" },
	{ .name = "headers", .type = SETTING_LIST, SETTING_AT(headers), .most = 4000, .choices = header_mark, .check = kinds_check_header,
	  .summary = "Header lines; a value can be \"file:PATH\" or \"env:NAME\"", .example = "[\"X-Key: env:KEY\"]" },
	{ .name = "body", .type = SETTING_TEXT, SETTING_AT(body), .most = 60000,
	  .summary = "What is sent, with {{name}} and the like; all there is to know as JSON if not given",
	  .example = "\"{ \\\"text\\\": \\\"{{title}}\\\" }\"" },
	{ .name = "format", .type = SETTING_CHOICE, SETTING_AT(format), .choices = formats, .fallback = "auto",
	  .summary = "What the body is, so that values are escaped for it; by its first character if not given", .example = "\"form\"" },
	{ .name = "markup", .type = SETTING_CHOICE, SETTING_AT(markup), .choices = markups, .fallback = "none",
	  .summary = "What whoever shows it reads out of texts, so that values stay texts", .example = "\"markdown\"" },
	SECRET_ROW("token", token, "A secret for {{channel.token}} in url, headers or body"),
	END_ROW,
};

/* "Idempotency-Key": draft-ietf-httpapi-idempotency-key-header-07, October 2025. */
static const struct provider provider = {
	.headers = { "Idempotency-Key: {{id}}" },
};

const struct channel_kind kind_webhook = {
	.name = "webhook", .summary = "A request to a server of your own, or to a provider that kumatop has no row for", .settings = settings,
	.needs = "url", .way = &way_http, .provider = &provider,
};
