/*
 * `kumatop export --format sqlite`: a copy of the database. It is written beside the name it will have and gets that at the end, so
 * that nobody ever finds half of one; and it is nobody else's to read, as the database is not.
 */
#include "export_write.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "progress.h"

static volatile sig_atomic_t interrupted;

static void take_signal(int number)
{
	interrupted = number;
}

/* What is ignored (nohup) stays so. */
static void take_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction take = { .sa_handler = take_signal }, before;

	sigemptyset(&take.sa_mask);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			sigaction(numbers[i], &take, NULL);
}

/* With nothing left behind, we end as the signal would have ended us. */
static void end_if_interrupted(void)
{
	if (!interrupted)
		return;
	signal(interrupted, SIG_DFL);
	raise(interrupted);
}

static bool goes_on(void *arg, uint64_t done, uint64_t total)
{
	struct progress *progress = arg;

	progress->expected = total;
	progress_tell(progress, done, false);
	return !interrupted;
}

static bool is_there(const char *path, struct error *err)
{
	struct stat info;

	if (lstat(path, &info) != 0)
		return false;
	error_set(err, EXIT_INPUT_OUTPUT, "%s: is there already, and a copy replaces nothing", path);
	return true;
}

/* An empty file that only we may read, for SQLite to fill: it would make it with the process's umask. */
static char *reserve_beside(const char *path, struct error *err)
{
	char *beside = heap_print("%s.XXXXXX", path);
	int fd = mkostemp(beside, O_CLOEXEC);

	if (fd >= 0) {
		close(fd);
		return beside;
	}
	error_errno(err, EXIT_INPUT_OUTPUT, "cannot write %s", path);
	free(beside);
	return NULL;
}

static bool sync_path(const char *path, int flags)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
	bool good = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return good;
}

/* The name is on disk when its directory is. Some file systems cannot say so, and it is there all the same. */
static void sync_directory_of(const char *path)
{
	char *directory = heap_text(path), *slash = strrchr(directory, '/');

	if (slash)
		slash[slash == directory] = '\0';
	(void)sync_path(slash ? directory : ".", O_DIRECTORY);
	free(directory);
}

/* Not over a file that came in the meantime, where the file system knows how. */
static bool give_name(const char *beside, const char *path, struct error *err)
{
	if (renameat2(AT_FDCWD, beside, AT_FDCWD, path, RENAME_NOREPLACE) == 0
	    || (errno != EEXIST && !is_there(path, err) && rename(beside, path) == 0))
		return true;
	return is_there(path, err) ? false : error_errno(err, EXIT_INPUT_OUTPUT, "cannot write %s", path);
}

bool export_copy(struct archive *archive, const struct export_plan *plan, struct error *err)
{
	struct progress progress;
	char *beside;
	bool fine;

	if (is_there(plan->output, err) || !(beside = reserve_beside(plan->output, err)))
		return false;
	take_signals();
	progress_start(&progress, "bytes", false);
	fine = archive_copy(archive, beside, goes_on, &progress, err);
	if (fine && !sync_path(beside, 0))
		fine = error_errno(err, EXIT_INPUT_OUTPUT, "cannot write %s", plan->output);
	progress_tell(&progress, progress.expected, true);
	fine = fine && !interrupted && give_name(beside, plan->output, err);
	if (fine)
		sync_directory_of(plan->output);
	else
		unlink(beside);
	free(beside);
	end_if_interrupted();
	return fine;
}
