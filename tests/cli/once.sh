#!/bin/sh
# kumatop without a terminal: the board once as text; help; words that are none.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

start_peer web 'respond 200 hello'
web=$url
closed_port
cat > kumatop.conf <<EOF
database = "none";
monitors: (
  { name = "fine"; http = "$web/"; },
  { name = "broken"; tcp = "127.0.0.1:$port"; }
);
EOF
chmod 600 kumatop.conf
run env -u TERM "$KUMATOP" --config kumatop.conf
is 'exits by the worst' "$status" 2
like 'worst first' "$(printf '%s\n' "$out" | sed -n 2p)" '^down +broken'
like 'then the rest' "$(printf '%s\n' "$out" | sed -n 3p)" '^up +fine .*200 OK'
unlike 'no escape byte' "$out" "$(printf '\033')"
run "$KUMATOP" --json "$web/"
is 'targets alone, as JSON' "$status" 0
like 'an object' "$out" '"state": *"up"'
run "$KUMATOP" --version
like 'version' "$out" '^kumatop [0-9]+\.[0-9]+'
run "$KUMATOP" --help
is 'help is 0' "$status" 0
for word in serve check list add edit rm pause resume export config; do
	like "help names $word" "$out" "^  $word "
	run "$KUMATOP" $word --help
	is "$word has help" "$status" 0
	run "$KUMATOP" --help
done
run "$KUMATOP" --them x
is 'an unknown option is 64' "$status" 64
like 'with a suggestion' "$err" 'did you mean --theme'
run "$KUMATOP" chekc
is 'a command written wrong is no host to watch' "$status" 64
like 'with a suggestion' "$err" 'did you mean check'
run "$KUMATOP" --database "$TEST_DIR/none.db"
is 'a board of nothing is not fine' "$status" 3
run "$KUMATOP" 'exprt://x'
is 'neither target nor command' "$status" 64
done_testing
