#!/bin/sh
# `kumatop serve`: ready line, reload, SIGTERM, kill -9 and what comes back.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

start_peer web 'respond 200 hello'
web=$url
db=$TEST_DIR/kumatop.db
cat > kumatop.conf <<EOF
database = "$db";
monitors: (
  { name = "web"; http = "$web/"; interval = "1s"; timeout = "1s"; fall = 2; rise = 1; }
);
EOF
chmod 600 kumatop.conf

_ready() { grep -q 'ready' serve.err; }
_beats() { [ "$(sqlite3 "file:$db?mode=ro" 'select count(*) from beat_tail')" -ge "$1" ]; }
_state() { [ "$("$KUMATOP" list --config kumatop.conf --json | sed -n 's/.*"name": *"'"$1"'".*"state": *"\([a-z]*\)".*/\1/p')" = "$2" ]; }

start serve "$KUMATOP" serve --config kumatop.conf
ok 'it gets ready' wait_for 20 _ready
like 'and says version, database and monitors' "$(cat serve.err)" 'kumatop [0-9.]+ ready: database .*kumatop\.db, 1 monitor'
is 'nothing on stdout' "$(cat serve.out)" ''
ok 'beats reach the disk' wait_for 20 _beats 3
ok 'the state is kept' wait_for 20 _state web up

sed -i 's|^);|, { name = "second"; tcp = "127.0.0.1:'"${web##*:}"'"; interval = "1s"; }\n);|' kumatop.conf
send_signal serve HUP
ok 'a reload adds a monitor' wait_for 20 _state second up
printf 'monitors: ( { name = 5; } );\n' > broken.conf
cp kumatop.conf good.conf
cat broken.conf > kumatop.conf
send_signal serve HUP
_refused() { grep -q 'not reloaded' serve.err; }
ok 'a broken configuration is refused and said' wait_for 20 _refused
ok 'and what ran goes on' running serve
sed 's|^);|, { name = "third"; tcp = "127.0.0.1:'"${web##*:}"'"; interval = "1s"; }\n);|' good.conf > kumatop.conf
ok 'a changed file is taken without a signal' wait_for 20 _state third up

set_peer web 'respond 503 nope'
ok 'DOWN is seen' wait_for 30 _state web down
stop serve
is 'SIGTERM ends it with 0' "$status" 0
is 'the database is sound' "$(sqlite3 "$db" 'pragma integrity_check')" ok
is 'the run is ended in the database' "$(sqlite3 "$db" 'select count(*) from run where ended_us is null or ended_us = 0')" 0

before=$(sqlite3 "$db" "select count(*) from event where kind = 1 and monitor = 1")
start serve2 "$KUMATOP" serve --config kumatop.conf
_ready2() { grep -q ready serve2.err; }
ok 'it starts again' wait_for 20 _ready2
_more() { [ "$(sqlite3 "file:$db?mode=ro" 'select count(*) from beat_tail where monitor = 1')" -gt "$beats" ]; }
beats=$(sqlite3 "file:$db?mode=ro" 'select count(*) from beat_tail where monitor = 1')
ok 'and checks on' wait_for 20 _more
is 'a restart inside an incident is no new incident' "$(sqlite3 "file:$db?mode=ro" "select count(*) from event where kind = 1 and monitor = 1")" "$before"
ok 'it is still down' _state web down
kill -9 "$(pid_of serve2)"
finish serve2
is 'after kill -9 the database is sound' "$(sqlite3 "$db" 'pragma integrity_check')" ok
start serve3 "$KUMATOP" serve --config kumatop.conf
_ready3() { grep -q ready serve3.err; }
ok 'and can be owned again' wait_for 20 _ready3
set_peer web 'respond 200 hello'
ok 'UP again' wait_for 30 _state web up
is 'the recovery tells how long' "$(sqlite3 "file:$db?mode=ro" "select lasted_us > 1000000 from event where monitor = 1 and kind = 1 order by id desc limit 1")" 1
stop serve3 INT
is 'SIGINT ends it too' "$status" 0

run "$KUMATOP" serve --config kumatop.conf extra
is 'serve takes no targets' "$status" 64

cat > plain.conf <<EOF
database = "/proc/nowhere/kumatop.db";
monitors: ( { name = "web"; http = "$web/"; interval = "1s"; timeout = "1s"; } );
EOF
chmod 600 plain.conf
start nodisk "$KUMATOP" serve --config plain.conf
_nodisk() { grep -q ready nodisk.err; }
ok 'a database that cannot be made is no reason not to check' wait_for 20 _nodisk
like 'and is said' "$(cat nodisk.err)" 'history is not kept'
stop nodisk
is 'it ends with 0' "$status" 0

printf 'not a database, but precious\n' > precious.db
cp precious.db copy.db
sed "s|/proc/nowhere/kumatop.db|$TEST_DIR/precious.db|" plain.conf > foreign.conf
chmod 600 foreign.conf
start foreign "$KUMATOP" serve --config foreign.conf
_foreign() { grep -q ready foreign.err; }
ok 'a foreign file is no reason not to check' wait_for 20 _foreign
stop foreign
ok 'and is not touched' cmp precious.db copy.db
done_testing
