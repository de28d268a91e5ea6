/* The rows that kinds of channels are made of. Private to src/alert. */
#ifndef ALERT_KINDS_H
#define ALERT_KINDS_H

#include "plan.h"

#define SETTING_AT(field) .offset = offsetof(struct channel_settings, field)

/* "https://…" in place, or where it is kept. */
bool kinds_check_url(const char *text, struct error *err);
bool kinds_check_header(const char *text, struct error *err);
bool kinds_check_line(const char *text, struct error *err);

/* The address of an incoming webhook, which whoever has it can write to. */
#define URL_ROW(sample) \
	{ .name = "url", .type = SETTING_SECRET, SETTING_AT(url), .most = 4000, .check = kinds_check_url, \
	  .summary = "The webhook's address, as the provider gives it", .example = (sample) }

/* Where the provider is: its own address unless somebody runs one himself. */
#define SERVER_ROW(usual) \
	{ .name = "server", .type = SETTING_TEXT, SETTING_AT(server), .most = 1000, .check = kinds_check_url, .fallback = (usual), \
	  .summary = "The provider's server", .example = "\"https://\xe2\x80\xa6\"" }
#define OWN_SERVER_ROW(sample) \
	{ .name = "server", .type = SETTING_TEXT, SETTING_AT(server), .most = 1000, .check = kinds_check_url, \
	  .summary = "Your server", .example = (sample) }

#define SECRET_ROW(word, field, said) \
	{ .name = (word), .type = SETTING_SECRET, SETTING_AT(field), .most = 4000, .summary = (said), .example = "\"file:/etc/kumatop/secret\"" }
#define TEXT_ROW(word, field, usual, said, sample) \
	{ .name = (word), .type = SETTING_TEXT, SETTING_AT(field), .most = 500, .check = kinds_check_line, .fallback = (usual), .summary = (said), \
	  .example = (sample) }
#define TO_ROW(said, sample) \
	{ .name = "to", .type = SETTING_LIST, SETTING_AT(to), .least = 1, .most = 320, .check = kinds_check_line, .summary = (said), \
	  .example = (sample) }
#define END_ROW { .name = NULL }

/* One per provider, in the files of their names. */
extern const struct channel_kind kind_webhook, kind_email, kind_exec, kind_apprise, kind_syslog, kind_terminal;
extern const struct channel_kind kind_slack, kind_slack_api, kind_discord, kind_teams, kind_mattermost, kind_rocketchat, kind_googlechat,
    kind_matrix, kind_telegram, kind_zulip, kind_webex, kind_line, kind_signal;
extern const struct channel_kind kind_dingtalk, kind_feishu, kind_lark, kind_wecom, kind_serverchan;
extern const struct channel_kind kind_ntfy, kind_gotify, kind_pushover, kind_pushbullet, kind_bark, kind_twilio, kind_homeassistant;
extern const struct channel_kind kind_pagerduty, kind_opsgenie, kind_splunkoncall, kind_alertmanager;

#endif
