/* Where sockets are. Everything here may wait for a disk or a directory server. */
#include "kumatop/place.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "kumatop/conf.h"
#include "kumatop/heap.h"

#define SERVICE_DATA "/var/lib/kumatop/"
#define USUAL_NAME "kumatop.sock"

_Static_assert(sizeof(((struct sockaddr_un *)NULL)->sun_path) == PLACE_PATH_MOST + 1, "one byte is for the terminator");

char *place_service_socket(void)
{
	return conf_system_path(PLACE_SERVICE_SOCKET);
}

bool place_is_service(const char *path)
{
	char *service = place_service_socket();
	bool same = strcmp(path, service) == 0;

	free(service);
	return same;
}

static bool is_service_data(const char *real)
{
	char *folder = conf_system_path(SERVICE_DATA), *real_folder = realpath(folder, NULL);
	const char *meant = real_folder ? real_folder : folder;
	bool inside = strncmp(real, meant, strlen(meant)) == 0 && (real[strlen(meant)] == '/' || meant[strlen(meant) - 1] == '/');

	free(real_folder);
	free(folder);
	return inside;
}

/* Without links, so that everybody who means the file finds the same place; a file that is not there yet by its folder. */
static char *real_path(const char *path)
{
	char *real = realpath(path, NULL), *folder, *joined;
	const char *slash = strrchr(path, '/');

	if (real)
		return real;
	folder = slash ? heap_text_n(path, slash == path ? 1 : (size_t)(slash - path)) : heap_text(".");
	real = realpath(folder, NULL);
	free(folder);
	if (!real)
		return heap_text(path);
	joined = heap_print("%s/%s", strcmp(real, "/") != 0 ? real : "", slash ? slash + 1 : path);
	free(real);
	return joined;
}

static bool is_usual_database(const char *real)
{
	struct conf *conf = conf_empty();
	char *path = conf_database_path(conf, NULL), *usual = path ? real_path(path) : NULL;
	bool same = usual && strcmp(usual, real) == 0;

	free(usual);
	free(path);
	conf_free(conf);
	return same;
}

/* FNV-1a: the same in every version, or an older kumatop would not be found. */
static uint64_t hash_text(const char *text)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return hash;
}

/* The folder that is there without a login session. */
static char *folder_in_tmp(void)
{
	return heap_print("/tmp/kumatop-%lu", (unsigned long)geteuid());
}

static char *personal_folder(void)
{
	const char *run = getenv("XDG_RUNTIME_DIR");

	return run && *run == '/' ? heap_print("%s/kumatop", run) : folder_in_tmp();
}

/* The folder is taken away by it. */
static char *join_fitting(char *folder, const char *name)
{
	char *path = heap_print("%s/%s", folder, name);

	free(folder);
	if (strlen(path) > PLACE_PATH_MOST) {
		free(path);
		folder = folder_in_tmp();
		path = heap_print("%s/%s", folder, name);
		free(folder);
	}
	return path;
}

static char *place_of_name(const char *named, struct error *err)
{
	if (*named && strlen(named) <= PLACE_PATH_MOST)
		return heap_text(named);
	error_set(err, EXIT_USAGE, "%s: a socket's path has 1 to %d bytes", *named ? named : "\"\"", (int)PLACE_PATH_MOST);
	return NULL;
}

char *place_of_socket(const char *named, const char *database, struct error *err)
{
	char *real, *name = NULL, *path;

	if (named)
		return place_of_name(named, err);
	if (!database) {
		error_set(err, EXIT_UNAVAILABLE, "without a database on disk there is no socket");
		return NULL;
	}
	real = real_path(database);
	if (is_service_data(real)) {
		path = place_service_socket();
	} else {
		if (!is_usual_database(real))
			name = heap_print("%016" PRIx64 ".sock", hash_text(real));
		path = join_fitting(personal_folder(), name ? name : USUAL_NAME);
	}
	free(name);
	free(real);
	return path;
}

enum attempt { NOBODY, LISTENS, DENIED };

static enum attempt try_connect(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	enum attempt found = NOBODY;
	int fd;

	if (strlen(path) > PLACE_PATH_MOST)
		return NOBODY;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return NOBODY;
	/* EAGAIN: it listens, and many wait to be accepted. */
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 || errno == EAGAIN)
		found = LISTENS;
	else if (errno == EACCES || errno == EPERM)
		found = DENIED;
	close(fd);
	return found;
}

bool place_listens(const char *path)
{
	return try_connect(path) == LISTENS;
}

/* In /tmp anybody may have made what looks like ours: what is sent there would be sent to him. */
static bool is_folder_ours(const char *path)
{
	char *folder = heap_text_n(path, (size_t)(strrchr(path, '/') - path));
	struct stat info;
	bool ours = lstat(folder, &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid() && !(info.st_mode & (S_IWGRP | S_IWOTH));

	free(folder);
	return ours;
}

char *place_to_look(const char *named, const char *database, struct error *err)
{
	char *path = place_of_socket(named, database, err);

	if (!path || named || place_is_service(path) || is_folder_ours(path))
		return path;
	error_set(err, EXIT_UNAVAILABLE, "%s is not there, or in a folder where others may put one", path);
	free(path);
	return NULL;
}

char *place_find_owner(const char *named, char **denied)
{
	char *places[2] = { 0 }, *found = NULL;

	*denied = NULL;
	places[0] = named ? heap_text(named) : place_service_socket();
	places[1] = named ? NULL : join_fitting(personal_folder(), USUAL_NAME);
	if (places[1] && !is_folder_ours(places[1])) {
		free(places[1]);
		places[1] = NULL;
	}
	for (size_t i = 0; i < 2 && places[i]; i++) {
		enum attempt attempt = found ? NOBODY : try_connect(places[i]);

		if (attempt == LISTENS)
			found = places[i];
		else if (attempt == DENIED && !*denied)
			*denied = places[i];
		else
			free(places[i]);
	}
	if (found) {
		free(*denied);
		*denied = NULL;
	}
	return found;
}
