/*
 * Fetches URLs and prints their bodies, for shell tests that talk to a peer and not to kumatop (curl(1) need not be there):
 *
 *	fetch [--ca FILE] URL…
 *
 * Exits with libcurl's code of the first failure: 7 refused, 28 timeout (10 s), 52 empty reply, 56 reset, 60 certificate.
 */
#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

int main(int argc, char **argv)
{
	CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
	CURL *curl = code == CURLE_OK ? curl_easy_init() : NULL;
	int i = 1;

	if (!curl)
		return CURLE_FAILED_INIT;
	if (curl_easy_setopt(curl, CURLOPT_TIMEOUT, 10L) != CURLE_OK || curl_easy_setopt(curl, CURLOPT_PROXY, "") != CURLE_OK
	    || curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) != CURLE_OK)
		code = CURLE_FAILED_INIT;
	if (argc > 2 && strcmp(argv[1], "--ca") == 0) {
		code = curl_easy_setopt(curl, CURLOPT_CAINFO, argv[2]);
		i = 3;
	}
	for (; i < argc && code == CURLE_OK; i++) {
		code = curl_easy_setopt(curl, CURLOPT_URL, argv[i]);
		if (code == CURLE_OK)
			code = curl_easy_perform(curl);
	}
	if (code != CURLE_OK)
		fprintf(stderr, "fetch: %s\n", curl_easy_strerror(code));
	curl_easy_cleanup(curl);
	curl_global_cleanup();
	return (int)code;
}
