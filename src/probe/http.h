/*
 * The http kind, shared by its files: http.c runs a check, http_settings.c is what can be set, http_plan.c what is made of it
 * once, http_expect.c judges an answer, http_report.c says what went wrong.
 */
#ifndef KUMATOP_PROBE_HTTP_H
#define KUMATOP_PROBE_HTTP_H

#include <curl/curl.h>

#include "kumatop/buf.h"
#include "kumatop/pattern.h"
#include "kumatop/result.h"
#include "kumatop/setting.h"
#include "kumatop/transfer.h"
#include "kumatop/when.h"
#include "dial.h"
#include "late_trust.h"
#include "target.h"
#include "tls.h"

struct monitor_spec;

enum {
	HTTP_HEAD_MOST = 64 * 1024,	/* bytes of status lines and headers that are taken from a server */
	HTTP_HEAD_SHOWN = 1536,		/* in evidence */
	HTTP_BODY_SHOWN = 1024,
	HTTP_URL_MOST = 4000,		/* of a redirect */
};

enum http_version { HTTP_VERSION_AUTO, HTTP_VERSION_1_0, HTTP_VERSION_1_1, HTTP_VERSION_2 };

struct http_settings {
	char *method;			/* NULL: GET, or POST if there is something to send */
	struct text_list headers;
	char *body;			/* may be secret, and name where it is, as headers' values may */
	int64_t follow;
	struct text_list expect_status;
	char *expect_body, *expect_body_not, *expect_body_match;
	char *user, *password, *token;
	bool verify;
	char *ca_file;
	int64_t body_limit;
	int version;			/* enum http_version */
};

extern const struct setting http_settings[];

struct status_range {
	int first, last;
};

/* Where a request goes: of the target, and of each redirect. */
struct http_place {
	char *url;			/* as curl gets it */
	bool https;
	struct endpoint endpoint;
};

/* A spec's settings made ready. Immutable but for late_trust, and used by any number of checks at once. */
struct http_plan {
	struct http_place place;
	const char *method;
	struct curl_slist *headers;		/* for the target's own origin */
	struct curl_slist *plain_headers;	/* for any other: nothing that could be a secret */
	char *user, *password, *body;
	struct pattern *body_match;
	struct trust *trust;			/* of an https target; NULL if it could not be had: */
	char *trust_missing;			/* why */
	struct trust *late_trust;		/* read and set by http_late_trust() and http_keep_late_trust() alone */
	bool sends_body;
	bool keeps_body;			/* there is something to look for in it */
	bool needs_trust;			/* certificates are verified */
	bool may_need_trust_late;		/* a plain target, which may lead to https */
	bool url_is_target;			/* the place's url is the spec's text */
	unsigned status_count;
	struct status_range status[];		/* any of them is fine */
};

bool http_read_target(const char *text, char **canonical, struct error *err);
bool http_prepare(const struct monitor_spec *spec, void **prepared, struct error *err);
void http_unprepare(void *prepared);

/* Takes an absolute URL apart. *canonical (heap memory; may be NULL) is how it is kept and shown. */
bool http_place_read(struct http_place *place, const char *url, char **canonical, struct error *err);
void http_place_finish(struct http_place *place);
/*
 * The store that an earlier check was given when a redirect led it to https; NULL if there was none yet. Keeping takes ownership;
 * of two that are kept the first one stays.
 */
const struct trust *http_late_trust(const struct monitor_spec *spec);
const struct trust *http_keep_late_trust(const struct monitor_spec *spec, struct trust *trust);

bool http_same_origin(const struct http_place *a, const struct http_place *b);

/* "200-299" or "404" */
bool http_status_range(const char *text, struct status_range *range, struct error *err);
bool http_status_expected(const struct http_plan *plan, long status);

/* How far a request came. */
enum http_reached { REACHED_NAME, REACHED_CONNECT, REACHED_TLS, REACHED_REQUEST, REACHED_ANSWER };

/* One of several that a check had, as it may be the one worth telling. */
struct http_failure {
	enum outcome outcome;
	char address[RESULT_ADDRESS_SIZE];
	char detail[RESULT_DETAIL_SIZE];
};

/* Under 1 KiB, which malloc(3) finds without looking: there is one for each check. */
struct probe {
	const struct monitor_spec *spec;
	const struct http_settings *settings;
	const struct http_plan *plan;
	struct probe_loop *loop;
	void (*done)(void *arg, const struct check_result *result);
	void *arg;

	/* The hop under way. */
	const struct http_place *place;		/* the plan's, or `redirected` */
	struct http_place *redirected;		/* heap memory; NULL until there was one */
	bool foreign;				/* another origin than the target's */
	bool as_get;				/* a redirect turned the request into a GET */
	int64_t redirects;
	struct late_trust *late;
	const struct trust *trust;
	struct dial dial;
	struct transfer *transfer;
	enum http_reached reached;
	struct mono opened, tls_began, requested, answered;

	/* What came. */
	struct tls_seen tls;
	long status;
	size_t head_bytes, body_bytes;
	struct buf body;			/* what is kept of it; not initialised before there is something */
	bool head_too_large, body_too_large;
	bool no_room;				/* for more of it, with all that other checks hold */
	char status_line[100];			/* as it came, cut to fit; the headers are kept by curl */

	struct mono began;
	struct http_failure *earlier;		/* heap memory; of an address before; NULL if none failed */
	struct check_result result;
};

/* Outcome and detail of a transfer that ended well: status and body against what is expected. */
void http_judge(struct probe *probe);

/* Outcome and detail of a transfer that ended with an error (a CURLcode). */
void http_report_failure(struct probe *probe, int code);

/* Outcome and detail when time ran out where the check stands. */
void http_report_hung(struct probe *probe);

/* "200 OK", sanitised where it is used. */
void http_status_line(const struct probe *probe, char *out, size_t size);

void http_give_evidence(struct probe *probe);

#endif
