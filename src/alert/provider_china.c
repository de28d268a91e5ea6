/* Chats and pushes that answer 200 whatever happens, and tell in a field of the answer whether they took the message. */
#include "digest.h"
#include "kinds.h"

/*
 * DingTalk, a group's custom robot: https://open.dingtalk.com/document/robots/custom-robot-access, signing:
 * https://open.dingtalk.com/document/robots/customize-robot-security-settings (copies read November 2026). `text` reads no markup, and calls
 * only whom `at` names. At most 20 messages a minute: 130101.
 */
static const struct setting dingtalk_settings[] = {
	URL_ROW("\"https://oapi.dingtalk.com/robot/send?access_token=x\""),
	SECRET_ROW("secret", secret, "The key (SEC\xe2\x80\xa6) that requests are signed with, if the robot asks for it"),
	END_ROW,
};

static const struct provider dingtalk = {
	.place = TEMPLATE_JSON, .title_most = 300, .text_most = 5000, .sign = sign_dingtalk, .signs_url = true,
	.body = "{\"msgtype\":\"text\",\"text\":{\"content\":\"{{emoji}} {{title}}\\n{{text}}\"},\"at\":{\"isAtAll\":false}}",
	.good_field = "errcode", .good_value = "0", .said_field = "errmsg", .busy = " -1 130101 130102 410100 ",
};

const struct channel_kind kind_dingtalk = {
	.name = "dingtalk", .summary = "DingTalk, by a group's custom robot", .settings = dingtalk_settings, .needs = "url", .way = &way_http,
	.provider = &dingtalk,
};

/*
 * Feishu and Lark, a group's custom bot: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot and the same at
 * open.larksuite.com (as of 2025). A text element of a post reads no markup. 9499 and 11232: too many at once.
 */
static const struct setting feishu_settings[] = {
	URL_ROW("\"https://open.feishu.cn/open-apis/bot/v2/hook/x\""),
	SECRET_ROW("secret", secret, "The key that requests are signed with, if the bot asks for it"),
	END_ROW,
};

static const struct setting lark_settings[] = {
	URL_ROW("\"https://open.larksuite.com/open-apis/bot/v2/hook/x\""),
	SECRET_ROW("secret", secret, "The key that requests are signed with, if the bot asks for it"),
	END_ROW,
};

static const struct provider feishu = {
	.place = TEMPLATE_JSON, .title_most = 300, .text_most = 5000, .sign = sign_feishu,
	.body = "{ {{signature}}\"msg_type\":\"post\",\"content\":{\"post\":{\"en_us\":{\"title\":\"{{emoji}} {{title}}\","
	    "\"content\":[[{\"tag\":\"text\",\"text\":\"{{text}}\"}]]}}}}",
	.good_field = "code", .good_value = "0", .said_field = "msg", .busy = " 9499 11232 11233 ",
};

const struct channel_kind kind_feishu = {
	.name = "feishu", .summary = "Feishu, by a group's custom bot", .settings = feishu_settings, .needs = "url", .way = &way_http,
	.provider = &feishu,
};

const struct channel_kind kind_lark = {
	.name = "lark", .summary = "Lark, by a group's custom bot", .settings = lark_settings, .needs = "url", .way = &way_http, .provider = &feishu,
};

/*
 * WeCom, a group's robot: https://developer.work.weixin.qq.com/document/path/91770 (a copy read November 2026). 2048 bytes, which 680
 * characters never pass. 45009: too many a minute; -1: busy.
 */
static const struct setting wecom_settings[] = { URL_ROW("\"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x\""), END_ROW };

static const struct provider wecom = {
	.place = TEMPLATE_JSON, .title_most = 120, .text_most = 550,
	.body = "{\"msgtype\":\"text\",\"text\":{\"content\":\"{{emoji}} {{title}}\\n{{text}}\"}}",
	.good_field = "errcode", .good_value = "0", .said_field = "errmsg", .busy = " -1 45009 45033 ",
};

const struct channel_kind kind_wecom = {
	.name = "wecom", .summary = "WeCom, by a group's robot", .settings = wecom_settings, .needs = "url", .way = &way_http, .provider = &wecom,
};

/*
 * ServerChan: https://sct.ftqq.com/sendkey and https://doc.sc3.ft07.com/serverchan3/server/api (a copy read November 2026). 32 characters of
 * title; desp is Markdown. A key of version 3 (sctp…) is for its own server, https://NUMBER.push.ft07.com/send.
 */
static const struct setting serverchan_settings[] = {
	SECRET_ROW("token", token, "The send key"),
	SERVER_ROW("https://sctapi.ftqq.com"),
	END_ROW,
};

static const struct provider serverchan = {
	.url = "{{channel.server}}/{{channel.token}}.send", .markup = MARKUP_MARKDOWN, .place = TEMPLATE_FORM, .title_most = 32, .text_most = 8000,
	.body = "title={{title}}&desp={{text}}",
	.good_field = "code", .good_value = "0", .said_field = "message",
};

const struct channel_kind kind_serverchan = {
	.name = "serverchan", .summary = "ServerChan, to WeChat", .settings = serverchan_settings, .needs = "token", .way = &way_http,
	.provider = &serverchan,
};

/* Bark: https://github.com/Finb/Bark/blob/master/docs/tutorial.md (read November 2026). */
static const struct setting bark_settings[] = {
	SECRET_ROW("token", token, "The key of the device"),
	SERVER_ROW("https://api.day.app"),
	END_ROW,
};

static const struct provider bark = {
	.url = "{{channel.server}}/push", .place = TEMPLATE_JSON, .title_most = 200, .text_most = 1000,
	.levels = { "passive", "active", "active", "timeSensitive" },
	.body = "{\"device_key\":\"{{channel.token}}\",\"title\":\"{{emoji}} {{title}}\",\"body\":\"{{text}}\",\"level\":\"{{level}}\",\"group\":\"kumatop\"}",
	.good_field = "code", .good_value = "200", .said_field = "message",
};

const struct channel_kind kind_bark = {
	.name = "bark", .summary = "Bark, to an iPhone", .settings = bark_settings, .needs = "token", .way = &way_http, .provider = &bark,
};
