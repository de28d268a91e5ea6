/*
 * Chats. Each row was written after the page it names; none of these providers could be tried from where it was written, so what is certain
 * is the request, which tests/unit/test_channels.c holds against a server of its own.
 */
#include "kinds.h"

/*
 * Slack, incoming webhooks: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks (as of 2025); escaping:
 * https://docs.slack.dev/messaging/formatting-message-text. The answer is "ok" with 200, or a word with 4xx. `mrkdwn` off: no formatting.
 */
static const struct setting slack_settings[] = { URL_ROW("\"https://hooks.slack.com/services/T0/B0/x\""), END_ROW };

static const struct provider slack = {
	.markup = MARKUP_SLACK, .place = TEMPLATE_JSON, .title_most = 300, .text_most = 3000,
	.body = "{\"text\":\"{{emoji}} {{title}}\",\"mrkdwn\":false,\"unfurl_links\":false,\"unfurl_media\":false,"
	    "\"attachments\":[{\"color\":\"{{color}}\",\"fallback\":\"{{title}}\",\"text\":\"{{text}}\",\"mrkdwn_in\":[]}]}",
};

const struct channel_kind kind_slack = {
	.name = "slack", .summary = "Slack, by an incoming webhook", .settings = slack_settings, .needs = "url", .way = &way_http, .provider = &slack,
};

/* Slack, chat.postMessage: https://docs.slack.dev/reference/methods/chat.postMessage (as of 2025). 200 with "ok": false is a refusal. */
static const struct setting slack_api_settings[] = {
	SECRET_ROW("token", token, "The bot's token (xoxb-\xe2\x80\xa6), with the scope chat:write"),
	TEXT_ROW("channel", chat, NULL, "The channel's id, or its #name", "\"C0123456789\""),
	SERVER_ROW("https://slack.com"),
	END_ROW,
};

static const struct provider slack_api = {
	.url = "{{channel.server}}/api/chat.postMessage", .headers = { "Authorization: Bearer {{channel.token}}" },
	.markup = MARKUP_SLACK, .place = TEMPLATE_JSON, .title_most = 300, .text_most = 3000,
	.body = "{\"channel\":\"{{channel.channel}}\",\"text\":\"{{emoji}} {{title}}\",\"mrkdwn\":false,\"unfurl_links\":false,\"unfurl_media\":false,"
	    "\"attachments\":[{\"color\":\"{{color}}\",\"fallback\":\"{{title}}\",\"text\":\"{{text}}\",\"mrkdwn_in\":[]}]}",
	.good_field = "ok", .good_value = "true", .said_field = "error",
	.busy = " ratelimited rate_limited message_limit_exceeded internal_error fatal_error request_timeout service_unavailable team_added_to_org ",
};

const struct channel_kind kind_slack_api = {
	.name = "slack-api", .summary = "Slack, as a bot", .settings = slack_api_settings, .needs = "token channel", .way = &way_http,
	.provider = &slack_api,
};

/*
 * Discord: https://discord.com/developers/docs/resources/webhook#execute-webhook, limits: …/resources/message#embed-object-embed-limits
 * (as of 2025). allowed_mentions with an empty parse: nobody is called, whatever the text says.
 */
static const struct setting discord_settings[] = { URL_ROW("\"https://discord.com/api/webhooks/1/x\""), END_ROW };

static const struct provider discord = {
	.markup = MARKUP_MARKDOWN, .place = TEMPLATE_JSON, .title_most = 250, .text_most = 4000,
	.body = "{\"embeds\":[{\"title\":\"{{emoji}} {{title}}\",\"description\":\"{{text}}\",\"color\":{{color_number}},\"timestamp\":\"{{time}}\"}],"
	    "\"allowed_mentions\":{\"parse\":[]}}",
	.said_field = "message",
};

const struct channel_kind kind_discord = {
	.name = "discord", .summary = "Discord, by a webhook", .settings = discord_settings, .needs = "url", .way = &way_http, .provider = &discord,
};

/*
 * Microsoft Teams, a workflow "when a Teams webhook request is received":
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook (2025), the card:
 * https://adaptivecards.io/explorer/TextRun.html. A TextRun reads no Markdown, so nothing has to be escaped. 202 is success.
 */
static const struct setting teams_settings[] = { URL_ROW("\"https://\xe2\x80\xa6.powerplatform.com/\xe2\x80\xa6\""), END_ROW };

static const struct provider teams = {
	.place = TEMPLATE_JSON, .title_most = 300, .text_most = 8000, .levels = { "default", "good", "warning", "attention" },
	.body = "{\"type\":\"message\",\"attachments\":[{\"contentType\":\"application/vnd.microsoft.card.adaptive\",\"contentUrl\":null,"
	    "\"content\":{\"$schema\":\"http://adaptivecards.io/schemas/adaptive-card.json\",\"type\":\"AdaptiveCard\",\"version\":\"1.4\",\"body\":["
	    "{\"type\":\"RichTextBlock\",\"inlines\":[{\"type\":\"TextRun\",\"text\":\"{{emoji}} {{title}}\",\"weight\":\"bolder\",\"size\":\"large\","
	    "\"color\":\"{{level}}\"}]},{\"type\":\"RichTextBlock\",\"inlines\":[{\"type\":\"TextRun\",\"text\":\"{{text}}\"}]}]}}]}",
};

