/*
 * Transfers by libcurl on a probe loop: one multi handle, its sockets and its deadline on the uv loop, and a pool of easy
 * handles that grows with the transfers in flight and not with the monitors. Knows nothing of checks. Loop thread.
 */
#ifndef KUMATOP_TRANSFER_H
#define KUMATOP_TRANSFER_H

#include <stdbool.h>

#include "kumatop/loop.h"

struct transfer;

/* code is a CURLcode. Never called from within curl or transfer_start(): the transfer may be ended and another begun. */
typedef void transfer_done_fn(void *arg, int code);

/*
 * Borrows an easy handle with the rules that hold for every transfer: HTTP and HTTPS unless told otherwise, no proxy and no .netrc, nothing
 * followed or reused, no signals, sockets close-on-exec. NULL if libcurl has none to give.
 */
struct transfer *transfer_begin(struct transfers *transfers, transfer_done_fn *done, void *arg);

/* The CURL handle, to set what else the transfer needs. Its private pointer and socket callback belong to this module. */
void *transfer_easy(struct transfer *transfer);

/* The address to connect to, whatever the URL says; as address_print() has it, with its port. Before transfer_start(). */
void transfer_set_address(struct transfer *transfer, const char *address);

/* Other protocols than HTTP, as CURLOPT_PROTOCOLS_STR has them: "smtp,smtps". Before transfer_start(). */
void transfer_set_protocols(struct transfer *transfer, const char *protocols);

/* Called in the middle of curl when the socket is about to connect: take the time, and no more. */
void transfer_on_open(struct transfer *transfer, void (*opened)(void *arg));

void transfer_start(struct transfer *transfer);

/* Stops it if it runs and gives the handle back. done is not called afterwards. Not from within a curl callback. Accepts NULL. */
void transfer_end(struct transfer *transfer);

/*
 * What checks keep of their answers is counted over all of them, so that many large ones at once cannot eat the memory of the
 * machine. False if there is no room for more; what was given is given back once.
 */
bool transfers_hold(struct transfers *transfers, size_t bytes);
void transfers_let_go(struct transfers *transfers, size_t bytes);

/* What libcurl says of a failure in words; "" if nothing. Accepts NULL. */
const char *transfer_said(const struct transfer *transfer);

/* Why there was no socket (errno), or 0. */
int transfer_socket_error(const struct transfer *transfer);

/* True once its socket had to be waited for: an error of connect(2) came from the network then, not from this machine. */
bool transfer_has_waited(const struct transfer *transfer);

/* The file of certificate authorities that this machine believes ($SSL_CERT_FILE, or where the system has it); NULL: there is none. */
const char *transfer_authorities(void);

#endif
