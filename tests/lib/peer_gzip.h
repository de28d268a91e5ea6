/* A gzip file that unpacks to a thousand times its size, never held in memory: head, zero bytes, tail. Private to tests/lib. */
#ifndef TESTS_PEER_GZIP_H
#define TESTS_PEER_GZIP_H

#include <stddef.h>
#include <stdint.h>

struct gzip_bomb {
	unsigned char head[64], tail[16];
	size_t head_length, tail_length;
	uint64_t zeros;		/* zero bytes between them */
	uint64_t unpacked;
};

/* unpacked is least, or up to about 1,300 bytes more. */
void gzip_bomb_make(uint64_t least, struct gzip_bomb *bomb);

#endif
