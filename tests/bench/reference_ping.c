/* Pings on one raw socket; see reference.h. */
#include "reference.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static uint16_t checksum(const void *data, size_t length)
{
	const unsigned char *bytes = data;
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < length; i += 2) {
		uint16_t word;

		memcpy(&word, bytes + i, sizeof(word));
		sum += word;
	}
	sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t)~(sum + (sum >> 16));
}

static bool send_one(int fd, unsigned number)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct {
		struct icmphdr head;
		char data[56];
	} packet = { .head = { .type = ICMP_ECHO } };

	packet.head.un.echo.id = htons((uint16_t)getpid());
	packet.head.un.echo.sequence = htons((uint16_t)number);
	packet.head.checksum = checksum(&packet, sizeof(packet));
	return sendto(fd, &packet, sizeof(packet), 0, (struct sockaddr *)&address, sizeof(address)) > 0;
}

bool reference_ping(const struct work *work)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMP);
	unsigned sent = 0, answered = 0;
	char packet[256];

	if (fd < 0)
		return false;
	while (sent < work->in_flight && sent < work->checks)
		if (!send_one(fd, sent++))
			return false;
	while (answered < work->checks) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };

		if (poll(&wait, 1, 1000) <= 0)
			return false;
		while (recv(fd, packet, sizeof(packet), 0) > 0) {
			const struct icmphdr *head = (const struct icmphdr *)(const void *)(packet + sizeof(struct iphdr));

			if (head->type != ICMP_ECHOREPLY || head->un.echo.id != htons((uint16_t)getpid()))
				continue;
			answered++;
			if (sent < work->checks && !send_one(fd, sent++))
				return false;
		}
	}
	close(fd);
	return true;
}
