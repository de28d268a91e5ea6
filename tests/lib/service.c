/* See service.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "await.h"
#include "live.h"
#include "scratch.h"

#include "kumatop/heap.h"
#include "kumatop/place.h"

enum { START_MS = 60000, WORDS_MOST = 16 };

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (!file) {
		fail_msg("%s cannot be read: %s", path, strerror(errno));
		return NULL;
	}
	if (getdelim(&text, &size, '\0', file) < 0 && ferror(file))
		fail_msg("%s cannot be read: %s", path, strerror(errno));
	fclose(file);
	if (text)
		return text;
	return heap_text("");
}

static void find_user(const char *name, uid_t *uid, gid_t *gid)
{
	struct passwd entry, *found = NULL;
	char room[4096];

	if (getpwnam_r(name, &entry, room, sizeof(room), &found) != 0 || !found) {
		fail_msg("there is no user %s", name);
		return;
	}
	*uid = found->pw_uid;
	*gid = found->pw_gid;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		fail_msg("%s cannot be written", path);
}

/* The program may be built where other users cannot get at it. */
static void copy_program(const char *path)
{
	int from = open(live_program(), O_RDONLY | O_CLOEXEC), to = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	char bytes[64 * 1024];
	ssize_t n;

	assert_true(from >= 0 && to >= 0);
	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		assert_int_equal(write(to, bytes, (size_t)n), n);
	assert_int_equal(n, 0);
	assert_int_equal(fchmod(to, 0755), 0);
	close(from);
	close(to);
}

static void give(const struct service *service, const char *path)
{
	uid_t uid = 0;
	gid_t gid = 0;

	if (!service->user)
		return;
	find_user(service->user, &uid, &gid);
	if (chown(path, uid, gid) != 0)
		fail_msg("%s cannot be given to %s", path, service->user);
}

/* The folder's group becomes the socket's, so that those who are in it may connect. */
static char *make_folder(const struct service *service, const char *name, mode_t mode)
{
	char *path = scratch_path(service->directory, name);

	assert_int_equal(mkdir(path, 0700), 0);
	give(service, path);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

struct service *service_create(const char *user)
{
	struct service *service = heap_zero(1, sizeof(*service));
	char *home, *run;

	service->directory = scratch_make();
	assert_int_equal(chmod(service->directory, 0755), 0);
	service->user = user ? heap_text(user) : NULL;
	service->program = scratch_path(service->directory, "kumatop");
	copy_program(service->program);
	home = make_folder(service, "home", 0700);
	run = make_folder(service, "run", 02750);
	service->configuration = scratch_path(home, "kumatop.conf");
	service->database = scratch_path(home, "kumatop.db");
	service->log = scratch_path(service->directory, "log");
	service->socket = scratch_path(run, "kumatop.sock");
	write_file(service->log, "");
	free(run);
	free(home);
	return service;
}

static void kill_now(struct service *service)
{
	if (!service->pid)
		return;
	kill(service->pid, SIGKILL);
	waitpid(service->pid, NULL, 0);
	service->pid = 0;
}

void service_destroy(struct service *service)
{
	if (!service)
		return;
	kill_now(service);
	scratch_remove(service->directory);
	free(service->program);
	free(service->configuration);
	free(service->database);
	free(service->log);
	free(service->socket);
	free(service->user);
	free(service);
}

void service_configure(struct service *service, const char *format, ...)
{
	char *text, *whole;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		fail_msg("no memory");
	va_end(args);
	whole = heap_print("database = \"%s\"; socket = \"%s\";\ninterval = \"1s\"; timeout = \"1s\"; retry_interval = \"1s\"; fall = 1; rise = 1; "
	    "flush = \"100ms\";\n%s\n", service->database, service->socket, text);
	write_file(service->configuration, whole);
	assert_int_equal(chmod(service->configuration, 0600), 0);
	give(service, service->configuration);
	free(whole);
	free(text);
}

const char *const *service_as(const char *user)
{
	static char uid_text[32], gid_text[32];
	static const char *words[] = { "setpriv", "--pdeathsig", "KILL", "--reuid", uid_text, "--regid", gid_text, "--init-groups", NULL };
	uid_t uid = 0;
	gid_t gid = 0;

	find_user(user, &uid, &gid);
	snprintf(uid_text, sizeof(uid_text), "%u", (unsigned)uid);
	snprintf(gid_text, sizeof(gid_text), "%u", (unsigned)gid);
	return words;
}

static void run(const struct service *service, const char *const *argv)
{
	int log = open(service->log, O_WRONLY | O_APPEND | O_CLOEXEC);

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (log < 0 || dup2(log, STDERR_FILENO) < 0 || dup2(log, STDOUT_FILENO) < 0)
		_exit(127);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static bool has_ended(struct service *service, int *status)
{
	if (waitpid(service->pid, status, WNOHANG) != service->pid)
		return false;
	service->pid = 0;
	*status = WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status);
	return true;
}

static bool listens(struct service *service)
{
	int status;

	if (!has_ended(service, &status))
		return place_listens(service->socket);
	fail_msg("kumatop serve ended with %d: %s", status, service_log(service));
	return false;
}

void service_start(struct service *service)
{
	const char *argv[WORDS_MOST] = { NULL };
	size_t count = 0;

	assert_int_equal(service->pid, 0);
	for (const char *const *word = service->user ? service_as(service->user) : NULL; word && *word; word++)
		argv[count++] = *word;
	argv[count++] = service->program;
	argv[count++] = "serve";
	argv[count++] = "--config";
	argv[count++] = service->configuration;
	service->pid = fork();
	assert_true(service->pid >= 0);
	if (service->pid == 0)
		run(service, argv);
	AWAIT(listens(service), START_MS);
}

int service_end(struct service *service, int signal, int ms)
{
	int status = 0;

	assert_int_equal(kill(service->pid, signal), 0);
	AWAIT(has_ended(service, &status), ms);
	return status;
}

char *service_log(const struct service *service)
{
	return read_file(service->log);
}

size_t service_said(const struct service *service, const char *text)
{
	char *log = service_log(service), *rest = log, *line;
	size_t count = 0;

	while ((line = strsep(&rest, "\n")))
		count += strstr(line, text) != NULL;
	free(log);
	return count;
}

long service_resident_kib(const struct service *service)
{
	char *path = heap_print("/proc/%ld/status", (long)service->pid), *text = read_file(path);
	const char *at = strstr(text, "VmRSS:");
	long kib = at ? strtol(at + strlen("VmRSS:"), NULL, 10) : -1;

	free(text);
	free(path);
	return kib;
}
