/*
 * The settings at the top level of kumatop.conf, and what they mean for monitors that are silent; where the configuration and
 * the database are.
 */
#include <arpa/inet.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kumatop/access.h"
#include "kumatop/heap.h"
#include "reading.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS };

/* "192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:5353" */
static bool check_nameserver(const char *text, struct error *err)
{
	char host[INET6_ADDRSTRLEN] = "";
	unsigned char address[sizeof(struct in6_addr)];
	const char *port = NULL, *start = text, *end = text + strlen(text);
	if (*text == '[') {
		start = text + 1;
		end = strchr(text, ']');
		if (end && end[1] == ':')
			port = end + 2;
		else if (end && end[1] != '\0')
			end = NULL;
	} else if (strchr(text, ':') && strchr(text, ':') == strrchr(text, ':')) {
		end = strchr(text, ':');
		port = end + 1;
	}
	if (end && (size_t)(end - start) < sizeof host)
		memcpy(host, start, (size_t)(end - start));
	bool fine = inet_pton(strchr(host, ':') ? AF_INET6 : AF_INET, host, address) == 1;
	if (fine && port) {
		char *rest = NULL;
		long number = strtol(port, &rest, 10);
		fine = *port >= '0' && *port <= '9' && *rest == '\0' && number >= 1 && number <= 65535;
	}
	return fine || error_set(err, EXIT_CONFIG, "\"%s\" is no address: write \"192.0.2.53\" or \"[2001:db8::53]:5353\"", text);
}

#define FIELD(name) offsetof(struct conf_settings, name)

const struct setting conf_settings[] = {
	{ .name = "interval", .type = SETTING_DURATION, .offset = FIELD(interval_ms), .least = SECOND_MS, .most = 30LL * DAY_MS,
	  .fallback = "60s", .summary = "time from one check of a monitor to the next", .example = "\"60s\"" },
	{ .name = "timeout", .type = SETTING_DURATION, .offset = FIELD(timeout_ms), .least = 10, .most = HOUR_MS,
	  .summary = "how long a check may take; at most the interval, 10s if not given", .example = "\"10s\"" },
	{ .name = "retry_interval", .type = SETTING_DURATION, .offset = FIELD(retry_interval_ms), .least = SECOND_MS, .most = 30LL * DAY_MS,
	  .summary = "time between checks while a monitor changes its mind; at most the interval, 10s if not given", .example = "\"10s\"" },
	{ .name = "rise", .type = SETTING_INTEGER, .offset = FIELD(rise), .least = 1, .most = 100,
	  .summary = "good checks in a row that turn a monitor up again", .example = "2" },
	{ .name = "fall", .type = SETTING_INTEGER, .offset = FIELD(fall), .least = 1, .most = 100,
	  .summary = "failed checks in a row that turn a monitor down", .example = "3" },
	{ .name = "theme", .type = SETTING_TEXT, .offset = FIELD(theme), .least = 1, .most = 4000, .fallback = "default",
	  .summary = "colours of the screen: a name from themes/, or a path", .example = "\"light\"" },
	{ .name = "database", .type = SETTING_TEXT, .offset = FIELD(database), .least = 0, .most = 4000,
	  .summary = "file of the history; \"none\" keeps nothing on disk", .example = "\"~/.local/state/kumatop/kumatop.db\"" },
	{ .name = "socket", .type = SETTING_TEXT, .offset = FIELD(socket), .least = 1, .most = 4000,
	  .summary = "where others attach to a running kumatop; by itself in the run-time directory", .example = "\"/run/kumatop/kumatop.sock\"" },
	{ .name = "flush", .type = SETTING_DURATION, .offset = FIELD(flush_ms), .least = 100, .most = MINUTE_MS, .fallback = "1s",
	  .summary = "how long routine results wait to be written together", .example = "\"1s\"" },
	{ .name = "keep_raw", .type = SETTING_DURATION, .offset = FIELD(keep_raw_ms), .least = HOUR_MS, .most = 36500LL * DAY_MS,
	  .fallback = "30d", .summary = "how long every single result, and what was seen of failures, is kept", .example = "\"30d\"" },
	{ .name = "keep_5min", .type = SETTING_DURATION, .offset = FIELD(keep_5min_ms), .least = 0, .most = 36500LL * DAY_MS,
	  .fallback = "90d", .summary = "how long the sums of each 5 minutes are kept; 0: for ever", .example = "\"90d\"" },
	{ .name = "keep_hour", .type = SETTING_DURATION, .offset = FIELD(keep_hour_ms), .least = 0, .most = 36500LL * DAY_MS,
	  .fallback = "730d", .summary = "how long the sums of each hour are kept; 0: for ever", .example = "\"730d\"" },
	{ .name = "keep_day", .type = SETTING_DURATION, .offset = FIELD(keep_day_ms), .least = 0, .most = 36500LL * DAY_MS,
	  .fallback = "0", .summary = "how long the sums of each day are kept; 0: for ever", .example = "\"3650d\"" },
	{ .name = "in_flight", .type = SETTING_INTEGER, .offset = FIELD(in_flight), .least = 1, .most = 10000, .fallback = "256",
	  .summary = "checks at once; one that hangs for 250 ms gives its place to the next, up to 16 times as many", .example = "256" },
	{ .name = "nameservers", .type = SETTING_LIST, .offset = FIELD(nameservers), .least = 1, .most = 80, .check = check_nameserver,
	  .summary = "name servers to ask instead of those of /etc/resolv.conf", .example = "[\"192.0.2.53\"]" },
	{ .name = "utc", .type = SETTING_FLAG, .offset = FIELD(utc), .summary = "show times in UTC instead of local time", .example = "true" },
	{ 0 },
};

