#!/bin/sh
# `kumatop export`: header, formats, ranges, formulas, a closed pipe, beside an owner.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

start_peer web 'respond 200 hello'
web=$url
db=$TEST_DIR/kumatop.db
cat > kumatop.conf <<EOF
database = "$db";
monitors: (
  { name = "web"; http = "$web/"; interval = "1s"; timeout = "1s"; },
  { name = "=cmd, \"x\""; tcp = "127.0.0.1:${web##*:}"; interval = "1s"; timeout = "1s"; }
);
EOF
chmod 600 kumatop.conf
start serve "$KUMATOP" serve --config kumatop.conf
_beats() { [ "$(sqlite3 "file:$db?mode=ro" 'select count(*) from beat_tail')" -ge 6 ]; }
ok 'there is history' wait_for 20 _beats

run "$KUMATOP" export --config kumatop.conf
is 'export beside an owner' "$status" 0
is 'the header' "$(head -1 out | tr -d '\r')" \
	time,monitor,kind,state,outcome,code,latency_ms,name_ms,connect_ms,tls_ms,first_byte_ms,transfer_ms,detail
like 'a row' "$out" '^20[0-9-]+T[0-9:.]+Z,web,http,up,ok,200,[0-9.]+,[0-9.]*,[0-9.]+,,[0-9.]+,[0-9.]*,200 OK'
like 'a formula is made harmless' "$out" ',"'"'"'=cmd, ""x""",tcp,'
stop serve
run "$KUMATOP" export --config kumatop.conf --raw
like '--raw leaves it' "$out" ',"=cmd, ""x""",tcp,'
is 'every beat is there' "$(($(wc -l < out) - 1))" "$(sqlite3 "$db" 'select count(*) from beat_tail')"
is 'ordered by monitor, then time' "$(tail -n +2 out | sort -c -t, -k2,2 -k1,1 2>&1)" ''

run "$KUMATOP" export --config kumatop.conf --format ndjson --monitor web
unlike 'only what was asked for' "$out" 'cmd'
like 'ndjson' "$out" '^\{"time": *"20.*"monitor": *"web"'
run "$KUMATOP" export --config kumatop.conf --format json --until 2020-01-01
is 'an empty array is an array' "$(tr -d '\n' < out)" '[]'
run "$KUMATOP" export --config kumatop.conf --monitor wbe -o "$TEST_DIR/none.csv"
is 'a monitor that is not there is 65' "$status" 65
is 'and it is told what was meant' "$err" 'kumatop: there is no monitor "wbe"; did you mean "web"?'
not_ok 'no file is written' [ -e none.csv ]
echo precious >kept.csv
run "$KUMATOP" export --config kumatop.conf --monitor web --monitor 'zzz*' -o "$TEST_DIR/kept.csv"
is 'nor is one of two' "$status" 65
like 'it is told which' "$err" 'there is no monitor "zzz\*"; kumatop list'
is 'a file that was there stays' "$(cat kept.csv)" precious
run "$KUMATOP" export --config kumatop.conf --monitor 'W*'
is 'a pattern that some match' "$status" 0
sed 's/name = "web"/name = "later"/' kumatop.conf >later.conf
chmod 600 later.conf
run "$KUMATOP" export --config later.conf --monitor later --monitor web
is 'so may a retired one, and one that was not checked yet' "$status" 0
like 'of which there is history' "$out" ',web,'
run "$KUMATOP" export --config kumatop.conf --events
like 'events' "$out" ',web,state,new,up,'
run "$KUMATOP" export --config kumatop.conf --since 2h
is 'since' "$status" 0
run "$KUMATOP" export --config kumatop.conf --until 2020-01-01
is 'until before everything: the header alone' "$(wc -l < out)" 1
run "$KUMATOP" export --config kumatop.conf --since yesterdayish
is 'a bad time is 64' "$status" 64
like 'and says what to write' "$err" '2h'
run "$KUMATOP" export --config kumatop.conf -o "$TEST_DIR/file.csv"
ok 'to a file' [ -s file.csv ]
run "$KUMATOP" export --config kumatop.conf -o "$TEST_DIR/nowhere/file.csv"
is 'a file that cannot be written is 74' "$status" 74
run "$KUMATOP" export --database "$TEST_DIR/none.db"
is 'a database that is not there is 69' "$status" 69
run sh -c '"$KUMATOP" export --config kumatop.conf | head -1 >/dev/null; exit 0'
is 'a reader that has enough is no trouble' "$err" ''
if [ -e /dev/full ]; then
	run sh -c '"$KUMATOP" export --config kumatop.conf >/dev/full'
	is 'a full disk is 74' "$status" 74
fi
done_testing
