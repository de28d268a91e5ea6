#!/bin/sh
# `kumatop uptime`: the golden list of the accounting through the command, windows, months, names, what was never observed.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

db=$TEST_DIR/kumatop.db
wide=$(printf '%0980d' 0 | tr 0 x)
cat >kumatop.conf <<'END'
monitors: (
  { name = "three"; tcp = "127.0.0.1:1"; },
  { name = "never checked"; tcp = "127.0.0.1:1"; }
);
END
chmod 600 kumatop.conf
# 2024-01-31 00:00 is 30 days on.
"$TOOLS/chronicle" "$db" <<END
base 2024-01-01T00:00:00Z
monitor 3 2 60 10 three
monitor 1 1 300 10 alternating
monitor 1 1 60 10 maintained
monitor 3 2 60 10 blips
monitor 1 1 60 10 "=1+1" 漢字 $wide
begin
check 1 29d23h57m ok 0
check 1 29d23h58m ok 100
check 1 29d23h59m ok 400
checks 5 29d 29d1h ok 1
checks 3 29d 29d6h ok 5
maintain 3 29d6h
checks 3 29d6h 29d8h refused -1
return 3 29d8h
checks 3 29d8h 30d ok 5
checks 4 29d 29d1h ok 5
checks 4 29d1h 29d1h2m refused -1
checks 4 29d1h2m 29d2h ok 5
checks 4 29d2h 29d2h10m reset -1
checks 4 29d2h10m 30d ok 5
$(h=0; while [ $h -lt 720 ]; do
	printf 'checks 2 %dh %dh ok 10\nchecks 2 %dh %dh refused -1\n' $h $((h + 1)) $((h + 1)) $((h + 2)); h=$((h + 2))
done)
END
"$TOOLS/chronicle" "$TEST_DIR/off.db" <<END
base 2024-01-30T00:00:00Z
monitor 1 1 60 10 off
monitor 3 2 60 10 restarted
begin
checks 1 0 12h ok 5
checks 2 0 11h50m ok 5
checks 2 11h50m 12h reset -1
off 12h
checks 1 13h 1d ok 5
checks 2 12h5m 12h20m reset -1
checks 2 12h20m 1d ok 5
END
uptime() { run "$KUMATOP" uptime --config kumatop.conf --database "$db" "$@"; }
of() { sed -n 's/.*"'"$1"'":\([^,}]*\).*/\1/p' out; } # KEY
figures() { echo "$(of up_s) $(of down_s) $(of pending_s) $(of maintenance_s) $(of unknown_s) $(of uptime) $(of incidents)"; }
day() { uptime --json --window 24h --at 2024-01-31T00:00:00Z --monitor "$1"; }

day three
is 'latencies of 0, 100 and 400 ms' "$(of mean_ms)" 166.667
like 'their percentiles, at most 1.6 % off' "$(of p50_ms) $(of p99_ms)" '^(98\.[4-9]|99|10[01])[0-9.]* (39[4-9]|40[0-6])[0-9.]*$'
is 'the keys' "$(tr ',' '\n' <out | sed -n 's/^{*"\([a-z0-9_]*\)":.*/\1/p' | tr '\n' ' ')" \
	'monitor window from to up_s down_s pending_s maintenance_s unknown_s uptime incidents mttr_s mtbf_s mean_ms p50_ms p90_ms p95_ms p99_ms '
is 'the window' "$(of from) $(of to)" '"2024-01-30T00:00:00.000Z" "2024-01-31T00:00:00.000Z"'
is 'what was not observed is unknown' "$(figures)" '180.0 0.0 0.0 0.0 86220.0 1.0 0'
uptime --json --window 30d --at 2024-01-31T00:00:00Z --monitor alternating
is 'up and down by turns for 30 days' "$(figures)" '1296000.0 1296000.0 0.0 0.0 0.0 0.5 360'
is 'its repair and failure times' "$(of mttr_s) $(of mtbf_s)" '3600.0 3600.0'
day maintained
is 'maintenance is counted apart' "$(figures)" '79200.0 0.0 0.0 7200.0 0.0 1.0 0'
day blips
is 'pending counts as what it ended in' "$(figures)" '85680.0 600.0 120.0 0.0 0.0 0.993045897079277 1'
day 'never checked'
is 'nothing at all was observed' "$(figures)" '0.0 0.0 0.0 0.0 86400.0 null 0'
is 'so there is no figure' "$(of mean_ms) $(of p50_ms) $(of mttr_s) $(of mtbf_s)" 'null null null null'
day '"=1+1"*'
like 'a wide name is whole in JSON' "$out" "^\{\"monitor\":\"\\\\\"=1\+1\\\\\" 漢字 $wide\",\"window\":\"24h\","

