/* Machines whose network lacks something: routes, addresses, ports, a router that answers. What all kinds then say. */
#include "own_network.h"

#include <linux/rtnetlink.h>
#include <net/route.h>

#include "kumatop/resolver.h"

static bool check_nowhere(void)
{
	struct once once;
	once_open(&once, NULL);
	struct monitor_spec *ping = once_spec("ping://192.0.2.1", NULL), *ping6 = once_spec("ping://2001:db8::1", NULL);
	struct monitor_spec *tcp = once_spec("tcp://192.0.2.1:80", NULL), *http = once_spec("http://192.0.2.1/", NULL);
	return is(once_check(&once, ping), OUTCOME_NO_ROUTE, "no route to 192.0.2.1 from this machine")
		&& is(once_check(&once, ping6), OUTCOME_NO_ROUTE, "no route to 2001:db8::1 from this machine")
		&& is(once_check(&once, tcp), OUTCOME_NO_ROUTE, "no route to 192.0.2.1:80 from this machine")
		&& is(once_check(&once, http), OUTCOME_NO_ROUTE, "no route to 192.0.2.1:80 from this machine");
}

/* Without IPv6 even ::1 is no address of this machine; IPv4 goes on. */
static bool check_no_address_of_the_family(void)
{
	static const char *const targets[] = { "ping://::1", "tcp://[::1]:80", "http://[::1]/", "tcp://[2001:db8::1]:80" };
	static const char said[] = "this machine has no address of that family";
	struct once once;
	once_open(&once, NULL);
	bool good = is(once_check(&once, once_spec("tcp://[::1]:9", NULL)), OUTCOME_CONNECT_REFUSED, "");
	if (!write_file("/proc/sys/net/ipv6/conf/lo/disable_ipv6", "1"))
		_exit(NO_OWN_NETWORK);
	for (size_t i = 0; good && i < sizeof targets / sizeof *targets; i++)
		good = is(once_check(&once, once_spec(targets[i], NULL)), OUTCOME_NO_ROUTE, said);
	return good && is(once_check(&once, once_spec("tcp://127.0.0.1:9", NULL)), OUTCOME_CONNECT_REFUSED, "");
}

/* The same errno says that all ports are taken. The server's queue holds what connects; nobody closes anything. */
static bool check_no_port_left(void)
{
	static const struct {
		const char *host, *target;
	} rows[] = { { "127.0.0.1", "tcp://127.0.0.1:30000" }, { "::1", "tcp://[::1]:30000" }, { "::1", "http://[::1]:30000/" } };
	struct once once;
	once_open(&once, NULL);
	if (!write_file("/proc/sys/net/ipv4/ip_local_port_range", "40000 40001"))
		_exit(NO_OWN_NETWORK);
	bool good = true;
	for (size_t i = 0; good && i < sizeof rows / sizeof *rows; i++) {
		struct sockaddr_storage address;
		struct sockaddr *to = (struct sockaddr *)&address;
		int error = 0;
		good = address_read(rows[i].host, &address);
		address_set_port(to, 30000);
		int server = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		good = good && server >= 0 && (i == 2 || (bind(server, to, address_length(to)) == 0 && listen(server, 16) == 0));
		for (int tries = 0; good && error == 0 && tries < 8; tries++) {
			int fd = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
			error = connect(fd, to, address_length(to)) == 0 ? 0 : errno;
		}
		good = good && error == EADDRNOTAVAIL && is(once_check(&once, once_spec(rows[i].target, NULL)), OUTCOME_NO_SOCKETS, "no socket for");
	}
	return good;
}

static void test_no_address_of_the_family(void **state)
{
	(void)state;
	SKIP_UNLESS_PERMITTED(AF_INET6);
	in_own_network(check_no_address_of_the_family);
}

static void test_no_port_left(void **state)
{
	(void)state;
	in_own_network(check_no_port_left);
}

struct link_request {
	struct nlmsghdr head;
	struct ifinfomsg info;
	unsigned char attributes[100];
};

static struct rtattr *add_attribute(struct link_request *request, int type, const void *data, size_t size)
{
	struct rtattr *attribute = (struct rtattr *)(void *)((char *)request + NLMSG_ALIGN(request->head.nlmsg_len));
	attribute->rta_type = (unsigned short)type;
	attribute->rta_len = (unsigned short)RTA_LENGTH(size);
	if (size > 0)
		memcpy(RTA_DATA(attribute), data, size);
	request->head.nlmsg_len = NLMSG_ALIGN(request->head.nlmsg_len) + (unsigned)RTA_SPACE(size);
	return attribute;
}

