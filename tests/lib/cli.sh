# What shell tests are written with: `. "$SOURCE/tests/lib/cli.sh"`. TAP on stdout, one temp directory, nothing left behind.
#
#	. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"
#	start_peer web 'respond 200 hello'
#	run "$KUMATOP" check --json "$url/"
#	is 'exit code' "$status" 0
#	like 'verdict' "$out" '"verdict": *"up"'
#	done_testing
#
# $KUMATOP is the binary, $TOOLS the directory of the test programs, $TEST_DIR (also the working directory) one's own.
# A test never sleeps to wait (wait_for polls) and never asserts times. POSIX sh; names that start with an underscore are private.

: "${SOURCE:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${KUMATOP:=$SOURCE/kumatop}" "${TOOLS:=$SOURCE/build/release/tests}"
_own_dir=
if [ -z "${TEST_DIR:-}" ]; then	# started by hand
	TEST_DIR=$(mktemp -d "${TMPDIR:-/tmp}/kumatop-test.XXXXXX") || exit 1
	_own_dir=$TEST_DIR
	mkdir -p "$TEST_DIR/home/.config" "$TEST_DIR/home/.local/state" "$TEST_DIR/run" "$TEST_DIR/tmp"
	chmod 700 "$TEST_DIR/run"
	unset NO_COLOR KUMATOP_CONFIG KUMATOP_SOCKET http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
	export HOME="$TEST_DIR/home" XDG_CONFIG_HOME="$TEST_DIR/home/.config" XDG_STATE_HOME="$TEST_DIR/home/.local/state" \
		XDG_RUNTIME_DIR="$TEST_DIR/run" TMPDIR="$TEST_DIR/tmp" KUMATOP_ROOT="$TEST_DIR/root" \
		LC_ALL=C.UTF-8 TZ=UTC TERM=dumb
fi
export SOURCE KUMATOP TOOLS TEST_DIR
cd "$TEST_DIR" || exit 1

_tests=0
_failures=0
_children=	# "name:pid name:pid …"
_finished=

_cleanup()
{
	_status=$?
	trap - EXIT
	for _child in $_children; do
		kill -s KILL "${_child#*:}" 2>/dev/null
	done
	wait 2>/dev/null
	[ -z "$_own_dir" ] || { cd /; chmod -R u+rwx "$_own_dir"; rm -rf "$_own_dir"; }
	[ -n "$_finished" ] || [ "$_status" -ne 0 ] || _status=1	# left in the middle: not a success
	exit "$_status"
}
trap _cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

