#!/bin/sh
# `kumatop incidents`: outages out of a past made up: what parts them and what does not, windows, names, evidence, JSON.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

db=$TEST_DIR/kumatop.db
wide=$(printf '%0500d' 0 | tr 0 x)
printf 'monitors: ();\n' >kumatop.conf
chmod 600 kumatop.conf
"$TOOLS/chronicle" "$db" <<END
base 2024-01-01T00:00:00Z
monitor 3 2 60 10 web
monitor 1 1 60 10 =cmd|' 漢字 <b> ${wide}
monitor 1 1 60 10 quiet
begin
checks 1 0 10m ok 20
checks 1 10m 15m refused -1
ack 1 14m kim
off 15m
checks 1 1h15m 1h20m reset -1
pause 1 1h20m kim
resume 1 1h25m kim
checks 1 1h25m 2h ok 20
checks 1 2h 2h2m reset -1
checks 1 2h2m 3h ok 20
checks 1 3h 3h5m wrong-status -1
checks 2 0 1h ok 1
check 2 1h wrong-body -1 no "ok" in it
checks 3 0 1h ok 1
END
incidents() { run "$KUMATOP" incidents --config kumatop.conf --database "$db" "$@"; }

incidents
is 'it ends well' "$status" 0
is 'the head' "$(sed -n 1p out | tr -s ' ')" 'STARTED ENDED LASTED MONITOR CAUSE'
is 'off, reset and paused in between it is one' "$(sed -n 2p out | tr -s ' ')" \
	'2024-01-01 00:10:00 2024-01-01 01:25:00 1h15m web connection refused, acknowledged by kim'
is 'a blip is none, and what goes on is open' "$(sed -n 4p out | tr -s ' ' | sed 's/open [^ ]*/open AGO/')" \
	'2024-01-01 03:00:00 open AGO web wrong status'
is 'nothing else' "$(wc -l <out)" 4
like 'a wide name is cut' "$(sed -n 3p out)" "=cmd\|' 漢字 <b> x*\.\.  no \"ok\" in it"
unlike 'evidence only if asked for' "$out" evidence
incidents --evidence --monitor web
like 'evidence' "$out" '^    evidence of web$'

incidents --json --monitor 'w*' --since 2024-01-01T02:30:00Z --until 2024-01-01T04:00:00Z
is 'an object a line' "$(wc -l <out)" 1
is 'its members' "$(tr ',' '\n' <out | sed -n 's/^{*"\([a-z_]*\)":.*/\1/p' | tr '\n' ' ')" \
	'id monitor start end duration_s outcome code detail acknowledged acknowledged_by '
like 'an open one' "$out" '"start":"2024-01-01T03:00:00.000Z","end":null,"duration_s":[0-9.]+,"outcome":"wrong-status","code":503,'
incidents --json --evidence --since 2024-01-01T01:00:00Z --until 2024-01-01T01:00:01Z --monitor web
like 'one that overlaps, with all that is known' "$out" \
	'"end":"2024-01-01T01:25:00.000Z","duration_s":4500.0,"outcome":"refused","code":null,"detail":"connection refused","acknowledged":true,"acknowledged_by":"kim","evidence":"connection refused\\nevidence of web"'
incidents --json -n 2
is 'the newest' "$(sed -n 's/.*"start":"\([^"]*\)".*/\1/p' out | tr '\n' ' ')" '2024-01-01T01:00:00.000Z 2024-01-01T03:00:00.000Z '
like 'a long name is whole' "$out" "\"monitor\":\"=cmd\|' 漢字 <b> $wide\""
incidents -n 0 --json
is 'none of them' "$out" ''
incidents --monitor quiet
is 'no outage is no fault' "$status" 0
is 'and is said' "$err" 'kumatop: there was no outage'

incidents --monitor wbe
is 'a monitor that is not there is 65' "$status" 65
like 'it is told what was meant' "$err" 'did you mean "web"'
incidents --since 2024-01-02 --until 2024-01-01
is 'an empty window is 64' "$status" 64
incidents more
is 'so is a word too many' "$status" 64
run "$KUMATOP" incidents --config kumatop.conf --database "$TEST_DIR/none.db"
is 'a database that is not there is 69' "$status" 69
if [ -e /dev/full ]; then
	run sh -c '"$KUMATOP" incidents --config kumatop.conf --database "$1" >/dev/full' sh "$db"
	is 'a full disk is 74' "$status" 74
fi
done_testing