const struct channel_kind kind_teams = {
	.name = "teams", .summary = "Microsoft Teams, by a workflow's webhook", .settings = teams_settings, .needs = "url", .way = &way_http,
	.provider = &teams,
};

/* Mattermost: https://developers.mattermost.com/integrate/webhooks/incoming/ (as of 2025). @channel in a text would call everybody. */
static const struct setting mattermost_settings[] = { URL_ROW("\"https://chat.example/hooks/x\""), END_ROW };

static const struct provider mattermost = {
	.markup = MARKUP_CHAT, .place = TEMPLATE_JSON, .title_most = 300, .text_most = 12000,
	.body = "{\"text\":\"{{emoji}} **{{title}}**\\n\\n{{text}}\"}",
	.said_field = "message",
};

const struct channel_kind kind_mattermost = {
	.name = "mattermost", .summary = "Mattermost, by an incoming webhook", .settings = mattermost_settings, .needs = "url", .way = &way_http,
	.provider = &mattermost,
};

/* Rocket.Chat: https://docs.rocket.chat/docs/integrations (as of 2025). Taken is {"success":true}. */
static const struct setting rocketchat_settings[] = { URL_ROW("\"https://chat.example/hooks/1/x\""), END_ROW };

static const struct provider rocketchat = {
	.markup = MARKUP_CHAT, .place = TEMPLATE_JSON, .title_most = 300, .text_most = 4000,
	.body = "{\"text\":\"{{emoji}} *{{title}}*\\n{{text}}\",\"parseUrls\":false}",
	.good_field = "success", .good_value = "true", .said_field = "error",
};

const struct channel_kind kind_rocketchat = {
	.name = "rocketchat", .summary = "Rocket.Chat, by an incoming webhook", .settings = rocketchat_settings, .needs = "url", .way = &way_http,
	.provider = &rocketchat,
};

/* Google Chat: https://developers.google.com/workspace/chat/quickstart/webhooks (as of 2025). <users/all> would call everybody. */
static const struct setting googlechat_settings[] = { URL_ROW("\"https://chat.googleapis.com/v1/spaces/\xe2\x80\xa6\""), END_ROW };

static const struct provider googlechat = {
	.markup = MARKUP_ANGLES, .place = TEMPLATE_JSON, .title_most = 300, .text_most = 3500,
	.body = "{\"text\":\"{{emoji}} *{{title}}*\\n{{text}}\"}",
};

const struct channel_kind kind_googlechat = {
	.name = "googlechat", .summary = "Google Chat, by a webhook of a space", .settings = googlechat_settings, .needs = "url", .way = &way_http,
	.provider = &googlechat,
};

/*
 * Matrix: https://spec.matrix.org/v1.11/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid. The transaction id makes a second
 * try the same message; an empty m.mentions keeps @room from calling anybody.
 */
static const struct setting matrix_settings[] = {
	OWN_SERVER_ROW("\"https://matrix.example\""),
	SECRET_ROW("token", token, "The access token of the user who writes"),
	TEXT_ROW("room", chat, NULL, "The room's id", "\"!abc:matrix.example\""),
	END_ROW,
};

static const struct provider matrix = {
	.url = "{{channel.server}}/_matrix/client/v3/rooms/{{channel.room}}/send/m.room.message/{{uuid}}", .method = "PUT",
	.headers = { "Authorization: Bearer {{channel.token}}" },
	.place = TEMPLATE_JSON, .title_most = 300, .text_most = 12000,
	.body = "{\"msgtype\":\"m.text\",\"body\":\"{{emoji}} {{title}}\\n{{text}}\",\"m.mentions\":{}}",
	.said_field = "error",
};

const struct channel_kind kind_matrix = {
	.name = "matrix", .summary = "A Matrix room", .settings = matrix_settings, .needs = "server token room", .way = &way_http, .provider = &matrix,
};

/* Telegram: https://core.telegram.org/bots/api#sendmessage (Bot API 9, 2025). 4096 characters once entities are read. */
static const struct setting telegram_settings[] = {
	SECRET_ROW("token", token, "The bot's token, from @BotFather"),
	TEXT_ROW("chat", chat, NULL, "The chat's number, or @name of a public channel", "\"-1001234567890\""),
	SERVER_ROW("https://api.telegram.org"),
	END_ROW,
};

static const struct provider telegram = {
	.url = "{{channel.server}}/bot{{channel.token}}/sendMessage",
	.markup = MARKUP_HTML, .place = TEMPLATE_JSON, .title_most = 300, .text_most = 3700,
	.body = "{\"chat_id\":\"{{channel.chat}}\",\"text\":\"{{emoji}} <b>{{title}}</b>\\n{{text}}\",\"parse_mode\":\"HTML\","
	    "\"link_preview_options\":{\"is_disabled\":true}}",
	.good_field = "ok", .good_value = "true", .said_field = "description",
};

