/*
 * Start and end of the libraries that loops stand on: their global state must be set up while there is one thread, and not by
 * each loop. The only place that does it.
 */
#include <ares.h>
#include <curl/curl.h>
#include <pthread.h>

#include "kumatop/loop.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *missing;	/* NULL: all is well */

static void start(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		missing = "libcurl";
	} else if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS) {
		curl_global_cleanup();
		missing = "c-ares";
	}
}

bool probe_libraries_start(struct error *err)
{
	pthread_once(&once, start);
	return missing == NULL || error_set(err, EXIT_INTERNAL, "%s could not be started", missing);
}

void probe_libraries_stop(void)
{
	if (missing != NULL)
		return;
	ares_library_cleanup();
	curl_global_cleanup();
}
