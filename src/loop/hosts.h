/*
 * The names that need no name server: /etc/hosts, read again when it changes, and "localhost" with its subdomains.
 */
#ifndef KUMATOP_LOOP_HOSTS_H
#define KUMATOP_LOOP_HOSTS_H

#include <stddef.h>
#include <sys/socket.h>

struct hosts;

struct hosts *hosts_create(const char *path);
void hosts_destroy(struct hosts *hosts);	/* accepts NULL */

/* Fills at most `most` addresses of the family (AF_UNSPEC: of both) in the file's order and returns how many. */
size_t hosts_find(struct hosts *hosts, const char *name, int family, struct sockaddr_storage *out, size_t most);

#endif
