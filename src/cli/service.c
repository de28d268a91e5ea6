/* The service's configuration; see service.h. */
#include "service.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "kumatop/place.h"

bool service_is_found(const struct cli_common *common)
{
	const char *variable = getenv("KUMATOP_CONFIG");
	char *path;
	bool found;

	if (common->config || common->database || (variable && *variable))
		return false;
	path = conf_find(NULL);
	found = conf_is_service(path);
	free(path);
	return found;
}

/* The database the configuration means, as far as we may know it. */
static char *find_database(void)
{
	char *file = conf_system_path(CONF_SERVICE_FILE), *path;
	struct conf_faults faults = { 0 };
	struct conf *conf = conf_load(file, &faults);

	path = conf ? conf_database_path(conf, NULL) : conf_system_path(CONF_SERVICE_DATABASE);
	conf_faults_finish(&faults);
	conf_free(conf);
	free(file);
	return path;
}

static bool may_write(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder;
	bool may;

	if (access(path, F_OK) == 0 || !slash)
		return access(path, W_OK) == 0;
	folder = heap_text_n(path, slash == path ? 1 : (size_t)(slash - path));
	may = access(folder, W_OK) == 0;
	free(folder);
	return may;
}

bool service_is_anothers(const struct cli_common *common)
{
	char *path = service_is_found(common) ? find_database() : NULL;
	bool anothers = path && !may_write(path);

	free(path);
	return anothers;
}

int service_refuse(void)
{
	char *socket = place_service_socket(), *file = conf_system_path(CONF_SERVICE_FILE);

	cli_say("no kumatop answers at %s, and %s is the service's to run: start the service, or name a configuration of your own with --config",
	    socket, file);
	free(socket);
	free(file);
	return EXIT_UNAVAILABLE;
}
