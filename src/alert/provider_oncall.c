/*
 * Those that keep incidents themselves: the end of one is told by the key that its beginning had, and a message that comes twice changes
 * nothing. Of what was not tried see provider_chat.c.
 */
#include "kinds.h"

/* PagerDuty, Events API v2: https://developer.pagerduty.com/docs/events-api-v2-overview (read November 2026). 202; 1024 and 255 characters. */
static const struct setting pagerduty_settings[] = {
	SECRET_ROW("token", token, "The integration key of a service"),
	SERVER_ROW("https://events.pagerduty.com"),
	END_ROW,
};

static const struct provider pagerduty = {
	.url = "{{channel.server}}/v2/enqueue", .place = TEMPLATE_JSON, .title_most = 1000, .text_most = 8000,
	.levels = { "info", "info", "warning", "critical" },
	.body = "{\"routing_key\":\"{{channel.token}}\",\"event_action\":\"trigger\",\"dedup_key\":\"{{incident}}\",\"client\":\"kumatop\","
	    "\"payload\":{\"summary\":\"{{title}}\",\"source\":\"{{name}}\",\"severity\":\"{{level}}\",\"timestamp\":\"{{time}}\","
	    "\"component\":\"{{target}}\",\"group\":\"{{group}}\",\"class\":\"{{event}}\",\"custom_details\":{\"text\":\"{{text}}\"}}}",
	.body_good = "{\"routing_key\":\"{{channel.token}}\",\"event_action\":\"resolve\",\"dedup_key\":\"{{incident}}\"}",
	.said_field = "message",
};

const struct channel_kind kind_pagerduty = {
	.name = "pagerduty", .summary = "PagerDuty, by the Events API", .settings = pagerduty_settings, .needs = "token", .way = &way_http,
	.provider = &pagerduty,
};

/* Opsgenie: https://docs.opsgenie.com/docs/alert-api (read November 2026). 202; 130 characters of message, 512 of alias. */
static const struct setting opsgenie_settings[] = {
	SECRET_ROW("token", token, "The key of an API integration"),
	SERVER_ROW("https://api.opsgenie.com"),
	END_ROW,
};

static const struct provider opsgenie = {
	.url = "{{channel.server}}/v2/alerts", .url_good = "{{channel.server}}/v2/alerts/{{incident}}/close?identifierType=alias",
	.headers = { "Authorization: GenieKey {{channel.token}}" }, .place = TEMPLATE_JSON, .title_most = 130, .text_most = 10000,
	.levels = { "P5", "P5", "P3", "P1" },
	.body = "{\"message\":\"{{title}}\",\"alias\":\"{{incident}}\",\"description\":\"{{text}}\",\"source\":\"kumatop\",\"priority\":\"{{level}}\"}",
	.body_good = "{\"source\":\"kumatop\",\"note\":\"{{text}}\"}",
	.said_field = "message",
};

const struct channel_kind kind_opsgenie = {
	.name = "opsgenie", .summary = "Opsgenie (its European server is https://api.eu.opsgenie.com)", .settings = opsgenie_settings, .needs = "token",
	.way = &way_http, .provider = &opsgenie,
};

/*
 * Splunk On-Call: https://docs.splunk.com/observability/en/sp-oncall/spoc-integrations/rest-endpoint-integration-guide.html (read November
 * 2026). The address ends in the routing key.
 */
static const struct setting splunkoncall_settings[] = {
	URL_ROW("\"https://alert.victorops.com/integrations/generic/1/alert/x/database\""),
	END_ROW,
};

static const struct provider splunkoncall = {
	.place = TEMPLATE_JSON, .title_most = 500, .text_most = 10000, .levels = { "INFO", "RECOVERY", "WARNING", "CRITICAL" },
	.body = "{\"message_type\":\"{{level}}\",\"entity_id\":\"{{incident}}\",\"entity_display_name\":\"{{title}}\",\"state_message\":\"{{text}}\","
	    "\"timestamp\":{{time_s}},\"monitoring_tool\":\"kumatop\"}",
	.good_field = "result", .good_value = "success", .said_field = "message",
};

const struct channel_kind kind_splunkoncall = {
	.name = "splunkoncall", .summary = "Splunk On-Call (VictorOps), by the REST endpoint", .settings = splunkoncall_settings, .needs = "url",
	.way = &way_http, .provider = &splunkoncall,
};

/*
 * Alertmanager, API v2: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml (0.27, 2025). Labels are an alert's identity,
 * so they are the same at its end. One that is not told again ends by itself after resolve_timeout, unless its end is said: so it is said to
 * be far away, until it comes.
 */
static const struct setting alertmanager_settings[] = {
	OWN_SERVER_ROW("\"http://alertmanager.example:9093\""),
	SECRET_ROW("token", token, "A bearer token, if a proxy before it asks for one"),
	TEXT_ROW("user", user, NULL, "A user instead of a token", "\"kumatop\""),
	SECRET_ROW("password", password, "The user's password"),
	END_ROW,
};

#define ALERTMANAGER_HEAD "[{\"labels\":{\"alertname\":\"kumatop\",\"monitor\":\"{{name}}\",\"instance\":\"{{target}}\",\"group\":\"{{group}}\"}," \
	"\"annotations\":{\"summary\":\"{{title}}\",\"description\":\"{{text}}\",\"runbook_url\":\"{{runbook}}\",\"severity\":\"{{severity}}\"}," \
	"\"startsAt\":\"{{since}}\",\"endsAt\":"

static const struct provider alertmanager = {
	.url = "{{channel.server}}/api/v2/alerts", .headers = { "Authorization: Bearer {{channel.token}}", "Authorization: Basic {{basic}}" },
	.place = TEMPLATE_JSON, .title_most = 500, .text_most = 8000,
	.body = ALERTMANAGER_HEAD "\"2999-12-31T00:00:00Z\"}]",
	.body_good = ALERTMANAGER_HEAD "\"{{time}}\"}]",
};

const struct channel_kind kind_alertmanager = {
	.name = "alertmanager", .summary = "Prometheus Alertmanager, by its API v2", .settings = alertmanager_settings, .needs = "server",
	.way = &way_http, .provider = &alertmanager,
};
