#!/bin/sh
# events --follow while the owner is killed and started again, with changes up to the last moment: every event once, in order.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

start_peer web 'read-request; respond 200 hello'
cat >own.conf <<CONF
database = "$TEST_DIR/kumatop.db";
monitors: ( { name = "web"; http = "$url/"; interval = "1h"; } );
CONF
chmod 600 own.conf

round=0
start_owner()
{
	round=$((round + 1))
	start "owner$round" "$KUMATOP" serve --config own.conf
	_ready() { grep -q ready "$TEST_DIR/owner$round.err"; }
	wait_for 20 _ready
}
events() { "$KUMATOP" events --json --since 1h --config own.conf; }
_same() { [ "$(events | wc -l)" = "$(wc -l <follow.out)" ]; }

ok 'an owner starts' start_owner
start follow "$KUMATOP" events --follow --json --since 1h --config own.conf
for i in 1 2 3; do
	for _ in 1 2 3 4 5; do
		"$KUMATOP" pause web --config own.conf
		"$KUMATOP" resume web --config own.conf
	done >>done.out
	send_signal "owner$round" KILL
	finish "owner$round"
	ok "another takes its place ($i)" start_owner
done
is 'all was carried out' "$(grep -c '^paused\|^resumed' done.out)" 30
ok 'who follows is told everything' wait_for 40 _same
events >all.out
ok 'each once, in order' cmp all.out follow.out
is 'every pause' "$(grep -c '"event":"paused"' follow.out)" 15
stop follow INT
is 'it ends well' "$status" 0
stop "owner$round"
done_testing
