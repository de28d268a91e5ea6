#!/bin/sh
# `kumatop check`: exit codes, the line, the JSON object, Nagios, how each failure is told.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

start_peer web 'on /ok { respond 200 hello }
on /gone { respond 503 nope }
on /hang { hang }
respond 404 no'
web=$url
closed_port
closed=127.0.0.1:$port

run "$KUMATOP" check "$web/ok"
is 'up is 0' "$status" 0
like 'the line says verdict, reason and phases' "$out" '^up .*200 OK.*ms.*connect .*first byte .*127\.0\.0\.1:'
is 'nothing on stderr' "$err" ''

run "$KUMATOP" check "$web/gone"
is 'down is 2' "$status" 2
like 'wrong status is told' "$out" '^down .*503 .*expected 200-299'

run "$KUMATOP" check "$closed"
is 'refused is 2' "$status" 2
like 'refused is told' "$out" '^down .*connection refused'

run "$KUMATOP" check --timeout 300ms "$web/hang" "$web/ok"
is 'the worst decides' "$status" 2
like 'no answer is told' "$out" '^down .*no answer'
is 'a line for each target, in order' "$(printf '%s\n' "$out" | awk '{ print $1 }' | tr '\n' ' ')" 'down up '

run "$KUMATOP" check --json "$web/ok"
for key in name target kind verdict outcome code address phases_us cert_expires detail; do
	like "the object has $key" "$out" "\"$key\":"
done
for key in name connect tls first_byte transfer total; do
	like "phases_us has $key" "$out" "\"phases_us\":.*\"$key\":"
done
like 'verdict' "$out" '"verdict": *"up"'
like 'code' "$out" '"code": *200'
is 'one object a line' "$(printf '%s\n' "$out" | wc -l)" 1

run "$KUMATOP" check --nagios "$web/gone" "$web/ok"
is 'nagios: critical is 2' "$status" 2
like 'nagios: status, reason, performance data' "$out" "^KUMATOP CRITICAL: 1 of 2 up; .*503.* \|.*'=[0-9]+\.[0-9]+s;;;0"

start_dns names 'silent.test silent' 'broken.test SERVFAIL' 'here.test A 127.0.0.1'
cat > kumatop.conf <<EOF
nameservers = ["127.0.0.1:$port"];
monitors: (
  { name = "nowhere"; http = "http://nowhere.test/"; timeout = "2s"; },
  { name = "broken"; http = "http://broken.test/"; timeout = "2s"; },
  { name = "silent"; tcp = "silent.test:1"; timeout = "1s"; },
  { name = "here"; http = "http://here.test:${web##*:}/ok"; }
);
EOF
chmod 600 kumatop.conf
run "$KUMATOP" check --config kumatop.conf nowhere
is 'a name that does not exist is down' "$status" 2
run "$KUMATOP" check --config kumatop.conf --json broken
is 'a failing name server is unknown' "$status" 3
like 'and says so' "$out" '"outcome": *"resolver-failed"'
run "$KUMATOP" check --config kumatop.conf --json silent
is 'a silent name server is unknown' "$status" 3
like 'and says so' "$out" '"outcome": *"resolver-silent"'
run "$KUMATOP" check --config kumatop.conf
is 'without arguments every monitor is checked' "$(printf '%s\n' "$out" | wc -l)" 4
is 'down before unknown' "$status" 2
run "$KUMATOP" check --config kumatop.conf 'h*'
is 'a pattern of names' "$status" 0

run "$KUMATOP" check --config kumatop.conf nowhre
is 'a slip of the finger is no host that is down' "$status" 65
is 'nothing was checked' "$out" ''
is 'it is told what was meant' "$err" \
	'kumatop: there is no monitor "nowhre"; did you mean "nowhere"? To check a host of that name write ping://nowhre'
run "$KUMATOP" check --config kumatop.conf here nowhre
is 'nor among others' "$status" 65
is 'and those are not checked either' "$out" ''
run "$KUMATOP" check --config kumatop.conf lsit
is 'nor is a command' "$status" 65
like 'it is told which' "$err" 'there is no monitor "lsit"; did you mean the command list\? .*ping://lsit$'
run "$KUMATOP" check --config kumatop.conf --json nowhre.test
is 'what is written as a host is one' "$status" 2
like 'and is checked' "$out" '"outcome": *"name-not-found"'
run "$KUMATOP" check --config kumatop.conf --json "127.0.0.1:${web##*:}"
is 'so is an address' "$status" 0
run "$KUMATOP" check --config kumatop.conf --json entirely-else
like 'and a word that is near nothing' "$out" '"target": *"entirely-else"'

for target in 'ftp://example.com' 'db:99999' 'https://' "$(printf 'a\033b')" 'http://user:pw@example.com/'; do
	run "$KUMATOP" check "$target"
	is "refused: $(printf '%s' "$target" | tr -d '\033')" "$status" 64
	unlike 'no escape reaches the terminal' "$err" "$(printf '\033')"
done
run "$KUMATOP" check --jsn x
is 'an unknown option is 64' "$status" 64
like 'with a suggestion' "$err" 'did you mean --json'
run "$KUMATOP" check --config nowhere.conf
is 'a configuration that is not there is 78' "$status" 78

done_testing
