/* Which running kumatop a command talks to; see through.h. */
#include "through.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "kumatop/lock.h"
#include "kumatop/place.h"
#include "kumatop/text.h"
#include "kumatop/when.h"
#include "service.h"
#include "whose.h"

enum { OPEN_WAIT_MS = 3000, SETTLE_MS = 200 };

static const char *named_socket(const struct cli_common *common)
{
	const char *path = common->socket ? common->socket : getenv("KUMATOP_SOCKET");

	return path && *path ? path : NULL;
}

static bool names_board(const struct cli_common *common)
{
	const char *file = getenv("KUMATOP_CONFIG");

	return common->config || common->database || (file && *file);
}

/* Takes the path. */
static bool attach(struct through *through, char *path, struct error *err)
{
	through->call = call_open(path, KUMATOP_VERSION, OPEN_WAIT_MS, err);
	if (!through->call) {
		free(path);
		return false;
	}
	through->path = path;
	return true;
}

static void detach(struct through *through)
{
	call_close(through->call);
	free(through->path);
	through->call = NULL;
	through->path = NULL;
}

static bool same_file(const char *a, const char *b)
{
	struct stat left, right;

	if (strcmp(a, b) == 0)
		return true;
	return stat(a, &left) == 0 && stat(b, &right) == 0 && left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

/*
 * The owner of our database. A lock that we cannot see may be held all the same, so the socket is asked in any case; and a socket that
 * a configuration names may be that of another database. false: there is an owner, and it will not have us.
 */
static bool attach_own(struct through *through, struct error *err)
{
	char *named = conf_socket_path(through->conf);
	char *path = lock_socket(through->database);
	pid_t pid;

	/* Who may not read the lock, or runs beside an owner that could not write it, looks where the socket would be. */
	if (!path)
		path = place_to_look(named, through->database, err);
	through->held = lock_is_held(through->database, &pid);
	free(named);
	if (!path || (!through->held && !place_listens(path))) {
		free(path);
		return true;
	}
	if (!attach(through, path, err))
		return err->code != EXIT_PERMISSION;
	if (!same_file(call_hello(through->call)->database, through->database))
		detach(through);
	return true;
}

bool through_is_ours(const struct through *through)
{
	return through->call && through->database && same_file(call_hello(through->call)->database, through->database);
}

/* Somebody else's board: only for those who named none of their own. */
static bool attach_any(struct through *through, struct error *err)
{
	char *denied = NULL;
	char *path = place_find_owner(NULL, &denied);
	bool fine = true;

	if (path)
		fine = attach(through, path, err) || err->code == EXIT_UNAVAILABLE;
	else if (denied && (!through->database || access(through->database, F_OK) != 0))
		whose_say_denied(denied);
	free(denied);
	return fine;
}

/* The configuration that the owner has, if we would take the same and may read it; it is only asked for defaults. */
static struct conf *shared_conf(const struct through *through)
{
	const char *theirs = call_hello(through->call)->configuration;
	char *path = conf_find(through->common->config);
	struct conf_faults faults = { 0 };
	struct conf *conf = path && *theirs && same_file(path, theirs) ? conf_load(path, &faults) : NULL;

	conf_faults_finish(&faults);
	free(path);
	return conf ? conf : conf_empty();
}

static bool open_named(struct through *through, const char *path, int *status)
{
	struct error err;

	through->named = true;
	if (attach(through, heap_text(path), &err)) {
		through->conf = shared_conf(through);
		return true;
	}
	*status = cli_fail(&err);
	return false;
}

/* The service's board comes before its configuration, which may be unreadable or wrong by now. */
static bool open_service(struct through *through, int *status)
{
	struct error err;

	if (!attach_any(through, &err)) {
		*status = cli_fail(&err);
		return false;
	}
	if (through->call) {
		through->conf = shared_conf(through);
		return true;
	}
	if (!service_is_anothers(through->common))
		return true;
	*status = service_refuse();
	return false;
}

bool through_open(struct through *through, const struct cli_common *common, int *status)
{
	const char *named = named_socket(common);
	struct error err;
	bool fine = true;

	*through = (struct through){ .common = common };
	if (named)
		return open_named(through, named, status);
	if (service_is_found(common) && (!open_service(through, status) || through->call))
		return through->call != NULL;
	through->conf = cli_load(common, status);
	if (!through->conf)
		return false;
	through->database = conf_database_path(through->conf, common->database);
	if (through->database)
		fine = attach_own(through, &err);
	if (fine && !through->call && !through->held && !names_board(common))
		fine = attach_any(through, &err);
	if (!fine) {
		*status = cli_fail(&err);
		through_close(through);
	}
	return fine;
}

void through_close(struct through *through)
{
	detach(through);
	free(through->database);
	conf_free(through->conf);
	*through = (struct through){ 0 };
}

struct conf *through_take_conf(struct through *through)
{
	struct conf *conf = through->conf;

	through->conf = NULL;
	return conf;
}

/* The login name of whom a file belongs to. */
static void name_owner(const struct stat *info, char *out, size_t size)
{
	struct passwd entry, *found = NULL;
	char room[4096];

	if (getpwuid_r(info->st_uid, &entry, room, sizeof(room), &found) == 0 && found)
		text_copy(out, size, entry.pw_name);
	else
		snprintf(out, size, "uid %u", (unsigned)info->st_uid);
}

/* A script knows where it asks, and who named a socket does. */
void through_say_whose(const struct through *through)
{
	const struct wire_hello *hello = call_hello(through->call);
	bool service = place_is_service(through->path);
	char name[64] = "another user";
	struct stat info;

	if (through->named || !isatty(STDERR_FILENO))
		return;
	if (stat(through->path, &info) == 0) {
		if (info.st_uid == getuid() && !service)
			return;
		name_owner(&info, name, sizeof(name));
	}
	cli_say("this is the board of %s%s on %s (%s), where you are %s", service ? "the service, " : "", name, hello->host,
	    *hello->database ? hello->database : "keeps no history", access_role_word((int)hello->role));
}

bool through_again(struct through *through, struct error *err)
{
	call_close(through->call);
	through->watched = false;
	through->call = call_open(through->path, KUMATOP_VERSION, OPEN_WAIT_MS, err);
	return through->call != NULL;
}

const struct conf_settings *through_defaults(const struct through *through)
{
	const char *path = through->conf->path;
	const char *theirs = call_hello(through->call)->configuration;

	return path && *theirs && same_file(path, theirs) ? &through->conf->settings : NULL;
}

bool through_means(const char *word, const struct monitor_view *view)
{
	return strcmp(word, view->spec->name) == 0 || text_glob(word, view->spec->name);
}

/* A pattern that at least the name of just this text matches. */
static char *loosened(const char *word)
{
	char *pattern = heap_text(word);

	for (char *at = pattern; *at; at++)
		if (strchr("[]\\*", *at))
			*at = '?';
	return pattern;
}

/* Each word as a pattern, and as a name that only looks like one. */
static struct wire_watch watch_of(char *const *words, size_t count)
{
	struct wire_watch watch = { 0 };

	if (count > WIRE_NAMES_MOST / 2)
		return watch;
	watch.names = heap_zero(2 * count + 1, sizeof(char *));
	for (size_t i = 0; i < count; i++) {
		watch.names[watch.name_count++] = heap_text(words[i]);
		if (strpbrk(words[i], "[]\\"))
			watch.names[watch.name_count++] = loosened(words[i]);
	}
	return watch;
}

/* What still comes of an earlier watch must not be taken for this one's. */
static bool watch(struct through *through, const struct wire_watch *what, struct error *err)
{
	if (through->watched && !through_again(through, err))
		return false;
	through->watched = true;
	return call_watch(through->call, what, err);
}

bool through_watch(struct through *through, char *const *words, size_t count, struct error *err)
{
	struct wire_watch what = watch_of(words, count);
	bool fine = watch(through, &what, err);

	wire_watch_finish(&what);
	return fine;
}

bool through_watch_health(struct through *through, struct error *err)
{
	return watch(through, &(struct wire_watch){ .health_only = true }, err);
}

const struct snapshot *through_next(struct through *through, int wait_ms, struct error *err)
{
	return call_picture(through->call, wait_ms, err);
}

const struct snapshot *through_picture(struct through *through, char *const *words, size_t count, struct error *err)
{
	return through_watch(through, words, count, err) ? through_next(through, THROUGH_WAIT_MS, err) : NULL;
}

bool through_unknown(struct through *through, const char *name, struct error *err)
{
	const struct snapshot *picture = through_picture(through, NULL, 0, err);
	const char *nearest;
	const char **names;

	if (!picture)
		return false;
	names = heap_zero(picture->count + 1, sizeof(*names));
	for (size_t i = 0; i < picture->count; i++)
		names[i] = snapshot_view(picture, i)->spec->name;
	nearest = text_nearest(name, names, picture->count);
	if (nearest)
		error_set(err, EXIT_DATA, "there is no monitor \"%s\"; did you mean \"%s\"?", name, nearest);
	else
		error_set(err, EXIT_DATA, "there is no monitor \"%s\"; kumatop list shows those there are", name);
	free(names);
	snapshot_release(picture);
	return false;
}

const struct monitor_view *through_find(struct through *through, const struct snapshot *picture, const char *name, struct error *err)
{
	const struct monitor_view *view = snapshot_find_name(picture, name);

	if (!view)
		through_unknown(through, name, err);
	return view;
}

bool through_order(struct through *through, struct command *command, int wait_ms, struct reply *reply, struct error *err)
{
	bool fine = call_command(through->call, command, wait_ms, reply, err);

	command_destroy(command);
	if (!fine)
		return false;
	return reply->done || error_set(err, reply->denied ? EXIT_PERMISSION : EXIT_USAGE, "%s", reply->text);
}

void through_settle(struct through *through)
{
	struct mono deadline = mono_add_ms(mono_now(), SETTLE_MS);
	int64_t answered_us = unix_now_us(), left_us;
	bool fine = call_watch(through->call, &(struct wire_watch){ .health_only = true }, NULL), shown = false;

	/* When it was shown between the order and its answer, no other picture may come. */
	while (fine && !shown && (left_us = mono_between_us(mono_now(), deadline)) > 0) {
		const struct snapshot *picture = call_picture(through->call, (int)(left_us / 1000) + 1, NULL);

		fine = picture != NULL;
		shown = fine && picture->time_us >= answered_us;
		snapshot_release(picture);
	}
	through->watched = true;
}
