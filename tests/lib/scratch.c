/* Directories for tests. */
#include "scratch.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kumatop/heap.h"

char *scratch_make(void)
{
	const char *below = getenv("TMPDIR");
	char *directory = heap_print("%s/kumatop-test-XXXXXX", below && *below ? below : "/tmp");

	if (!mkdtemp(directory)) {
		perror(directory);
		abort();
	}
	return directory;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
	(void)remove(path);
	return 0;
}

void scratch_remove(char *directory)
{
	if (directory)
		(void)nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(directory);
}

char *scratch_path(const char *directory, const char *name)
{
	return heap_print("%s/%s", directory, name);
}