const struct channel_kind kind_telegram = {
	.name = "telegram", .summary = "Telegram, as a bot", .settings = telegram_settings, .needs = "token chat", .way = &way_http,
	.provider = &telegram,
};

/* Zulip: https://zulip.com/api/send-message (as of 2025). @**all** would call everybody. */
static const struct setting zulip_settings[] = {
	OWN_SERVER_ROW("\"https://zulip.example\""),
	TEXT_ROW("user", user, NULL, "The bot's mail address", "\"kumatop-bot@zulip.example\""),
	SECRET_ROW("password", password, "The bot's API key"),
	TEXT_ROW("stream", chat, NULL, "The channel that is written to", "\"ops\""),
	TEXT_ROW("topic", topic, "kumatop", "The topic in it", "\"alerts\""),
	END_ROW,
};

static const struct provider zulip = {
	.url = "{{channel.server}}/api/v1/messages", .headers = { "Authorization: Basic {{basic}}" },
	.markup = MARKUP_CHAT, .place = TEMPLATE_FORM, .title_most = 300, .text_most = 8000,
	.body = "type=stream&to={{channel.stream}}&topic={{channel.topic}}&content={{emoji}}%20**{{title}}**%0A{{text}}",
	.good_field = "result", .good_value = "success", .said_field = "msg",
};

const struct channel_kind kind_zulip = {
	.name = "zulip", .summary = "Zulip, as a bot", .settings = zulip_settings, .needs = "server user password stream", .way = &way_http,
	.provider = &zulip,
};

/* Webex: https://developer.webex.com/messaging/docs/api/v1/messages/create-a-message (as of 2025). `text` reads no Markdown. */
static const struct setting webex_settings[] = {
	SECRET_ROW("token", token, "The bot's access token"),
	TEXT_ROW("room", chat, NULL, "The space's id", "\"Y2lz\xe2\x80\xa6\""),
	SERVER_ROW("https://webexapis.com"),
	END_ROW,
};

static const struct provider webex = {
	.url = "{{channel.server}}/v1/messages", .headers = { "Authorization: Bearer {{channel.token}}" },
	.place = TEMPLATE_JSON, .title_most = 300, .text_most = 2000,
	.body = "{\"roomId\":\"{{channel.room}}\",\"text\":\"{{emoji}} {{title}}\\n{{text}}\"}",
	.said_field = "message",
};

const struct channel_kind kind_webex = {
	.name = "webex", .summary = "Webex, as a bot", .settings = webex_settings, .needs = "token room", .way = &way_http, .provider = &webex,
};

/*
 * LINE: https://developers.line.biz/en/reference/messaging-api/#send-push-message; the retry key, and 409 for what was taken before:
 * https://developers.line.biz/en/docs/messaging-api/retrying-api-request/ (both read November 2026).
 */
static const struct setting line_settings[] = {
	SECRET_ROW("token", token, "The channel access token"),
	TEXT_ROW("to", chat, NULL, "The id of a user, group or room", "\"U0123\xe2\x80\xa6\""),
	SERVER_ROW("https://api.line.me"),
	END_ROW,
};

static const struct provider line = {
	.url = "{{channel.server}}/v2/bot/message/push", .headers = { "Authorization: Bearer {{channel.token}}", "X-Line-Retry-Key: {{uuid}}" },
	.place = TEMPLATE_JSON, .title_most = 300, .text_most = 4500,
	.body = "{\"to\":\"{{channel.to}}\",\"messages\":[{\"type\":\"text\",\"text\":\"{{emoji}} {{title}}\\n{{text}}\"}]}",
	.said_field = "message", .also_good = 409,
};

const struct channel_kind kind_line = {
	.name = "line", .summary = "LINE, by the Messaging API", .settings = line_settings, .needs = "token to", .way = &way_http, .provider = &line,
};

/* Signal: https://github.com/bbernhard/signal-cli-rest-api/blob/master/doc/EXAMPLES.md (read November 2026). 201 is success. */
static const struct setting signal_settings[] = {
	OWN_SERVER_ROW("\"http://127.0.0.1:8080\""),
	TEXT_ROW("from", from, NULL, "The number that is registered with the gateway", "\"+431212131491291\""),
	TO_ROW("Numbers, or ids of groups", "[\"+4354546464654\"]"),
	END_ROW,
};

static const struct provider signal_gateway = {
	.url = "{{channel.server}}/v2/send", .place = TEMPLATE_JSON, .title_most = 300, .text_most = 1500,
	.body = "{\"message\":\"{{emoji}} {{title}}\\n{{text}}\",\"number\":\"{{channel.from}}\",\"recipients\":{{channel.to}}}",
	.said_field = "error",
};

const struct channel_kind kind_signal = {
	.name = "signal", .summary = "Signal, by a signal-cli REST gateway", .settings = signal_settings, .needs = "server from to", .way = &way_http,
	.provider = &signal_gateway,
};
