/* Pushes to telephones and homes. Of what was not tried see provider_chat.c. */
#include "kinds.h"

/* ntfy: https://docs.ntfy.sh/publish/#publish-as-json (2.11, 2025). 4096 bytes of message. */
static const struct setting ntfy_settings[] = {
	TEXT_ROW("topic", topic, NULL, "The topic; on a public server whoever knows it reads along", "\"my-alerts\""),
	SERVER_ROW("https://ntfy.sh"),
	SECRET_ROW("token", token, "An access token, if the topic is protected"),
	TEXT_ROW("user", user, NULL, "A user instead of a token", "\"kumatop\""),
	SECRET_ROW("password", password, "The user's password"),
	END_ROW,
};

static const struct provider ntfy = {
	.url = "{{channel.server}}/", .headers = { "Authorization: Bearer {{channel.token}}", "Authorization: Basic {{basic}}" },
	.place = TEMPLATE_JSON, .title_most = 200, .text_most = 1200, .levels = { "2", "3", "4", "5" },
	.body = "{\"topic\":\"{{channel.topic}}\",\"title\":\"{{emoji}} {{title}}\",\"message\":\"{{text}}\",\"priority\":{{level}}}",
	.said_field = "error",
};

const struct channel_kind kind_ntfy = {
	.name = "ntfy", .summary = "ntfy", .settings = ntfy_settings, .needs = "topic", .way = &way_http, .provider = &ntfy,
};

/* Gotify: https://gotify.net/api-docs#/message/createMessage (2.6, 2025). */
static const struct setting gotify_settings[] = {
	OWN_SERVER_ROW("\"https://gotify.example\""),
	SECRET_ROW("token", token, "The application's token"),
	END_ROW,
};

static const struct provider gotify = {
	.url = "{{channel.server}}/message", .headers = { "X-Gotify-Key: {{channel.token}}" },
	.place = TEMPLATE_JSON, .title_most = 300, .text_most = 8000, .levels = { "2", "4", "6", "8" },
	.body = "{\"title\":\"{{emoji}} {{title}}\",\"message\":\"{{text}}\",\"priority\":{{level}}}",
	.said_field = "errorDescription",
};

const struct channel_kind kind_gotify = {
	.name = "gotify", .summary = "Gotify", .settings = gotify_settings, .needs = "server token", .way = &way_http, .provider = &gotify,
};

/* Pushover: https://pushover.net/api (as of 2025). 250 and 1024 characters; without html=1 a text is a text. */
static const struct setting pushover_settings[] = {
	SECRET_ROW("token", token, "The application's token"),
	SECRET_ROW("user", secret, "The key of the user or group"),
	SERVER_ROW("https://api.pushover.net"),
	END_ROW,
};

static const struct provider pushover = {
	.url = "{{channel.server}}/1/messages.json", .place = TEMPLATE_FORM, .title_most = 240, .text_most = 1024,
	.levels = { "-1", "0", "0", "1" },
	.body = "token={{channel.token}}&user={{channel.user}}&title={{title}}&message={{text}}&priority={{level}}&timestamp={{time_s}}",
	.good_field = "status", .good_value = "1", .said_field = "errors",
};

const struct channel_kind kind_pushover = {
	.name = "pushover", .summary = "Pushover", .settings = pushover_settings, .needs = "token user", .way = &way_http, .provider = &pushover,
};

/* Pushbullet: https://docs.pushbullet.com/#create-push (as of 2025). A guid it has seen makes no second push. */
static const struct setting pushbullet_settings[] = {
	SECRET_ROW("token", token, "The access token"),
	SERVER_ROW("https://api.pushbullet.com"),
	END_ROW,
};

static const struct provider pushbullet = {
	.url = "{{channel.server}}/v2/pushes", .headers = { "Access-Token: {{channel.token}}" }, .place = TEMPLATE_JSON,
	.title_most = 300, .text_most = 4000,
	.body = "{\"type\":\"note\",\"title\":\"{{emoji}} {{title}}\",\"body\":\"{{text}}\",\"guid\":\"{{uuid}}\"}",
};

const struct channel_kind kind_pushbullet = {
	.name = "pushbullet", .summary = "Pushbullet", .settings = pushbullet_settings, .needs = "token", .way = &way_http, .provider = &pushbullet,
};

/* Twilio: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource (as of 2025). 1600 characters; 201. */
static const struct setting twilio_settings[] = {
	TEXT_ROW("user", user, NULL, "The account's SID", "\"AC\xe2\x80\xa6\""),
	SECRET_ROW("password", password, "The auth token"),
	TEXT_ROW("from", from, NULL, "The number it comes from", "\"+15017122661\""),
	TEXT_ROW("to", chat, NULL, "The number it goes to", "\"+15558675310\""),
	SERVER_ROW("https://api.twilio.com"),
	END_ROW,
};

static const struct provider twilio = {
	.url = "{{channel.server}}/2010-04-01/Accounts/{{channel.user}}/Messages.json", .headers = { "Authorization: Basic {{basic}}" },
	.place = TEMPLATE_FORM, .title_most = 160, .text_most = 600,
	.body = "From={{channel.from}}&To={{channel.to}}&Body={{title}}%0A{{text}}",
	.said_field = "message",
};

const struct channel_kind kind_twilio = {
	.name = "twilio", .summary = "An SMS by Twilio", .settings = twilio_settings, .needs = "user password from to", .way = &way_http,
	.provider = &twilio,
};

/* Home Assistant: https://developers.home-assistant.io/docs/api/rest/ and https://www.home-assistant.io/integrations/notify/ (as of 2025). */
static const struct setting homeassistant_settings[] = {
	OWN_SERVER_ROW("\"http://homeassistant.local:8123\""),
	SECRET_ROW("token", token, "A long-lived access token"),
	TEXT_ROW("service", topic, "notify", "The notify service", "\"mobile_app_pixel\""),
	END_ROW,
};

static const struct provider homeassistant = {
	.url = "{{channel.server}}/api/services/notify/{{channel.service}}", .headers = { "Authorization: Bearer {{channel.token}}" },
	.place = TEMPLATE_JSON, .title_most = 300, .text_most = 4000,
	.body = "{\"title\":\"{{emoji}} {{title}}\",\"message\":\"{{text}}\"}",
	.said_field = "message",
};

const struct channel_kind kind_homeassistant = {
	.name = "homeassistant", .summary = "Home Assistant, by a notify service", .settings = homeassistant_settings, .needs = "server token",
	.way = &way_http, .provider = &homeassistant,
};
