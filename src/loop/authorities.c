/* Where this machine keeps the list of certificate authorities that it believes. */
#include <curl/curl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "kumatop/transfer.h"

/* Where distributions keep the bundle; libcurl knows where this one does. */
const char *transfer_authorities(void)
{
	static const char *const usual[] = {
		"/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/ssl/ca-bundle.pem",
		"/etc/ssl/cert.pem",
	};
	struct stat file;
	const char *set = getenv("SSL_CERT_FILE");

	if (set != NULL && set[0] != '\0')
		return set;
	const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
	if (curl->cainfo != NULL && stat(curl->cainfo, &file) == 0)
		return curl->cainfo;
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
		if (stat(usual[i], &file) == 0)
			return usual[i];
	return NULL;
}
