/*
 * What sealing makes of a channel: secrets read, templates compiled. And what a provider's row says. Private to src/alert.
 */
#ifndef ALERT_PLAN_H
#define ALERT_PLAN_H

#include "kumatop/alert_message.h"
#include "kumatop/buf.h"
#include "kumatop/channel.h"
#include "kumatop/template.h"

enum { PROVIDER_HEADERS = 4, PLAN_HEADERS_MOST = 32, BODY_MOST = 256 << 10, URL_MOST = 8192 };

/*
 * A provider that speaks HTTP. Templates may hold the names of values.h, and {{channel.NAME}} for each setting of the kind. A header whose
 * template names a setting that is not given is left out.
 */
struct provider {
	const char *url;		/* NULL: the setting `url`, as it is */
	const char *url_good;		/* when it is over, if that goes somewhere else */
	const char *method;		/* NULL: POST, or the setting `method` if the kind has one */
	const char *headers[PROVIDER_HEADERS];
	enum template_place place;	/* of the body */
	const char *body;		/* NULL: the setting `body` */
	const char *body_good;		/* when it is over, if that is said in another way */
	enum template_markup markup;	/* of title, text and every other value */
	size_t title_most, text_most;	/* characters; 0: as they come */
	const char *levels[ALERT_LEVEL_COUNT];	/* the provider's words for {{level}}; NULL: ours */
	/* {{signature}}, made of the setting `secret`: a part of the body's JSON, or what is added to the URL. */
	void (*sign)(const char *secret, int64_t now_us, struct buf *out);
	bool signs_url;

	/* A field of the JSON answer and what it holds when the message was taken; NULL: the status alone says so. */
	const char *good_field, *good_value;
	const char *said_field;		/* the field that says why not */
	const char *busy;		/* values of good_field, or of said_field, that mean "later", with blanks around each */
	int also_good;			/* a status that says it has this message already */
};

enum way_kind { WAY_HTTP, WAY_MAIL, WAY_PROGRAM, WAY_SYSLOG, WAY_TERMINAL };

/* How a channel is sent. */
struct channel_way {
	enum way_kind kind;
	/* Whether the settings make sense together, when the spec is sealed; NULL: always. */
	bool (*check)(const struct channel_spec *spec, struct error *err);
};

extern const struct channel_way way_http, way_mail, way_program, way_syslog, way_terminal;

struct channel_plan {
	struct template_name *names;	/* of all templates: the message's, then the settings' */
	char **settings;		/* what each setting of the kind's table holds, secrets read; NULL: not given */
	char **setting_names;		/* "channel.token", which names borrows */
	size_t setting_count;
	struct template *url, *url_good, *body, *body_good;
	struct template *headers[PLAN_HEADERS_MOST];
	size_t header_count;
	enum template_place place;
	enum template_markup markup;
	struct text_list hidden;	/* what must not be seen in an answer, the longest first */
};

/* NULL with err. The spec has no plan yet. */
struct channel_plan *plan_make(const struct channel_spec *spec, struct error *err);
void plan_free(struct channel_plan *plan);	/* accepts NULL */

/* Makes a request as a test would, and looks whether it is one. */
bool plan_try(const struct channel_spec *spec, struct error *err);

/* What a setting holds, by the offset of its field; NULL: not given. */
const char *plan_value(const struct channel_spec *spec, size_t offset);
#define PLAN_VALUE(spec, field) plan_value(spec, offsetof(struct channel_settings, field))

/* Replaces in a text what must not be seen, and makes it one clean line. */
void plan_hide(const struct channel_plan *plan, const char *text, size_t length, char *out, size_t size);

/* One request, ready to go. */
struct post {
	char *method, *url, *body;
	size_t body_length;
	struct text_list headers;
};

/* What this channel sends of this message. now_us: what a signature is made for. */
void post_make(struct post *post, const struct channel_spec *spec, const struct alert_message *message, int64_t now_us);
void post_finish(struct post *post);

/* Whether a text is a URL that a message can be sent to: http or https, with a host. err does not repeat it: it may be a secret. */
bool post_check_url(const char *text, struct error *err);

#endif
