/* Start and end of the libraries that loops stand on: their global state must be set up while there is one thread. */
#include <ares.h>
#include <curl/curl.h>

#include "kumatop/loop.h"

bool probe_libraries_start(struct error *err)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return error_set(err, EXIT_INTERNAL, "libcurl could not be started");
	if (ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS)
		return true;
	curl_global_cleanup();
	return error_set(err, EXIT_INTERNAL, "c-ares could not be started");
}

void probe_libraries_stop(void)
{
	ares_library_cleanup();
	curl_global_cleanup();
}
