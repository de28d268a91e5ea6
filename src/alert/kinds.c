/* The table of kinds, and what their settings are checked by. */
#include "kinds.h"

#include <string.h>
#include <strings.h>

#include "kumatop/text.h"

const struct channel_kind *const channel_kinds[] = {
	&kind_webhook, &kind_email, &kind_exec, &kind_apprise, &kind_syslog, &kind_terminal,
	&kind_telegram, &kind_dingtalk, &kind_feishu, &kind_lark, &kind_wecom, &kind_serverchan, &kind_bark,
	&kind_slack, &kind_slack_api, &kind_discord, &kind_teams, &kind_mattermost, &kind_rocketchat, &kind_googlechat, &kind_matrix,
	&kind_zulip, &kind_webex, &kind_line, &kind_signal,
	&kind_ntfy, &kind_gotify, &kind_pushover, &kind_pushbullet, &kind_twilio, &kind_homeassistant,
	&kind_pagerduty, &kind_opsgenie, &kind_splunkoncall, &kind_alertmanager,
	NULL,
};

bool kinds_check_line(const char *text, struct error *err)
{
	return text_is_clean(text) || error_set(err, EXIT_CONFIG, "holds line ends or characters that cannot be seen: write one plain line");
}

bool kinds_check_url(const char *text, struct error *err)
{
	if (secret_is_reference(text))
		return true;
	if (strpbrk(text, " \t\r\n"))
		return error_set(err, EXIT_CONFIG, "holds a blank: write https://host/path");
	return post_check_url(text, err);
}

/* The characters that RFC 9110 has for a name. libcurl takes a line without a value for "do not send this one". */
bool kinds_check_header(const char *text, struct error *err)
{
	size_t length = strspn(text, "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

	if (length == 0 || text[length] != ':' || text[length + 1 + strspn(text + length + 1, " \t")] == '\0')
		return error_set(err, EXIT_CONFIG, "is no header: write \"Name: value\"");
	if (strncasecmp(text, "content-length:", 15) == 0 || strncasecmp(text, "transfer-encoding:", 18) == 0)
		return error_set(err, EXIT_CONFIG, "is made by kumatop: leave it out");
	return !strpbrk(text, "\r\n") || error_set(err, EXIT_CONFIG, "holds a line end");
}
