/*
 * The registry of trust stores. libcurl keeps one parsed store in one slot, which two monitors with different CA files would
 * throw each other out of; so it is handed ours and parses none.
 */
#include "trust.h"

#include <assert.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <pthread.h>
#include <sys/stat.h>

#include "kumatop/heap.h"
#include "kumatop/transfer.h"

struct trust {
	struct trust *next;
	size_t holders;
	char *path;
	struct stat file;	/* as it was parsed */
	X509_STORE *store;
};

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct trust *registry;

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size
		&& a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Caller holds the lock. */
static struct trust *find(const char *path, const struct stat *file)
{
	for (struct trust *trust = registry; trust != NULL; trust = trust->next)
		if (same_file(&trust->file, file) && strcmp(trust->path, path) == 0) {
			trust->holders++;
			return trust;
		}
	return NULL;
}

static X509_STORE *parse(const char *path, struct error *err)
{
	X509_STORE *store = X509_STORE_new();
	ERR_clear_error();
	if (store == NULL || X509_STORE_load_file(store, path) != 1) {
		X509_STORE_free(store);
		ERR_clear_error();
		error_set(err, EXIT_CONFIG, "%s: holds no certificates that can be read: name a PEM file", path);
		return NULL;
	}
	/* As libcurl sets its own: an intermediate that is trusted needs no root, and trusted ones are preferred to sent ones. */
	X509_STORE_set_flags(store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
	return store;
}

static void destroy(struct trust *trust)
{
	X509_STORE_free(trust->store);
	free(trust->path);
	free(trust);
}

struct trust *trust_acquire(const char *ca_file, struct error *err)
{
	const char *path = ca_file != NULL ? ca_file : transfer_authorities();
	struct stat file;
	if (path == NULL) {
		error_set(err, EXIT_UNAVAILABLE, "this machine has no list of certificate authorities: install ca-certificates");
		return NULL;
	}
	if (stat(path, &file) != 0) {
		error_errno(err, EXIT_CONFIG, "%s", path);
		return NULL;
	}
	pthread_mutex_lock(&registry_lock);
	struct trust *trust = find(path, &file);
	pthread_mutex_unlock(&registry_lock);
	if (trust != NULL)
		return trust;

	X509_STORE *store = parse(path, err);
	if (store == NULL)
		return NULL;
	struct trust *fresh = heap_zero(1, sizeof *fresh);
	fresh->path = heap_text(path);
	fresh->file = file;
	fresh->holders = 1;
	fresh->store = store;

	pthread_mutex_lock(&registry_lock);
	trust = find(path, &file);	/* another thread may have been quicker */
	if (trust == NULL) {
		fresh->next = registry;
		registry = fresh;
		trust = fresh;
	}
	pthread_mutex_unlock(&registry_lock);
	if (trust != fresh)
		destroy(fresh);
	return trust;
}

void trust_release(struct trust *trust)
{
	if (trust == NULL)
		return;
	pthread_mutex_lock(&registry_lock);
	assert(trust->holders > 0);
	bool last = --trust->holders == 0;
	if (last) {
		struct trust **place = &registry;
		while (*place != trust)
			place = &(*place)->next;
		*place = trust->next;
	}
	pthread_mutex_unlock(&registry_lock);
	if (last)
		destroy(trust);
}

X509_STORE *trust_store(const struct trust *trust)
{
	return trust->store;
}