_report() # STATUS NAME
{
	_tests=$((_tests + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s\n' "$_tests" "$2"
	else
		_failures=$((_failures + 1))
		printf 'not ok %d - %s\n' "$_tests" "$2"
	fi
	return "$1"
}

note() # TEXT…: shown when the test fails
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

ok() # NAME COMMAND…: passes when the command succeeds, as in: ok "it is there" [ -e file ]
{
	_name=$1
	shift
	"$@" && _result=0 || _result=$?
	[ "$_result" -eq 0 ] || _result=1
	_report "$_result" "$_name" || note "failed: $*"
}

not_ok() # NAME COMMAND…: passes when the command fails
{
	_name=$1
	shift
	if "$@"; then _result=1; else _result=0; fi
	_report "$_result" "$_name" || note "succeeded: $*"
}

is() # NAME GOT WANTED
{
	[ "$2" = "$3" ] && _result=0 || _result=1
	_report "$_result" "$1" || { note "got:    $2"; note "wanted: $3"; }
}

like() # NAME TEXT ERE: some line matches
{
	printf '%s\n' "$2" | grep -Eq -e "$3" && _result=0 || _result=1
	_report "$_result" "$1" || { note "no line matches: $3"; note "$2"; }
}

unlike() # NAME TEXT ERE: no line matches
{
	printf '%s\n' "$2" | grep -Eq -e "$3" && _result=1 || _result=0
	_report "$_result" "$1" || { note "a line matches: $3"; note "$2"; }
}

skip() # NAME REASON: one test that cannot be made here
{
	_tests=$((_tests + 1))
	printf 'ok %d - %s # SKIP %s\n' "$_tests" "$1" "$2"
}

skip_all() # REASON: the whole script cannot run here; before any test
{
	printf '1..0 # SKIP %s\n' "$1"
	_finished=yes
	exit 0
}

full_or() # FULL BRIEF: prints how many rounds a fault test makes: in `make fault`, or among all others
{
	if [ "${FAULT:-}" = full ]; then echo "$1"; else echo "$2"; fi
}

done_testing()
{
	printf '1..%d\n' "$_tests"
	_finished=yes
	[ "$_failures" -eq 0 ] || exit 1
	exit 0
}

# Runs a command to its end: its status in $status, what it printed in $out and $err, and unchanged in the files out and err.
# stdin is empty unless the caller redirects it: run cmd <file.
run() # COMMAND…
{
	if [ -t 0 ]; then
		"$@" >"$TEST_DIR/out" 2>"$TEST_DIR/err" </dev/null && status=0 || status=$?
	else
		"$@" >"$TEST_DIR/out" 2>"$TEST_DIR/err" && status=0 || status=$?
	fi
	out=$(cat "$TEST_DIR/out")
	err=$(cat "$TEST_DIR/err")
}

# Polls a command, 20 times a second, until it succeeds. Fails (saying so) when it has not within the given seconds.
wait_for() # SECONDS COMMAND…
{
	_deadline=$(($(date +%s) + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		if [ "$(date +%s)" -gt "$_deadline" ]; then
			note "waited in vain for: $*"
			return 1
		fi
		sleep 0.05
	done
}

# Starts a command in the background: its output goes to the files NAME.out and NAME.err, its pid is in $pid.
start() # NAME COMMAND…
{
	_name=$1
	shift
	# A shell ignores INT and QUIT in what it puts in the background; what we test should get them.
	env --default-signal=INT,QUIT "$@" >"$TEST_DIR/$_name.out" 2>"$TEST_DIR/$_name.err" </dev/null &
	pid=$!
	_children="$_children $_name:$pid"
}

pid_of() # NAME
{
	for _child in $_children; do
		[ "${_child%%:*}" != "$1" ] || { echo "${_child#*:}"; return 0; }
	done
	return 1
}

running() # NAME: has not ended (a zombie has)
{
	_state=$(sed -n 's/^State:[[:space:]]*\([A-Z]\).*/\1/p' "/proc/$(pid_of "$1")/status" 2>/dev/null)
	[ -n "$_state" ] && [ "$_state" != Z ]
}

send_signal() # NAME SIGNAL
{
	kill -s "$2" "$(pid_of "$1")"
}

# Waits for the end of what start() started; its status in $status. After SECONDS (60) it is killed and status is 137.
finish() # NAME [SECONDS]
{
	_pid=$(pid_of "$1") || { note "nothing called $1 was started"; status=127; return 1; }
	_ended() { ! running "$_finishing"; }
	_finishing=$1
	wait_for "${2:-60}" _ended || kill -s KILL "$_pid"
	wait "$_pid" && status=0 || status=$?
	_rest=
	for _child in $_children; do
		[ "${_child#*:}" = "$_pid" ] || _rest="$_rest $_child"
	done
	_children=$_rest
}

stop() # NAME [SIGNAL]: asks it to end (TERM) and waits for it; status in $status
{
	kill -s "${2:-TERM}" "$(pid_of "$1")" 2>/dev/null
	finish "$1"
}

# A misbehaving server (see tests/lib/peer.h for the language): its port in $port, "http://127.0.0.1:PORT" in $url. Its log of
# connections and requests is the file NAME.log, its test CA NAME.pem. set_peer gives a running one another script.
start_peer() # NAME SCRIPT…
{
	_peer=$1
	shift
	rm -f "$TEST_DIR/$_peer.script"
	for _script; do
		printf '%s\n' "$_script" >>"$TEST_DIR/$_peer.script"
		printf -- '---\n' >>"$TEST_DIR/$_peer.script"
	done
	start "$_peer" "$TOOLS/peer" --log "$TEST_DIR/$_peer.log" --ca "$TEST_DIR/$_peer.pem" --file "$TEST_DIR/$_peer.script"
	_await_port "$_peer"
}

set_peer() # NAME SCRIPT…
{
	_peer=$1
	shift
	for _script; do
		printf '%s\n---\n' "$_script"
	done >"$TEST_DIR/$_peer.script"
	_before=$(grep -c '^script' "$TEST_DIR/$_peer.log")
	_reread() { [ "$(grep -c '^script' "$TEST_DIR/$_peer.log")" -gt "$_before" ]; }
	send_signal "$_peer" HUP
	wait_for 30 _reread || { cat "$TEST_DIR/$_peer.err"; return 1; }
}

# A name server (see tests/lib/dns_peer.h): its port in $port. Queries are in NAME.log.
start_dns() # NAME RECORDS…: each like 'a.test A 127.0.0.1'
{
	_peer=$1
	shift
	start "$_peer" "$TOOLS/dns_peer" --log "$TEST_DIR/$_peer.log" "$@"
	_await_port "$_peer"
}

_await_port() # NAME
{
	_ported() { grep -q '^port [0-9]' "$TEST_DIR/$_peer.out" || ! running "$_peer"; }
	wait_for 30 _ported
	port=$(sed -n 's/^port \([0-9][0-9]*\)$/\1/p' "$TEST_DIR/$_peer.out")
	url=http://127.0.0.1:$port
	if [ -z "$port" ]; then
		echo "Bail out! $_peer does not start"
		note "$(cat "$TEST_DIR/$_peer.err")"
		exit 1
	fi
}

requests() # NAME: how many requests (queries) a peer got
{
	grep -c '^request' "$TEST_DIR/$1.log"
}

connections() # NAME: how many connections a peer took
{
	grep -c '^accept' "$TEST_DIR/$1.log"
}

# A port on which nothing listens, kept so until the test ends: in $port.
closed_port()
{
	start_peer "closed$_tests" refuse
}
