#!/bin/sh
# kumatop stop: ends the one that runs, and says so once the database is free.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

start_peer web 'read-request; respond 200 hello'
db=$TEST_DIR/kumatop.db
cat >own.conf <<CONF
database = "$db";
monitors: ( { name = "web"; http = "$url/"; interval = "1h"; } );
CONF
chmod 600 own.conf
kt() { run "$KUMATOP" "$@" --config own.conf; }
_ready() { grep -q ready "$1.err"; }

kt stop
is 'none runs' "$status" 69
like 'and that is said' "$err" "no kumatop is running on $db"
kt stop now
is 'it takes no words' "$status" 64
not_ok 'nothing was made' [ -e "$db" ]

start first "$KUMATOP" serve --config own.conf
ok 'one runs' wait_for 20 _ready first
kt status
like 'status names the process' "$out" "kumatop on .*, process $(pid_of first) "
kt status --json
like 'as JSON, too' "$out" "\"process\": *$(pid_of first)"
kt stop
is 'it is stopped' "$status" 0
like 'that is said' "$out" "^kumatop on .* \\(process $(pid_of first)\\) has stopped\$"
ok 'its database is free' flock -n "$db.lock" true
finish first
is 'it ended well' "$status" 0
kt status --json
like 'no process any more' "$out" '"process": *null'
kt events
like 'who it was is in the log' "$out" "stopped.*$(id -un)"
kt stop
is 'there is nothing to stop' "$status" 69

start second "$KUMATOP" serve --config own.conf --socket "$TEST_DIR/other.sock"
ok 'another, with a socket of its own' wait_for 20 _ready second
run "$KUMATOP" stop --socket "$TEST_DIR/other.sock"
is 'is stopped by it' "$status" 0
finish second
run "$KUMATOP" stop --socket "$TEST_DIR/other.sock"
is 'nobody listens there' "$status" 69
done_testing
