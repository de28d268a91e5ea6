/* Whose board it is; see whose.h. */
#include "whose.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kumatop/heap.h"
#include "kumatop/lock.h"
#include "kumatop/place.h"
#include "kumatop/text.h"
#include "service.h"

static const char *given(const char *option, const char *variable)
{
	const char *value = option ? option : getenv(variable);

	return value && *value ? value : NULL;
}

struct conf *whose_conf(const struct cli_common *common)
{
	char *path = conf_find(common->config);
	struct conf_faults faults = { 0 };
	struct conf *conf = path ? conf_load(path, &faults) : NULL;

	conf_faults_finish(&faults);
	free(path);
	return conf ? conf : conf_empty();
}

/* Where to look, when that is said; heap. */
static char *named_socket(const struct cli_common *common)
{
	const char *named = given(common->socket, "KUMATOP_SOCKET");
	struct conf *conf;
	char *path;

	if (named)
		return heap_text(named);
	conf = whose_conf(common);
	path = conf_socket_path(conf);
	conf_free(conf);
	return path;
}

/* The nearest folder or file on the way there that can be looked at: it tells who would let us in. */
static bool look_at_way(const char *path, struct stat *found)
{
	char *at = heap_text(path), *slash;
	bool seen = stat(at, found) == 0;

	while (!seen && (slash = strrchr(at, '/')) && slash != at) {
		*slash = '\0';
		seen = stat(at, found) == 0;
	}
	free(at);
	return seen;
}

void whose_say_denied(const char *path)
{
	char user[64] = "another user", group[64] = "its group", room[4096];
	struct passwd person, *known = NULL;
	struct group set, *there = NULL;
	struct stat found;

	if (look_at_way(path, &found)) {
		if (getpwuid_r(found.st_uid, &person, room, sizeof(room), &known) == 0 && known)
			text_copy(user, sizeof(user), known->pw_name);
		else
			snprintf(user, sizeof(user), "uid %u", (unsigned)found.st_uid);
		if (getgrgid_r(found.st_gid, &set, room, sizeof(room), &there) == 0 && there)
			text_copy(group, sizeof(group), there->gr_name);
		else
			snprintf(group, sizeof(group), "gid %u", (unsigned)found.st_gid);
	}
	cli_say("the kumatop of %s runs here (%s), but you may not connect to it: members of %s may", user, path, group);
}

char *whose_board(const struct cli_common *common, bool targets, int *status)
{
	bool asked_for = given(common->socket, "KUMATOP_SOCKET") != NULL;
	char *named, *path, *denied = NULL;

	if (targets || common->database || common->config || (!common->socket && given(NULL, "KUMATOP_CONFIG")))
		return NULL;
	named = named_socket(common);
	path = place_find_owner(named, &denied);
	if (!path && denied)
		whose_say_denied(denied);
	else if (!path && named)
		cli_say("no kumatop listens at %s%s", named, asked_for ? "" : ": checking by ourselves");
	if (!path && asked_for)
		*status = denied ? EXIT_PERMISSION : EXIT_UNAVAILABLE;
	else if (!path && service_is_anothers(common))
		*status = denied ? EXIT_PERMISSION : service_refuse();
	free(denied);
	free(named);
	return path;
}

char *whose_owns_database(const struct conf *conf, const struct cli_common *common)
{
	const char *named = given(common->socket, "KUMATOP_SOCKET");
	char *database = conf_database_path(conf, common->database), *socket = NULL, *path = NULL;
	struct error err;
	pid_t pid;

	if (database && lock_is_held(database, &pid)) {
		socket = named ? heap_text(named) : conf_socket_path(conf);
		path = named ? NULL : lock_socket(database);
		if (!path)
			path = place_to_look(socket, database, &err);
		if (path && !place_listens(path)) {
			free(path);
			path = NULL;
		}
	}
	free(socket);
	free(database);
	return path;
}