/* A wire to nobody: its other end is up, and says nothing. False where the kernel has none. */
static bool make_wire(const char *name)
{
	struct link_request request = {
		.head = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)), .nlmsg_type = RTM_NEWLINK,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK },
		.info = { .ifi_family = AF_UNSPEC },
	};
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		unsigned char rest[200];
	} answer;
	add_attribute(&request, IFLA_IFNAME, name, strlen(name) + 1);
	struct rtattr *info = add_attribute(&request, IFLA_LINKINFO, NULL, 0);
	add_attribute(&request, IFLA_INFO_KIND, "veth", 5);
	info->rta_len = (unsigned short)((char *)&request + request.head.nlmsg_len - (char *)info);
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	bool good = fd >= 0 && send(fd, &request, request.head.nlmsg_len, 0) == (ssize_t)request.head.nlmsg_len
		&& recv(fd, &answer, sizeof answer, 0) >= (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr))
		&& answer.head.nlmsg_type == NLMSG_ERROR && answer.error.error == 0;
	if (fd >= 0)
		close(fd);
	return good;
}

static struct sockaddr ipv4(const char *text)
{
	struct sockaddr_storage address;
	struct sockaddr plain = { 0 };
	if (address_read(text, &address))
		memcpy(&plain, &address, sizeof plain);
	return plain;
}

static bool set_up(int fd, const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_UP };
	memcpy(request.ifr_name, name, strlen(name));
	return ioctl(fd, SIOCSIFFLAGS, &request) == 0;
}

/* 10.0.0.1/24, and everything else by 10.0.0.2, which is nobody. */
static bool enter_dead_network(void)
{
	static char name[] = "wire0";
	struct ifreq request = { .ifr_name = "wire0" };
	struct rtentry route = { .rt_flags = RTF_UP | RTF_GATEWAY, .rt_dev = name };
	char other[] = "veth0";
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool good = fd >= 0 && make_wire(name) && set_up(fd, other);
	request.ifr_addr = ipv4("10.0.0.1");
	good = good && ioctl(fd, SIOCSIFADDR, &request) == 0;
	request.ifr_netmask = ipv4("255.255.255.0");
	good = good && ioctl(fd, SIOCSIFNETMASK, &request) == 0 && set_up(fd, name);
	route.rt_dst = route.rt_genmask = ipv4("0.0.0.0");
	route.rt_gateway = ipv4("10.0.0.2");
	good = good && ioctl(fd, SIOCADDRT, &route) == 0;
	if (fd >= 0)
		close(fd);
	return good && write_file("/proc/sys/net/ipv4/neigh/wire0/retrans_time_ms", "50");
}

/* What nobody in this network answers for is down; what lies behind a router that nobody answers for is not known. */
static bool check_dead_network(void)
{
	static const char *const far[] = { "ping://203.0.113.5", "tcp://203.0.113.5:80", "http://203.0.113.5/" };
	static const char *const near[] = { "ping://10.0.0.9", "tcp://10.0.0.9:80", "http://10.0.0.9/" };
	if (!enter_dead_network())
		_exit(NO_OWN_NETWORK);
	struct once once;
	once_open(&once, NULL);
	bool good = true;
	for (size_t i = 0; good && i < 3; i++) {
		good = is(once_check(&once, once_spec(far[i], NULL)), OUTCOME_NO_ROUTE, i == 0 ? "does not answer" : "no route to 203.0.113.5")
			&& is(once_check(&once, once_spec(near[i], NULL)), OUTCOME_UNREACHABLE, "")
			&& strstr(once.result.detail, "10.0.0.1") == NULL;
	}
	return good;
}

static void test_a_router_that_is_silent(void **state)
{
	(void)state;
	in_own_network(check_dead_network);
}

static void test_a_machine_without_network(void **state)
{
	(void)state;
	in_own_network(check_nowhere);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_router_that_is_silent),
		cmocka_unit_test(test_a_machine_without_network),
		cmocka_unit_test(test_no_address_of_the_family),
		cmocka_unit_test(test_no_port_left),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