void defaults_apply(const struct conf_settings *defaults, struct spec_common *common)
{
	if (!defaults)
		return;
	common->interval_ms = defaults->interval_ms;
	if (defaults->rise > 0)
		common->rise = defaults->rise;
	if (defaults->fall > 0)
		common->fall = defaults->fall;
}

/*
 * A default longer than a monitor's own interval is no mistake of anybody: it is cut. One that says what spec_seal() would fill
 * in stays unsaid, so that somebody who then asks for a shorter interval is not refused for it.
 */
static int64_t fitted(int64_t value, int64_t interval_ms)
{
	int64_t unsaid = interval_ms < 10 * SECOND_MS ? interval_ms : 10 * SECOND_MS;
	if (value > interval_ms)
		value = interval_ms;
	return value == unsaid ? 0 : value;
}

void defaults_fit(const struct conf_settings *defaults, struct spec_common *common)
{
	if (!defaults)
		return;
	if (common->timeout_ms == 0 && defaults->timeout_ms > 0)
		common->timeout_ms = fitted(defaults->timeout_ms, common->interval_ms);
	if (common->retry_interval_ms == 0 && defaults->retry_interval_ms > 0)
		common->retry_interval_ms = fitted(defaults->retry_interval_ms, common->interval_ms);
}

/* The user's own directory, or NULL. Heap. */
static char *home(void)
{
	const char *path = getenv("HOME");
	if (path && *path == '/')
		return heap_text(path);
	char texts[4096];
	struct passwd user, *found = NULL;
	if (getpwuid_r(getuid(), &user, texts, sizeof texts, &found) != 0 || !found || *found->pw_dir != '/')
		return NULL;
	return heap_text(found->pw_dir);
}

/* Heap; NULL without a home. */
static char *below_home(const char *path)
{
	char *directory = home();
	char *whole = directory ? heap_print("%s/%s", directory, path) : NULL;
	free(directory);
	return whole;
}

/* The XDG directory that a variable names, or the one below the home directory. NULL without either. Heap. */
static char *xdg(const char *variable, const char *usual)
{
	const char *path = getenv(variable);
	return path && *path == '/' ? heap_text(path) : below_home(usual);
}

char *conf_system_path(const char *path)
{
	const char *root = getenv("KUMATOP_ROOT");
	return heap_print("%s%s", root && *root == '/' ? root : "", path);
}

bool conf_is_service(const char *path)
{
	char *service = conf_system_path(CONF_SERVICE_FILE);
	bool same = path && strcmp(path, service) == 0;
	free(service);
	return same;
}

char *conf_find(const char *explicit_path)
{
	if (!explicit_path) {
		explicit_path = getenv("KUMATOP_CONFIG");
		if (explicit_path && *explicit_path == '\0')
			explicit_path = NULL;
	}
	if (explicit_path)
		return heap_text(explicit_path);
	char *directory = xdg("XDG_CONFIG_HOME", ".config");
	if (directory) {
		char *path = heap_print("%s/kumatop/kumatop.conf", directory);
		free(directory);
		if (access(path, F_OK) == 0)
			return path;
		free(path);
	}
	char *service = conf_system_path(CONF_SERVICE_FILE);
	if (access(service, F_OK) == 0)
		return service;
	free(service);
	return NULL;
}

/* Without a home there is only the service's place. */
static char *default_database(void)
{
	char *directory = xdg("XDG_STATE_HOME", ".local/state");
	char *path = directory ? heap_print("%s/kumatop/kumatop.db", directory) : conf_system_path(CONF_SERVICE_DATABASE);
	free(directory);
	return path;
}

/* A path in a configuration is meant from where the file stands. */
static char *beside(const char *file, const char *path)
{
	const char *slash = file ? strrchr(file, '/') : NULL;
	if (*path == '/' || !slash)
		return heap_text(path);
	return heap_print("%.*s/%s", (int)(slash - file), file, path);
}

/* A path as written, of a configuration or (file NULL) of the command line. Heap. */
static char *resolved(const char *file, const char *path)
{
	char *own = strncmp(path, "~/", 2) == 0 ? below_home(path + 2) : NULL;
	return own ? own : beside(file, path);
}

char *conf_database_path(const struct conf *conf, const char *override)
{
	const char *path = override ? override : conf->settings.database;
	if (!path)
		return conf_is_service(conf->path) ? conf_system_path(CONF_SERVICE_DATABASE) : default_database();
	if (*path == '\0' || strcmp(path, "none") == 0)
		return NULL;
	return resolved(override ? NULL : conf->path, path);
}

char *conf_socket_path(const struct conf *conf)
{
	const char *path = conf->settings.socket;
	return path && *path ? resolved(conf->path, path) : NULL;
}

struct conf *conf_empty(void)
{
	struct conf *conf = heap_zero(1, sizeof *conf);
	settings_init(conf_settings, &conf->settings);
	return conf;
}

void conf_free(struct conf *conf)
{
	if (!conf)
		return;
	for (size_t i = 0; i < conf->spec_count; i++)
		spec_release(conf->specs[i]);
	free(conf->specs);
	for (size_t i = 0; i < conf->channel_count; i++)
		channel_spec_release(conf->channels[i]);
	free(conf->channels);
	settings_finish(conf_settings, &conf->settings);
	access_release(conf->access);
	text_list_finish(&conf->warnings);
	free(conf->path);
	free(conf);
}
