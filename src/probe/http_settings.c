/*
 * What can be set of an http monitor. What the settings say of each other is checked in http_plan.c.
 */
#include <ctype.h>

#include "http.h"

static bool check_method(const char *text, struct error *err)
{
	for (const char *c = text; *c != '\0'; c++)
		if (*c < 'A' || *c > 'Z')
			return error_set(err, EXIT_CONFIG, "\"%s\" is no method: write GET, HEAD, POST, PUT or the like", text);
	return true;
}

/* "Name: value", and nothing that could end the line and begin another. */
static bool check_header(const char *text, struct error *err)
{
	static const char form[] = "write it as \"Name: value\"";	/* its value may be secret, and is not repeated here */
	const char *colon = strchr(text, ':');
	if (strpbrk(text, "\r\n") != NULL)
		return error_set(err, EXIT_CONFIG, "a header holds a line end: %s", form);
	for (const char *c = text; *c != '\0'; c++)
		if (((unsigned char)*c < 0x20 && *c != '\t') || *c == 0x7f)
			return error_set(err, EXIT_CONFIG, "a header holds a control character: %s", form);
	if (colon == NULL || colon == text)
		return error_set(err, EXIT_CONFIG, "a header has no %s: %s", colon == NULL ? "colon" : "name", form);
	for (const char *c = text; c < colon; c++)
		if (isalnum((unsigned char)*c) == 0 && strchr("!#$%&'*+-.^_`|~", *c) == NULL)
			return error_set(err, EXIT_CONFIG, "\"%.*s\" is no name of a header: %s", (int)(colon - text), text, form);
	return true;
}

static bool check_status(const char *text, struct error *err)
{
	struct status_range range;
	return http_status_range(text, &range, err);
}

static bool check_pattern(const char *text, struct error *err)
{
	struct pattern *pattern = pattern_create(text, false, err);
	pattern_destroy(pattern);
	return pattern != NULL;
}

static const char *const secret_mark[] = { ":", NULL };
static const char *const versions[] = { "auto", "1.0", "1.1", "2", NULL };

#define FIELD(name) .offset = offsetof(struct http_settings, name)

const struct setting http_settings[] = {
	{ .name = "method", .type = SETTING_TEXT, FIELD(method), .least = 1, .most = 20, .check = check_method,
	  .summary = "Method of the request; GET, or POST when there is a body to send", .example = "HEAD" },
	{ .name = "headers", .type = SETTING_LIST, FIELD(headers), .least = 2, .most = 8000, .check = check_header,
	  .choices = secret_mark, .summary = "Headers to send, to the target's own server only; a value may be file:PATH or env:NAME",
	  .example = "Accept: application/json" },
	{ .name = "body", .type = SETTING_SECRET, FIELD(body), .most = 1 << 20,
	  .summary = "What to send, as JSON if it begins with { or [ and no Content-Type is set", .example = "{\"ping\":1}" },
	{ .name = "follow", .type = SETTING_INTEGER, FIELD(follow), .least = 0, .most = 50, .fallback = "10",
	  .summary = "Redirects to follow at most, where the status is not one that is expected; 0 for none", .example = "0" },
	{ .name = "status", .section = "expect", .type = SETTING_LIST, FIELD(expect_status), .least = 3, .most = 7,
	  .check = check_status, .fallback = "200-299", .summary = "Statuses that are good", .example = "200-299, 404" },
	{ .name = "body", .section = "expect", .type = SETTING_TEXT, FIELD(expect_body), .least = 1, .most = 10000,
	  .summary = "Text that the body has to contain", .example = "Welcome" },
	{ .name = "body_not", .section = "expect", .type = SETTING_TEXT, FIELD(expect_body_not), .least = 1, .most = 10000,
	  .summary = "Text that the body must not contain", .example = "database error" },
	{ .name = "body_match", .section = "expect", .type = SETTING_TEXT, FIELD(expect_body_match), .least = 1, .most = 10000,
	  .check = check_pattern, .summary = "Pattern (PCRE2) that the body has to match", .example = "\"status\": *\"ok\"" },
	{ .name = "user", .type = SETTING_TEXT, FIELD(user), .least = 1, .most = 1000,
	  .summary = "User for basic authentication", .example = "monitor" },
	{ .name = "password", .type = SETTING_SECRET, FIELD(password), .least = 1, .most = 10000,
	  .summary = "Password of that user", .example = "file:/etc/kumatop/shop.password" },
	{ .name = "token", .type = SETTING_SECRET, FIELD(token), .least = 1, .most = 10000,
	  .summary = "Token for bearer authentication", .example = "env:SHOP_TOKEN" },
	{ .name = "verify", .type = SETTING_FLAG, FIELD(verify), .fallback = "true",
	  .summary = "Whether a certificate that is wrong makes the check fail", .example = "false" },
	{ .name = "ca_file", .type = SETTING_TEXT, FIELD(ca_file), .least = 1, .most = 4000,
	  .summary = "Certificate authorities to believe instead of this machine's, a PEM file", .example = "/etc/ssl/own-ca.pem" },
	{ .name = "body_limit", .type = SETTING_INTEGER, FIELD(body_limit), .least = 1, .most = 64 << 20, .fallback = "1048576",
	  .summary = "Bytes a body may have once unpacked; a larger one fails the check", .example = "65536" },
	{ .name = "http_version", .type = SETTING_CHOICE, FIELD(version), .choices = versions,
	  .summary = "Version of HTTP to speak", .example = "1.1" },
	{ .name = NULL },
};
