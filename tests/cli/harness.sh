# The harness itself: what tests/lib/run makes of tests that fail, crash, hang or say nothing, and what tests/lib/cli.sh offers.
unset TESTS JOBS KEEP
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

write() # NAME: stdin becomes a test script
{
	cat >"$TEST_DIR/$1"
}

judged() # NAME WANTED-LAST-LINE WANTED-STATUS SCRIPT…
{
	_judged=$1
	_last=$2
	_wanted=$3
	shift 3
	run env -u MODE TESTS= KEEP= TMPDIR="$TEST_DIR/tmp" "$SOURCE/tests/lib/run" "$@"
	is "$_judged: last line" "$(tail -n 1 "$TEST_DIR/out")" "$_last"
	is "$_judged: status" "$status" "$_wanted"
}

write good.sh <<'END'
echo "ok 1 - one"
echo "ok 2 - two # SKIP for a reason"
echo 1..2
END
judged 'a good one' '1 passed, 0 failed, 1 skipped' 0 "$TEST_DIR/good.sh"
like 'a skip has its reason' "$out" '^skipped: good.sh: two: for a reason$'
is 'nothing is left of it' "$(ls "$TEST_DIR/tmp")" ''

write bad.sh <<'END'
echo 1..2
echo "ok 1 - one"
echo "not ok 2 - two"
echo "# because"
END
judged 'a failing one' '1 passed, 1 failed, 0 skipped' 1 "$TEST_DIR/bad.sh"
like 'its output is shown' "$out" '^# because$'
like 'its directory is kept and named' "$out" "^---- kept: $TEST_DIR/tmp/"

echo 'echo 1..3; echo ok 1; exit 0' | write short.sh
judged 'one that stops in the middle' '1 passed, 2 failed, 0 skipped' 1 "$TEST_DIR/short.sh"
echo 'exit 0' | write silent.sh
judged 'one without a plan' '0 passed, 1 failed, 0 skipped' 1 "$TEST_DIR/silent.sh"
echo 'echo 1..1; echo ok 1; exit 3' | write status.sh
judged 'one with a bad status' '1 passed, 1 failed, 0 skipped' 1 "$TEST_DIR/status.sh"
echo 'echo 1..1; echo ok 1; kill -SEGV $$' | write crash.sh
judged 'one that crashes' '1 passed, 1 failed, 0 skipped' 1 "$TEST_DIR/crash.sh"
echo 'echo 1..1; echo ok 1; echo ERROR >"$TEST_DIR/sanitizer.1"' | write report.sh
judged 'one with a sanitizer report' '1 passed, 1 failed, 0 skipped' 1 "$TEST_DIR/report.sh"
echo 'echo "1..0 # SKIP not here"' | write nothere.sh
judged 'one that skips all' '0 passed, 0 failed, 1 skipped' 0 "$TEST_DIR/nothere.sh"
judged 'one that is not there' '0 passed, 1 failed, 0 skipped' 1 "$TEST_DIR/missing.sh"
judged 'nothing to run' '0 passed, 0 failed, 0 skipped' 1
echo 'echo 1..1; sleep 1000' | write hang.sh
run env TEST_TIMEOUT=4 TMPDIR="$TEST_DIR/tmp" "$SOURCE/tests/lib/run" "$TEST_DIR/hang.sh" "$TEST_DIR/good.sh"
is 'a hanging one does not stop others' "$(tail -n 1 "$TEST_DIR/out")" '1 passed, 1 failed, 1 skipped'
run env TESTS=goo TMPDIR="$TEST_DIR/tmp" "$SOURCE/tests/lib/run" "$TEST_DIR/bad.sh" "$TEST_DIR/good.sh"
is 'a filter picks' "$(tail -n 1 "$TEST_DIR/out")" '1 passed, 0 failed, 1 skipped'
mkdir -p 'a b/tests/unit' 'a b/tests/fault'
for name in unit/test_short.sh fault/full_disk.sh unit/test_last.sh; do
	cp good.sh "a b/tests/$name"
done
run env JOBS=1 TMPDIR="$TEST_DIR/tmp" "$SOURCE/tests/lib/run" "$TEST_DIR/a b/tests/unit/test_short.sh" \
	"$TEST_DIR/a b/tests/fault/full_disk.sh" "$TEST_DIR/a b/tests/unit/test_last.sh"
is 'a long one begins first, the others stay in order' "$(sed -n 's|  *passed  .*||p' "$TEST_DIR/out" | tr '\n' ' ')" \
	'fault/full_disk.sh unit/test_short.sh unit/test_last.sh '

write environment.sh <<'END'
echo 1..1
[ "$PWD" = "$TEST_DIR" ] && [ "$HOME" = "$TEST_DIR/home" ] && [ -d "$XDG_STATE_HOME" ] && [ -z "${NO_COLOR+set}" ] \
	&& [ -z "${http_proxy+set}" ] && [ -z "${KUMATOP_CONFIG+set}" ] && [ "$LC_ALL" = C.UTF-8 ] || exit 1
trap 'echo ok 1; exit 0' INT
kill -INT $$
END
run env NO_COLOR=1 http_proxy=x KUMATOP_CONFIG=x LC_ALL=C TMPDIR="$TEST_DIR/tmp" "$SOURCE/tests/lib/run" "$TEST_DIR/environment.sh"
is 'the environment is a test'\''s own' "$(tail -n 1 "$TEST_DIR/out")" '1 passed, 0 failed, 0 skipped'

run sh -c 'echo out; echo err >&2; exit 5'
is 'run keeps the status' "$status" 5
is 'run keeps stdout' "$out" out
is 'run keeps stderr' "$err" err
printf 'one\ntwo\n' >lines
run cat <lines
is 'run passes stdin on' "$out" "$(cat lines)"
not_ok 'wait_for gives up' wait_for 0 false
start ticker sh -c 'trap "exit 7" INT; : >ready; while :; do sleep 0.05; done'
ok 'wait_for waits' wait_for 10 [ -e ready ]
ok 'it runs' running ticker
stop ticker INT
is 'stop tells its status' "$status" 7
start brief sh -c 'echo said; exit 4'
finish brief
is 'finish tells the status' "$status" 4
is 'output is in a file' "$(cat brief.out)" said

start_peer web 'on /a { respond 200 hello } respond 404'
run "$TOOLS/fetch" "$url/a"
is 'a peer answers' "$out" hello
is 'its requests are counted' "$(requests web)" 1
set_peer web 'refuse'
run "$TOOLS/fetch" "$url/a"
is 'a peer goes down' "$status" 7
set_peer web 'read-request; respond 200 one' 'read-request; respond 200 two'
run "$TOOLS/fetch" "$url/a" "$url/a" "$url/a"
is 'scripts take turns' "$out" onetwoone
set_peer web 'tls good; read-request; respond 200 safe'
run "$TOOLS/fetch" --ca web.pem "https://localhost:$port/"
is 'its authority is in a file' "$out" safe
stop web
is 'a peer ends in order' "$status" 0
closed_port
run "$TOOLS/fetch" "$url"
is 'nobody listens on a closed port' "$status" 7
start_dns names 'a.test A 127.0.0.1'
ok 'a name server has a port' [ "$port" -gt 0 ]
done_testing