uptime --at 2024-01-31T00:00:00Z
is 'a row a monitor and window, and the head' "$(wc -l <out)" 25
is 'the head' "$(sed -n 1p out | tr -s ' ')" 'MONITOR WINDOW UPTIME% KNOWN% DOWN OUTAGES MTTR MTBF MEAN P50 P90 P95 P99'
like 'a row' "$(tr -s ' ' <out)" '^alternating 7d 50\.000 100 3d12h 84 1h00m 1h00m 10\.0 '
like 'no figure where nothing was observed' "$(tr -s ' ' <out)" '^never checked 24h - 0 - 0 - - - - - - -$'
like 'never 100 that was not' "$(tr -s ' ' <out)" '^blips 24h 99\.304 100 10m00s 1 10m00s 23h48m 5\.0'
unlike 'no row is wider for a wide name' "$out" '.{180}'
uptime --month 2024-01 --json --monitor alternating
is 'a month' "$(of from) $(of to) $(of window)" '"2024-01-01T00:00:00.000Z" "2024-02-01T00:00:00.000Z" "2024-01"'
is 'of 31 days' "$(figures)" '1296000.0 1296010.0 0.0 0.0 86390.0 0.499998070995096 360'
one=$out
uptime --month 2024-01 --json
is 'the same when all are read in one go' "$(grep '^{"monitor":"alternating"' out)" "$one"
TZ=Pacific/Kiritimati uptime --month 2024-01 --json --monitor alternating
is 'of UTC everywhere' "$(of from)" '"2024-01-01T00:00:00.000Z"'
uptime --month 2024-01 --at 2024-01-15T00:00:00Z --json --monitor alternating
is 'a month so far' "$(figures)" '604800.0 604800.0 0.0 0.0 0.0 0.5 168'
uptime --json --window 1h --window 30d,1y --at 2024-01-31T00:00:00Z --monitor 'a*'
is 'windows in the order they were named' "$(of window | tr '\n' ' ')" '"1h" "30d" "1y" '
uptime --json --window 7m --at 2024-01-31T00:00:00.0005Z --monitor maintained
is 'the sum is the window, whatever its edges cut' "$(figures)" '420.0 0.0 0.0 0.0 0.0 1.0 0'
uptime --monitor 'three'
is 'until now, without --at' "$status" 0

uptime --monitor thre
is 'a monitor that is not there is 65' "$status" 65
like 'it is told what was meant' "$err" 'did you mean "three"'
for wrong in '--window 5' '--window never' '--month 2024-13' '--month 2999-01' '--month 2024-01 --window 1h' '--at soon' '--at 2999-01-01' more; do
	uptime $wrong
	is "$wrong is 64" "$status" 64
done
like 'it is told how' "$err" 'usage: kumatop uptime'
run "$KUMATOP" uptime --config kumatop.conf --database "$TEST_DIR/none.db"
is 'a database that is not there is 69' "$status" 69

db=$TEST_DIR/off.db
day off
is 'an hour off is an hour unknown' "$(figures)" '82800.0 0.0 0.0 0.0 3600.0 1.0 0'
like 'and shown as such' "$("$KUMATOP" uptime --config kumatop.conf --database "$db" --window 1d --at 2024-01-31T00:00:00Z --monitor off | tr -s ' ')" \
	'^off 1d 100 95\.8 0s 0 - - 5\.0'
day restarted
is 'a restart does not part an outage' "$(figures)" '84600.0 1500.0 0.0 0.0 300.0 0.982578397212544 1'
is 'and it is as long as it was' "$(of mttr_s)" 1800.0

cat >slo.conf <<'END'
monitors: ( { name = "restarted"; tcp = "127.0.0.1:1"; slo = 99.9; slo_window = "10d"; }, { name = "never"; tcp = "127.0.0.1:1"; slo = 95; } );
END
chmod 600 slo.conf
slo() { run "$KUMATOP" uptime --config slo.conf --database "$db" "$@"; }
slo --json --window 24h,1h --at 2024-01-30T12:30:00Z --monitor restarted
like 'an objective has its budget, and how fast it burns' "$out" '"window":"24h",.*"p99_ms":5.0,"slo":99.9,"budget_s":864.0,"budget_left_s":-636.0,"burn_rate":454.5454'
like 'the same beside each window' "$out" '"window":"1h",.*"slo":99.9,"budget_s":864.0,"budget_left_s":-636.0,"burn_rate":454.5454'
slo --json --window 1h --at 2024-01-30T12:30:00Z --monitor never
like 'nobody knows what is left of it where nothing was observed' "$out" '"slo":95.0,"budget_s":129600.0,"budget_left_s":null,"burn_rate":null'
slo --json --window 1h --at 2024-01-30T12:30:00Z --monitor off
unlike 'a monitor without objective has no such members' "$out" slo
slo --window 1h --at 2024-01-30T12:30:00Z
like 'and a table has the columns' "$(tr -s ' ' <out)" '^never 1h - 0 - 0 - - - - - - - 95 1d12h - -$'
like 'overspent is negative' "$(tr -s ' ' <out)" '^restarted 1h 54\.545 .* 99\.9 14m24s -10m36s 454\.5$'
for wrong in 100 0.5 99.99999 '"many"' true; do
	printf 'monitors: ( { name = "a"; tcp = "127.0.0.1:1"; slo = %s; } );\n' "$wrong" >wrong.conf
	chmod 600 wrong.conf
	run "$KUMATOP" config check --config wrong.conf
	is "slo = $wrong is refused" "$status" 78
	like 'with its line, and what to write' "$err" '^wrong.conf:1: monitor "a": slo: .*write 1 to 99.9999'
done
run "$KUMATOP" add --config kumatop.conf --database "$db" 127.0.0.1:9 --name added --slo 99.95 --slo_window 7d
is 'an objective can be added' "$status" 0
run "$KUMATOP" list --config kumatop.conf --database "$db" --conf
like 'is kept, and printed as the configuration has it' "$out" 'name = "added".* slo = 99.95; slo_window = "7d";'

start_peer web 'respond 200 hello'
printf 'monitors: ( { name = "web"; http = "%s/"; interval = "1s"; timeout = "1s"; } );\n' "$url" >live.conf
chmod 600 live.conf
start serve "$KUMATOP" serve --config live.conf --database "$TEST_DIR/live.db"
_known() { "$KUMATOP" uptime --config live.conf --database "$TEST_DIR/live.db" --json --window 1h | grep -q '"uptime":1.0,'; }
ok 'beside an owner' wait_for 20 _known
stop serve
ok 'and when it has gone' _known
done_testing
